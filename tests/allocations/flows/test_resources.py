from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from allocations.exceptions import ResourcesNotPossible
from allocations.flows.completeness import gaps
from allocations.flows.resources import MOST_LINES, resource_gaps, set_resources, sum_up
from allocations.models import AccessPolicy, Proposal, ResourceLine
from jaif_portal.exceptions import NotPermitted, StaleVersion, TransitionNotAllowed
from tests.allocations import factories
from tests.allocations.factories import line
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def save(proposal, *lines, by=None, version=None):
    return set_resources(
        proposal,
        by=by or proposal.applicant,
        version=version or proposal.version,
        lines=list(lines),
    )


def sums(*lines, policy=None):
    policy = policy or AccessPolicy(least_hours=0, most_hours=10_000, unit="gpu_hours")
    rows = [ResourceLine(**answers) for answers in lines]
    return sum_up(rows, partition=factories.booster(), policy=policy)


@pytest.fixture
def fast_lane():
    """A draft in a mode whose hours are not a fixed package."""
    AccessPolicy.objects.update(least_hours=10, most_hours=50_000)
    return factories.draft(gpu_hours=5000)


@pytest.mark.parametrize(
    ("answers", "gpu_hours"),
    [
        ({"runs": 3, "devices": 8, "hours": Decimal("2.5")}, 60),
        ({"runs": 1, "devices": 1, "hours": Decimal(1)}, 4),  # a node is charged whole
        ({"runs": 1, "devices": 5, "hours": Decimal(1)}, 8),
        ({"runs": 2, "devices": 3, "device": "node", "hours": Decimal(1)}, 24),
        ({"runs": 1, "devices": 4, "hours": Decimal("0.01")}, 1),  # a part of an hour counts
    ],
)
def test_a_line_is_runs_times_devices_times_hours(answers, gpu_hours):
    assert sums(line(**answers)).gpu_hours == gpu_hours


def test_sums_tell_contingency_peak_and_part_of_the_ceiling():
    found = sums(
        line(runs=9, devices=100, hours=Decimal(1)),
        line(workload="contingency", runs=1, devices=25, device="node", hours=Decimal(1)),
    )

    assert (found.gpu_hours, found.node_hours) == (1000, Decimal("250.00"))
    assert (found.contingency_percent, found.peak_gpus, found.percent) == (10, 100, 10)


def test_no_lines_come_to_nothing():
    assert sums().gpu_hours == 0


def test_the_sum_of_the_lines_is_what_the_proposal_asks_for(fast_lane):
    save(fast_lane, line(runs=10, devices=400, hours=Decimal(5)))

    fast_lane.refresh_from_db()
    assert fast_lane.gpu_hours == 20_000
    assert resource_gaps(fast_lane) == {}


def test_saving_again_replaces_the_lines(fast_lane):
    save(fast_lane, line(), line(workload="evaluation"))
    fast_lane.refresh_from_db()

    save(fast_lane, line(runs=7))

    assert list(fast_lane.lines.values_list("position", "runs")) == [(1, 7)]


def test_a_fixed_package_keeps_its_hours_and_needs_no_lines():
    proposal = factories.draft()
    assert resource_gaps(proposal) == {}

    save(proposal, line(runs=1250, hours=Decimal("1.01")))

    proposal.refresh_from_db()
    assert proposal.gpu_hours == 5000
    assert resource_gaps(proposal)["lines"].startswith("The lines come to 5050 GPU-hours")


def test_other_modes_need_lines(fast_lane):
    assert resource_gaps(fast_lane) == {"lines": "Say in lines what the hours are for."}


def test_the_section_of_the_form_asks_for_the_lines():
    proposal = factories.draft()
    assert "lines" not in gaps(proposal)

    fast_lane = Proposal.objects.get(pk=proposal.pk)
    fast_lane.policy = AccessPolicy.objects.filter(mode__code="FL").first()

    assert gaps(fast_lane)["lines"] == "Say in lines what the hours are for."


def test_lines_that_do_not_come_to_the_hours_are_a_gap(fast_lane):
    save(fast_lane, line(runs=1250))
    fast_lane.refresh_from_db()
    fast_lane.gpu_hours = 5004

    assert resource_gaps(fast_lane) == {
        "lines": "The lines come to 5000 GPU-hours, but you ask for 5004. "
        "Save the lines again, or correct them."
    }


def test_a_stale_page_changes_nothing(fast_lane):
    with pytest.raises(StaleVersion):
        save(fast_lane, line(), version=fast_lane.version + 1)
    assert fast_lane.lines.count() == 0


def test_others_may_not_and_nobody_after_submission():
    with pytest.raises(NotPermitted):
        save(factories.draft(), line(), by=UserFactory())
    with pytest.raises(TransitionNotAllowed):
        save(factories.submitted(), line())


@pytest.mark.parametrize(
    ("lines", "start"),
    [
        ([line()] * (MOST_LINES + 1), "A request has at most 30 lines."),
        ([line(workload="contingency")], "Contingency alone is no work."),
        ([line(runs=100_000, devices=100_000)], "The lines come to more than any machine has."),
    ],
)
def test_impossible_lines_are_refused(fast_lane, lines, start):
    with pytest.raises(ResourcesNotPossible) as refusal:
        save(fast_lane, *lines)
    assert str(refusal.value).startswith(start)
    assert fast_lane.lines.count() == 0


@pytest.mark.parametrize("wrong", [{"runs": 0}, {"devices": 0}, {"hours": 0}, {"hours": 10_001}])
def test_the_database_refuses_amounts_out_of_range(fast_lane, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        ResourceLine.objects.create(proposal=fast_lane, position=1, **line(**wrong))
