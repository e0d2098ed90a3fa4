"""When the evaluation begins: at once in a rolling mode, else with the cut-off."""

import datetime as dt
from decimal import Decimal

import pytest

from allocations.exceptions import ProposalIncomplete
from allocations.flows.editing import edit_proposal
from allocations.flows.evaluation import find_feasible
from allocations.flows.lifecycle import keep_deadlines
from allocations.flows.proposals import begin_proposal, submit_proposal
from allocations.flows.resources import set_resources
from allocations.flows.withdrawal import withdraw_proposal
from allocations.models import AccessPolicy, Call, Sector
from jaif_portal import clock
from jaif_portal.exceptions import TransitionNotAllowed
from onboarding.models import OrganisationType
from tests.allocations import factories
from tests.allocations.records import history, timers
from tests.onboarding.factories import OrganisationFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

CUT_OFF = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)
ADDRESSES = {
    # mode: (type of organisation, GPU-hours, months, moment, reference)
    "PG": ("start_up", 5000, 2, None, "EHPC-AIF-2026PG01-0001"),
    "FL": ("sme", 20_000, 3, None, "EHPC-AIF-2026FL01-0001"),
    "LS": ("large_industry", 60_000, 6, None, "EHPC-AIF-2026LS01-0001"),
    "SC": ("research", 100_000, 6, None, "EHPC-AIF-2026SC01-0001"),
    "BEN": ("research", 4000, 3, None, "EHPC-BEN-2026B12-0001"),
    "DEV": ("sme", 14_000, 12, None, "EHPC-DEV-2026D12-0001"),
    "REG": ("public_sector", 80_000, 12, "2026-09-01", "EHPC-REG-2026R02-0001"),
    "EXT": ("research", 400_000, 12, "2026-10-01", "EHPC-EXT-2026E02-0001"),
}


def draft(code, kind="sme", *, gpu_hours, months, **answers):
    by = UserFactory()
    call = Call.objects.get(mode__code=code)
    proposal = begin_proposal(
        call,
        organisation=OrganisationFactory(representative=by, kind=kind),
        by=by,
        title="Tenders for towns",
        abstract=factories.ABSTRACT,
        sector=Sector.PUBLIC_SECTOR,
        offer=call.offers.get(),
        gpu_hours=gpu_hours,
        months=months,
        civilian_use=True,
    )
    factories.fill_in(proposal)
    factories.assess(proposal)
    proposal.refresh_from_db()
    line = factories.line(runs=25, devices=4, hours=Decimal(gpu_hours) / 100)  # exact
    proposal = set_resources(proposal, by=by, version=proposal.version, lines=[line])
    return edit_proposal(proposal, by=by, **answers)


def submitted(code="LS", **answers):
    proposal = draft(code, **({"gpu_hours": 60_000, "months": 6} | answers))
    return submit_proposal(proposal, by=proposal.applicant)


@pytest.mark.parametrize("code", ADDRESSES)
def test_each_mode_takes_a_proposal_and_gives_it_its_identifier(frozen_clock, code):
    kind, gpu_hours, months, moment, reference = ADDRESSES[code]
    if moment:
        frozen_clock.anchor = dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)
        frozen_clock.save(update_fields=["anchor"])

    proposal = submitted(code, kind=kind, gpu_hours=gpu_hours, months=months)

    assert proposal.reference == reference
    kinds = list(proposal.steps.values_list("kind", flat=True))
    assert kinds == AccessPolicy.objects.get(mode__code=code).steps
    assert proposal.state == ("in_evaluation" if code in {"PG", "FL"} else "submitted")


def test_before_the_cut_off_nothing_is_evaluated():
    proposal = submitted()

    assert timers(proposal) == {"cut_off": (CUT_OFF, None, None)}
    with pytest.raises(TransitionNotAllowed):
        factories.find_eligible(proposal, by=factories.officer())


def test_the_evaluation_begins_with_the_cut_off_and_its_clock_too(travel):
    proposal = submitted()

    travel(CUT_OFF + dt.timedelta(hours=5))
    keep_deadlines(until=clock.now())
    keep_deadlines(until=clock.now())

    proposal.refresh_from_db()
    assert proposal.state == "in_evaluation"
    assert history(proposal)[-1] == ("submitted", "in_evaluation", None, CUT_OFF, "Cut-off reached")
    assert timers(proposal)["decision"][0] == dt.datetime(2026, 12, 14, 9, tzinfo=dt.UTC)
    assert proposal.steps.get(state="active").started_at == CUT_OFF


def test_a_cut_off_that_was_put_off_is_awaited(travel):
    proposal = submitted()
    later = CUT_OFF + dt.timedelta(days=1)
    proposal.call.rounds.filter(cut_off_at=CUT_OFF).update(cut_off_at=later)

    travel(CUT_OFF)
    keep_deadlines(until=clock.now())
    proposal.refresh_from_db()
    waiting = proposal.state
    travel(later)
    keep_deadlines(until=clock.now())

    proposal.refresh_from_db()
    assert (waiting, proposal.state) == ("submitted", "in_evaluation")


def test_what_was_withdrawn_before_the_cut_off_is_not_evaluated(travel):
    proposal = submitted()
    withdraw_proposal(proposal, by=proposal.applicant)

    travel(CUT_OFF)
    keep_deadlines(until=clock.now())

    proposal.refresh_from_db()
    assert proposal.state == "withdrawn"


def test_a_mode_with_competition_offers_nothing_after_the_technical_check(travel, share):
    proposal = submitted()
    travel(CUT_OFF)
    keep_deadlines(until=clock.now())

    factories.find_eligible(proposal, by=factories.officer())
    find_feasible(proposal, by=factories.reviewer())

    proposal.refresh_from_db()
    assert (proposal.state, proposal.steps.get(state="active").kind) == (
        "in_evaluation",
        "peer_review",
    )


@pytest.mark.parametrize(("gpu_hours", "fits"), [(79_999, False), (80_000, True), (360_000, True)])
def test_node_hours_are_gpu_hours_of_the_machine(gpu_hours, fits):
    proposal = draft("SC", OrganisationType.RESEARCH, gpu_hours=gpu_hours, months=6)

    if fits:
        assert submit_proposal(proposal, by=proposal.applicant).state == "submitted"
        return
    with pytest.raises(ProposalIncomplete) as refusal:
        submit_proposal(proposal, by=proposal.applicant)
    assert refusal.value.fields == {
        "gpu_hours": [
            "AI for Science and Collaborative EU Projects grants between 80,000 and 360,000 "
            "GPU-hours."
        ]
    }


def test_companies_name_the_eu_project_where_the_mode_asks_for_one():
    proposal = draft("SC", OrganisationType.SME, gpu_hours=80_000, months=6, eu_project=None)

    with pytest.raises(ProposalIncomplete) as refusal:
        submit_proposal(proposal, by=proposal.applicant)

    assert list(refusal.value.fields) == ["eu_project"]
    other = draft("SC", OrganisationType.SME, gpu_hours=80_000, months=6, eu_project="AI4X 101")
    assert submit_proposal(other, by=other.applicant).state == "submitted"
