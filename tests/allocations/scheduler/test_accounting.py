import pytest

from allocations.scheduler.accounting import JUPITER_BOOSTER, Allocated, allocated


@pytest.mark.parametrize(
    ("gpus", "seconds", "expected"),
    [
        (1, 16, Allocated(nodes=1, cpus=288, gpus=4, cpu_seconds=4_608)),  # seen on JUPITER
        (4, 16, Allocated(nodes=1, cpus=288, gpus=4, cpu_seconds=4_608)),
        (5, 10, Allocated(nodes=2, cpus=576, gpus=8, cpu_seconds=5_760)),
        (1, 0, Allocated(nodes=1, cpus=288, gpus=4, cpu_seconds=0)),
    ],
)
def test_whole_nodes_are_accounted_for(gpus, seconds, expected):
    assert allocated(gpus=gpus, seconds=seconds, node=JUPITER_BOOSTER) == expected


@pytest.mark.parametrize("nothing", [{"gpus": 0, "seconds": 1}, {"gpus": 1, "seconds": -1}])
def test_nothing_is_allocated_for_nothing(nothing):
    with pytest.raises(ValueError, match="nothing is allocated"):
        allocated(**nothing, node=JUPITER_BOOSTER)
