"""A long training as a chain of jobs, each of which goes on from the state that was saved."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..exceptions import ChainNotPossible
from ..models import DependencyKind
from .jobs import submit_jobs
from .specs import SHORTEST_LIMIT, JobSpec

MOST_PIECES = 100
SAVING = 60  # seconds that a piece keeps for writing its last checkpoint
KINDS = (DependencyKind.AFTER_OK, DependencyKind.AFTER_ANY)


@dataclass(frozen=True, kw_only=True)
class Chain:
    """``total`` seconds of work on ``nodes`` nodes, in pieces of at most ``piece`` seconds."""

    nodes: int
    total: int
    piece: int

    @property
    def pieces(self):
        """The time limits of the pieces, in seconds. The last is what is left.

        Raises ``ChainNotPossible`` where there would be too many.
        """
        if self.piece < SHORTEST_LIMIT or self.total < SHORTEST_LIMIT:
            raise ChainNotPossible(_("A piece takes at least a minute."))
        whole, rest = divmod(self.total, self.piece)
        if whole > MOST_PIECES:
            raise ChainNotPossible(
                _("These would be more than %(most)d pieces. Let each take longer.")
                % {"most": MOST_PIECES}
            )
        return [self.piece] * whole + ([max(rest, SHORTEST_LIMIT)] if rest else [])

    @property
    def most(self):
        """Node-seconds that the chain can cost."""
        return self.nodes * sum(self.pieces)


def submit_chain(allocation, chain, *, by, kind, name, script="", comment=""):
    """Put the pieces into the queue, each after the one before: all or none.

    ``kind`` is ``afterok`` (the chain stops where a piece fails) or ``afterany``. A simulated
    piece saves its state a minute before its limit and ends well.

    Raises ``ChainNotPossible``, and what ``submit_job`` raises.
    """
    if kind not in KINDS:
        raise ChainNotPossible(_("Pieces follow each other by afterok or afterany."))
    pieces = chain.pieces
    specs = [
        JobSpec(
            name=f"{name}-{number}",
            nodes=chain.nodes,
            time_limit=limit,
            runtime=max(limit - SAVING, limit // 2),
            script=script,
            comment=comment or f"{number}/{len(pieces)}",
        )
        for number, limit in enumerate(pieces, start=1)
    ]
    return submit_jobs(allocation, specs, by=by, chain=kind)
