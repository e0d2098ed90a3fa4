"""The racks of a partition as a picture: each a bar, divided by what its nodes do."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ..scheduler import NodeState

WIDTH, GAP = 10, 2  # of a rack and beside it, in the drawing's own units
LEGEND = [  # from the bottom up: class, what it is called, Slurm's states
    ("busy", gettext_lazy("at work"), [NodeState.ALLOCATED, NodeState.DRAINING]),
    ("reserved", gettext_lazy("set aside"), [NodeState.RESERVED, NodeState.MAINT]),
    ("drained", gettext_lazy("out of service"), [NodeState.DRAINED]),
    ("down", gettext_lazy("failed"), [NodeState.DOWN]),
    ("idle", pgettext_lazy("nodes", "free"), [NodeState.IDLE]),
]


@dataclass(frozen=True)
class Part:
    """So many nodes of a rack, and where they are drawn."""

    name: str
    label: str
    nodes: int
    y: int


@dataclass(frozen=True)
class Rack:
    number: int
    x: int
    nodes: int
    parts: list

    @property
    def title(self):
        """``Rack 7: 45 at work, 3 free``."""
        parts = ", ".join(f"{part.nodes} {part.label}" for part in self.parts if part.nodes)
        return _("Rack %(number)s: %(parts)s") % {"number": self.number, "parts": parts}


@dataclass(frozen=True)
class Cell:
    number: int
    racks: list
    width: int
    height: int


def cells(overview):
    """The cells with their racks, empty places left out; nothing where nodes have no names."""
    partition, size = overview.partition, overview.partition.racks_per_cell
    height, width = max(partition.racks, default=0), (WIDTH + GAP) * size - GAP
    racks = [
        _rack(place, nodes, states, x=(WIDTH + GAP) * (place % size), height=height)
        for place, (nodes, states) in enumerate(
            zip(partition.racks, overview.status.racks, strict=False)
        )
    ]
    groups = [racks[first : first + size] for first in range(0, len(racks), size)]
    return [
        Cell(number, present, width, height)
        for number, group in enumerate(groups, start=1)
        if (present := [rack for rack in group if rack.nodes])
    ]


def _rack(place, nodes, states, *, x, height):
    parts, top = [], height
    for name, label, members in LEGEND:
        count = sum(states.get(state, 0) for state in members)
        top -= count
        parts.append(Part(name, label, count, top))
    return Rack(place + 1, x, nodes, parts)
