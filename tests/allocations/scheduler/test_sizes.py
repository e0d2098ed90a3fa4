import pytest

from allocations.scheduler.sizes import SizeClass, most_nodes, size_class


@pytest.mark.parametrize(
    ("nodes", "size"),
    [(1, "tiny"), (22, "tiny"), (23, "small"), (183, "small"), (184, "medium"), (735, "medium"),
     (736, "large"), (5884, "large"), (9000, "large")],
)  # fmt: skip
def test_a_class_reaches_up_to_its_part_of_the_machine(nodes, size):
    assert size_class(nodes, machine=5884) == size


def test_a_small_machine_has_fewer_classes():
    assert [size_class(nodes, machine=8) for nodes in (1, 2)] == ["medium", "large"]
    assert [most_nodes(size, machine=8) for size in SizeClass] == [0, 0, 1, 8]
