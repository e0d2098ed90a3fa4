"""What a job is accounted for, where nodes are exclusive to a job."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """What a node has to give."""

    cpus: int
    gpus: int


@dataclass(frozen=True, slots=True)
class Allocated:
    """Slurm's ``AllocTRES``, and ``CPUTimeRAW`` in CPU-seconds, as ``sacct`` prints them."""

    nodes: int
    cpus: int
    gpus: int
    cpu_seconds: int


JUPITER_BOOSTER = Node(cpus=288, gpus=4)


def allocated(*, gpus: int, seconds: int, node: Node) -> Allocated:
    """What a request for ``gpus`` GPUs gets for ``seconds``: whole nodes, all of which count."""
    if gpus < 1 or seconds < 0:
        raise ValueError(f"nothing is allocated for gpus={gpus} seconds={seconds}")
    nodes = -(-gpus // node.gpus)
    cpus = nodes * node.cpus
    return Allocated(nodes, cpus, nodes * node.gpus, cpus * seconds)
