"""Where the nodes of a partition stand, and what they are called."""

from functools import lru_cache

from django.utils.translation import gettext as _

from ..exceptions import ClosureNotPossible
from ..scheduler import Layout


def layout_of(partition):
    """The partition's ``Layout``, or ``None`` where its nodes are only counted.

    One that does not add up to the partition's nodes, as when their number was changed, is none.
    """
    if sum(partition.racks) != partition.nodes:
        return None
    return _layout(partition.node_prefix, tuple(partition.racks), partition.racks_per_cell)


@lru_cache(maxsize=16)
def _layout(prefix, racks, racks_per_cell):
    """Kept from step to step, with the names of all nodes in it."""
    return Layout(prefix, racks, racks_per_cell)


@lru_cache(maxsize=8192)
def expand(layout, node_list):
    """The nodes of a list that the portal wrote; running jobs have the same ones each step."""
    return layout.expand(node_list) if node_list else 0


def parse_nodes(layout, text):
    """The nodes that somebody names: racks by number (``12,14-16``), a node list, or ``ALL``.

    Raises ``ClosureNotPossible``.
    """
    racks = {rack.number: rack.nodes for rack in layout.rack_list}
    try:
        if text.replace(",", "").replace("-", "").replace(" ", "").isdigit():
            nodes = 0
            for part in text.split(","):
                first, _dash, last = part.strip().partition("-")
                for number in range(int(first), int(last or first) + 1):
                    nodes |= racks[number]
        else:
            nodes = layout.expand(text)
    except (KeyError, ValueError) as error:
        raise ClosureNotPossible(
            _(
                "“%(text)s” does not name nodes of this partition. Write racks by number "
                "(12,14-16), a node list (%(example)s), or ALL."
            )
            % {"text": text, "example": layout.fold(layout.rack_sets[0])}
        ) from error
    if not nodes:
        raise ClosureNotPossible(_("Name at least one node."))
    return nodes
