"""Who goes first: Slurm's multifactor priority.

https://slurm.schedmd.com/priority_multifactor.html: a sum of weights, each times a
factor from 0 to 1. Here each product is rounded down to a whole number by itself, so
that the order of jobs does not depend on how a platform rounds.
"""

from dataclasses import dataclass

LOWEST, HIGHEST = 1, 2**32 - 1  # 0 is Slurm's priority of a held job


@dataclass(frozen=True, slots=True)
class Weights:
    """Slurm's ``PriorityWeight...``, in points.

    Nodes are exclusive and alike, so that all kinds of TRES have the same factor:
    ``tres`` is the sum of their weights.
    """

    age: int = 0
    association: int = 0
    fairshare: int = 0
    size: int = 0
    partition: int = 0
    qos: int = 0
    tres: int = 0


# The weights of the real machine are not published; these are where it could start.
JUPITER = Weights(qos=100_000, fairshare=50_000, size=20_000, age=20_000)


def points(weight: int, part: int, whole: int) -> int:
    """The points for ``part`` of ``whole``; none if there is no whole."""
    return weight * min(part, whole) // whole if part > 0 else 0


def bounded(priority: int) -> int:
    """A priority that Slurm can store."""
    return min(max(priority, LOWEST), HIGHEST)
