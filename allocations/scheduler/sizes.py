"""Classes of job sizes, by the part of the machine that a job asks for."""

from enum import StrEnum


class SizeClass(StrEnum):
    """Up to a 256th, a 32nd, an eighth of the machine, and beyond."""

    TINY = "tiny"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


ONE_IN = {SizeClass.TINY: 256, SizeClass.SMALL: 32, SizeClass.MEDIUM: 8, SizeClass.LARGE: 1}


def size_class(nodes: int, *, machine: int) -> SizeClass:
    """The class of a job of ``nodes`` nodes on a machine of ``machine`` nodes."""
    return next(
        (size for size in SizeClass if nodes <= most_nodes(size, machine=machine)),
        SizeClass.LARGE,
    )


def most_nodes(size: SizeClass, *, machine: int) -> int:
    """The nodes up to which jobs belong to the class."""
    return machine // ONE_IN[size]
