"""Which nodes a job gets: those that lie closest together, so that large gaps stay large.

Slurm's ``topology/tree`` goes by the same rule, with switches for racks and cells.
"""

from collections.abc import Sequence

from .nodes import Layout, NodeSet, runs


class Placement:
    """Who is on which nodes of a layout."""

    __slots__ = ("free", "layout", "nodes_of")

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.free = layout.everything  # without a job, in service or not
        self.nodes_of: dict[int, NodeSet] = {}

    @property
    def busy(self) -> NodeSet:
        return self.layout.everything & ~self.free

    def take(self, job_id: int, nodes: NodeSet) -> None:
        self.nodes_of[job_id] = nodes
        self.free &= ~nodes

    def give_back(self, job_id: int) -> None:
        self.free |= self.nodes_of.pop(job_id)

    def jobs_on(self, nodes: NodeSet) -> list[int]:
        """The jobs that have one of ``nodes``, in order of their number."""
        return sorted(job_id for job_id, taken in self.nodes_of.items() if taken & nodes)


def best_fit(layout: Layout, allowed: NodeSet, count: int) -> NodeSet:
    """The ``count`` nodes of ``allowed`` that lie closest together; all if they are fewer.

    A rack that holds them all comes before a cell that does, and that before several cells.
    Among several racks or cells the one with the fewest nodes to choose from is taken, the
    first of equals. Where one alone does not do, the largest are used up until the rest
    fits into one. Within a rack, runs of neighbours are chosen between in the same way.
    """
    cells, racks = layout.cell_sets, layout.rack_sets
    in_cells = [allowed & cell for cell in cells]
    roomy = [place for place, part in enumerate(in_cells) if part.bit_count() >= count]
    in_racks = [allowed & rack for place in roomy for rack in layout.racks_by_cell[place]]
    if rack := _smallest_that_holds(in_racks, count):
        return _gather(rack, count, ())
    if cell := _smallest_that_holds(in_cells, count):
        return _gather(cell, count, (racks,))
    return _gather(allowed, count, (cells, racks))


def _gather(allowed: NodeSet, count: int, levels: Sequence[Sequence[NodeSet]]) -> NodeSet:
    """As ``best_fit``, by the groups of the first of the ``levels``; by runs after the last."""
    if levels:
        parts = [part for group in levels[0] if (part := allowed & group)]
    else:
        parts = [(1 << last + 1) - (1 << first) for first, last in runs(allowed)]
    parts.sort(key=int.bit_count, reverse=True)  # the first of equals stays the first
    chosen = 0
    for place, part in enumerate(parts):
        size = part.bit_count()
        if size >= count:
            last = _smallest_that_holds(parts[place:], count)
            if levels:
                return chosen | _gather(last, count, levels[1:])
            return chosen | (last & -last) * ((1 << count) - 1)
        chosen |= part
        count -= size
    return chosen


def _smallest_that_holds(parts: Sequence[NodeSet], count: int) -> NodeSet:
    sizes = [part.bit_count() for part in parts]
    enough = [size for size in sizes if size >= count]
    return parts[sizes.index(min(enough))] if enough else 0
