"""What jobs run on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Machine:
    """A number of identical nodes, each of which runs one job at a time."""

    nodes: int

    def __post_init__(self) -> None:
        if self.nodes < 1:
            raise ValueError(f"a machine has at least one node, not {self.nodes}")
