import datetime as dt

import pytest

from allocations.exceptions import ChainNotPossible, JobNotPossible
from allocations.flows.chains import Chain, submit_chain
from allocations.models import Job, JobState
from tests.allocations import factories
from tests.allocations.quotas import pass_time, quiet_machine
from tests.allocations.records import broken_invariants

pytestmark = pytest.mark.django_db
HOUR = 3600


@pytest.fixture
def allocation(monday):
    quiet_machine()
    return factories.active()


def submit(allocation, chain, **wishes):
    wishes = {"kind": "afterok", "name": "gpt"} | wishes
    return submit_chain(allocation, chain, by=allocation.project.proposal.applicant, **wishes)


@pytest.mark.parametrize(
    ("total", "piece", "pieces"),
    [
        (36 * HOUR, 12 * HOUR, [12 * HOUR] * 3),
        (30 * HOUR, 12 * HOUR, [12 * HOUR, 12 * HOUR, 6 * HOUR]),
        (HOUR, 12 * HOUR, [HOUR]),
        (2 * HOUR + 20, HOUR, [HOUR, HOUR, 60]),
    ],
)
def test_a_chain_is_cut_into_pieces(total, piece, pieces):
    chain = Chain(nodes=4, total=total, piece=piece)

    assert (chain.pieces, chain.most) == (pieces, 4 * sum(pieces))


@pytest.mark.parametrize(("total", "piece"), [(101 * HOUR, HOUR), (HOUR, 59), (59, HOUR)])
def test_a_chain_has_a_bounded_number_of_pieces_of_a_minute_or_more(total, piece):
    with pytest.raises(ChainNotPossible):
        Chain(nodes=1, total=total, piece=piece).pieces  # noqa: B018


def test_the_pieces_of_a_chain_run_one_after_the_other(allocation, travel):
    jobs = submit(allocation, Chain(nodes=2, total=5 * HOUR, piece=2 * HOUR))
    pass_time(allocation, until=travel(dt.timedelta(days=1)))

    for job in jobs:
        job.refresh_from_db()
    assert [(job.name, job.comment, job.time_limit, job.state) for job in jobs] == [
        ("gpt-1", "1/3", 2 * HOUR, JobState.COMPLETED),
        ("gpt-2", "2/3", 2 * HOUR, JobState.COMPLETED),
        ("gpt-3", "3/3", HOUR, JobState.COMPLETED),
    ]
    assert [job.started_at for job in jobs[1:]] == [job.ended_at for job in jobs[:-1]]
    assert broken_invariants() == []


@pytest.mark.parametrize(
    ("kind", "states"),
    [("afterok", {"cancelled", "pending"}), ("afterany", {"cancelled", "completed"})],
)
def test_what_follows_a_piece_that_did_not_succeed_is_chosen(allocation, travel, kind, states):
    first, *_rest = submit(allocation, Chain(nodes=2, total=5 * HOUR, piece=2 * HOUR), kind=kind)
    first.cancel_requested_at = first.submitted_at
    first.save()
    pass_time(allocation, until=travel(dt.timedelta(days=1)))

    assert set(Job.objects.values_list("state", flat=True)) == states


def test_a_chain_with_a_piece_that_cannot_be_is_refused_as_a_whole(allocation):
    with pytest.raises(JobNotPossible):
        submit(allocation, Chain(nodes=1, total=30 * HOUR, piece=13 * HOUR))
    with pytest.raises(ChainNotPossible):
        submit(allocation, Chain(nodes=1, total=HOUR, piece=HOUR), kind="afternotok")

    assert not Job.objects.exists()
