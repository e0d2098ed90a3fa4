"""Which nodes a job gets, by hand: two cells of two racks of four nodes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.scheduler import Job, Layout, Machine, Scheduler, Started
from allocations.scheduler.placement import best_fit

LAYOUT = Layout("n", racks=(4, 4, 4, 4), racks_per_cell=2, rack_digits=1)


@pytest.mark.parametrize(
    ("free", "count", "chosen"),
    [
        # one rack: the fullest that holds them, the first of equals
        ("n-[1-4]-[01-04]", 2, "n-1-[01-02]"),
        ("n-1-[01-04],n-2-[01-03],n-3-[01-02]", 2, "n-3-[01-02]"),
        ("n-1-[01-04],n-2-[02-04],n-4-[01-03]", 3, "n-2-[02-04]"),
        # within a rack: the shortest run that holds them, else the longest first
        ("n-1-[01,03-04]", 1, "n-1-01"),
        ("n-1-[01,03-04]", 2, "n-1-[03-04]"),
        ("n-1-[01-02,04]", 3, "n-1-[01-02,04]"),
        # one cell: a rack of its own before the rest of another
        ("n-[1-4]-[01-04]", 5, "n-1-[01-04],n-2-01"),
        ("n-1-[01-02],n-2-[01-04],n-3-[01-04],n-4-[01-04]", 5, "n-2-[01-04],n-1-01"),
        ("n-1-[01-02],n-[2-4]-[01-04]", 7, "n-3-[01-04],n-4-[01-03]"),
        # several cells: the largest part first
        ("n-1-[01-02],n-[2-4]-[01-04]", 9, "n-[3-4]-[01-04],n-1-01"),
        ("n-[1-4]-[01-04]", 16, "n-[1-4]-[01-04]"),
    ],
)
def test_nodes_lie_as_close_together_as_they_can(free, count, chosen):
    nodes = best_fit(LAYOUT, LAYOUT.expand(free), count)

    assert nodes == LAYOUT.expand(chosen)


@given(st.integers(1, 2**16 - 1), st.data())
def test_as_many_free_nodes_as_asked_for_are_chosen(free, data):
    count = data.draw(st.integers(1, free.bit_count()))

    nodes = best_fit(LAYOUT, free, count)

    assert nodes & ~free == 0
    assert nodes.bit_count() == count


@given(st.integers(1, 2**16 - 1), st.data())
def test_no_more_racks_than_needed_are_used_if_one_cell_holds_the_job(free, data):
    count = data.draw(st.integers(1, free.bit_count()))
    racks = sorted(((free & rack).bit_count() for rack in LAYOUT.rack_sets), reverse=True)
    cells = [(free & cell).bit_count() for cell in LAYOUT.cell_sets]

    nodes = best_fit(LAYOUT, free, count)

    used = sum(1 for rack in LAYOUT.rack_sets if nodes & rack)
    if racks[0] >= count:
        assert used == 1
    elif max(cells) >= count:
        assert used == 2


def test_a_job_is_told_its_nodes_when_it_starts_and_gives_them_back():
    scheduler = Scheduler(Machine.of(LAYOUT))
    scheduler.submit([Job(1, 0, 6, 10, 5), Job(2, 0, 3, 10, 10), Job(3, 5, 6, 10, 10)])

    events = scheduler.run()

    nodes = {event.job.id: event.nodes for event in events if isinstance(event, Started)}
    assert {job_id: LAYOUT.fold(on) for job_id, on in nodes.items()} == {
        1: "n-1-[01-04],n-2-[01-02]",
        2: "n-3-[01-03]",
        3: "n-1-[01-04],n-2-[01-02]",
    }
    assert scheduler.nodes_of == {}
