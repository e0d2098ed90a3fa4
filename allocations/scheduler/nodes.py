"""Which nodes: sets of them, their names in Slurm's notation, and where they stand.

A set of nodes is an integer in which bit ``i`` stands for node ``i`` of a layout: the union,
the rest and the size of sets of thousands of nodes then take less than a microsecond.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, product
from math import prod

NodeSet = int

ITEM = re.compile(r"(?:[^,\[\]]|\[[^\[\]]*\])+")  # commas within brackets do not separate
BRACKETS = re.compile(r"\[([^\[\]]*)\]")
RANGE = re.compile(r"(\d+)(?:-(\d+))?")


def runs(nodes: NodeSet) -> Iterator[tuple[int, int]]:
    """``(first, last)`` of each run of neighbours in ``nodes``, in order."""
    at = 0
    while nodes:
        gap = (nodes & -nodes).bit_length() - 1
        nodes >>= gap
        length = (~nodes & (nodes + 1)).bit_length() - 1
        nodes >>= length
        yield at + gap, at + gap + length - 1
        at += gap + length


def numbers(nodes: NodeSet) -> list[int]:
    """The numbers of the ``nodes``, in order."""
    return [number for first, last in runs(nodes) for number in range(first, last + 1)]


def as_text(nodes: NodeSet) -> str:
    """Write ``nodes`` by their numbers, as ``0-47,96``, for a layout-free file."""
    return _ranges(runs(nodes), 1)


def from_text(text: str) -> NodeSet:
    """Read what ``as_text`` has written."""
    nodes = 0
    for part in text.split(",") if text else ():
        first, last = _bounds(part, text)
        nodes |= _block(int(first), int(last) - int(first) + 1)
    return nodes


@dataclass(frozen=True, slots=True)
class Rack:
    """A rack as a picture shows it; racks and cells are counted from 1."""

    number: int
    cell: int
    nodes: NodeSet


@dataclass(frozen=True)
class Layout:
    """Racks of nodes side by side, so many of which make a cell.

    Nodes are numbered from 0 through all racks; in names the racks and the nodes in each of
    them count from 1: ``jpbo-001-01`` is the first.
    """

    prefix: str
    racks: tuple[int, ...]  # how many nodes each has; a place may be empty
    racks_per_cell: int = 1
    rack_digits: int = 3
    node_digits: int = 2

    def __post_init__(self) -> None:
        if sum(self.racks) < 1 or min(self.racks) < 0 or self.racks_per_cell < 1:
            raise ValueError(f"a layout has racks of nodes and cells of racks, not {self}")

    @cached_property
    def size(self) -> int:
        return sum(self.racks)

    @cached_property
    def everything(self) -> NodeSet:
        return _block(0, self.size)

    @cached_property
    def rack_list(self) -> tuple[Rack, ...]:
        """Every rack in order, also the empty ones."""
        return tuple(
            Rack(place + 1, place // self.racks_per_cell + 1, _block(end - nodes, nodes))
            for place, (nodes, end) in enumerate(
                zip(self.racks, accumulate(self.racks), strict=True)
            )
        )

    @cached_property
    def rack_sets(self) -> tuple[NodeSet, ...]:
        """The nodes of each rack that has any."""
        return tuple(rack.nodes for rack in self.rack_list if rack.nodes)

    @cached_property
    def cell_sets(self) -> tuple[NodeSet, ...]:
        """The nodes of each cell that has any."""
        cells: dict[int, NodeSet] = {}
        for rack in self.rack_list:
            cells[rack.cell] = cells.get(rack.cell, 0) | rack.nodes
        return tuple(nodes for nodes in cells.values() if nodes)

    @cached_property
    def racks_by_cell(self) -> tuple[tuple[NodeSet, ...], ...]:
        """The nodes of each rack, for each of ``cell_sets``."""
        return tuple(
            tuple(rack for rack in self.rack_sets if rack & cell) for cell in self.cell_sets
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The name of every node, by its number."""
        return tuple(
            f"{self.prefix}-{rack.number:0{self.rack_digits}}-{number:0{self.node_digits}}"
            for rack in self.rack_list
            for number in range(1, rack.nodes.bit_count() + 1)
        )

    def fold(self, nodes: NodeSet) -> str:
        """Write ``nodes`` as a node list; racks with the same nodes in them share an entry."""
        racks: dict[NodeSet, NodeSet] = {}  # by the nodes in them
        for rack in self.rack_list:
            if inside := nodes & rack.nodes:
                inside >>= (rack.nodes & -rack.nodes).bit_length() - 1
                racks[inside] = racks.get(inside, 0) | 1 << rack.number
        return ",".join(
            f"{self.prefix}-{_bracketed(alike, self.rack_digits)}"
            f"-{_bracketed(inside << 1, self.node_digits)}"
            for inside, alike in racks.items()
        )

    def expand(self, text: str) -> NodeSet:
        """Read a node list, as ``jpbo-[001-003,007]-[01-48],jpbo-004-01``, or ``ALL``.

        It is an error if a node does not exist.
        """
        text = "".join(text.split())
        if text.upper() == "ALL":
            return self.everything
        nodes = 0
        for item in self._items(text):
            for name in self._names(item, text):
                number = self._numbers.get(name)
                if number is None:
                    raise ValueError(f"there is no node {name}")
                nodes |= 1 << number
        return nodes

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.names)}

    def _items(self, text: str) -> list[str]:
        items = ITEM.findall(text)
        if ",".join(items) != text:
            raise ValueError(f"{text!r} is no node list")
        return items

    def _names(self, item: str, text: str) -> Iterator[str]:
        """The names that ``item`` stands for, unless they are more than there are nodes."""
        literal, *rest = BRACKETS.split(item)
        choices = [[_bounds(part, text) for part in ranges.split(",")] for ranges in rest[::2]]
        sizes = [sum(int(last) - int(first) + 1 for first, last in choice) for choice in choices]
        if prod(sizes) > self.size:
            raise ValueError(f"{item} stands for more nodes than there are")
        for chosen in product(*(_spelled(choice) for choice in choices)):
            pairs = zip(chosen, rest[1::2], strict=True)
            yield literal + "".join(number + after for number, after in pairs)


def _block(first: int, length: int) -> NodeSet:
    return (1 << length) - 1 << first


def _bounds(part: str, text: str) -> tuple[str, str]:
    """First and last number of a range, as they are written."""
    match = RANGE.fullmatch(part)
    if match is None or (match[2] and int(match[2]) < int(match[1])):
        raise ValueError(f"{part!r} in {text!r} is no range of numbers")
    return match[1], match[2] or match[1]


def _spelled(choice: Iterable[tuple[str, str]]) -> Iterator[str]:
    for first, last in choice:
        for number in range(int(first), int(last) + 1):
            yield f"{number:0{len(first)}}"


def _ranges(parts: Iterable[tuple[int, int]], digits: int) -> str:
    return ",".join(
        f"{first:0{digits}}" if first == last else f"{first:0{digits}}-{last:0{digits}}"
        for first, last in parts
    )


def _bracketed(numbers: NodeSet, digits: int) -> str:
    text = _ranges(runs(numbers), digits)
    return text if text.isdigit() else f"[{text}]"


# The Booster's 25 cells of 5 racks of 48 nodes; the last cell has room for more.
JUPITER_LAYOUT = Layout("jpbo", racks=(48,) * 122 + (28, 0, 0), racks_per_cell=5)
