"""What jobs run on."""

from dataclasses import dataclass

from .nodes import Layout


@dataclass(frozen=True, slots=True)
class Machine:
    """A number of identical nodes, each of which runs one job at a time.

    With a layout each job is told which nodes it has, and nodes can fail and be reserved;
    without one they are only counted.
    """

    nodes: int
    layout: Layout | None = None

    def __post_init__(self) -> None:
        if self.nodes < 1:
            raise ValueError(f"a machine has at least one node, not {self.nodes}")
        if self.layout is not None and self.layout.size != self.nodes:
            raise ValueError(f"the layout has {self.layout.size} nodes, not {self.nodes}")

    @classmethod
    def of(cls, layout: Layout) -> "Machine":
        return cls(layout.size, layout)
