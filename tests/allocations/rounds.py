"""A round of Large Scale access, brought to each of its steps by the flows."""

import datetime as dt

from allocations.flows.evaluation import close_reply, go_on
from allocations.flows.lifecycle import fund_shares, keep_deadlines
from allocations.flows.panel import Decision, record_outcome, seat_panel
from allocations.flows.proposals import begin_proposal, submit_proposal
from allocations.flows.publishing import confirm_publication, propose_publication
from allocations.flows.steps import finish_step, take_step
from allocations.models import Call, Proposal, Sector, StepKind, StepOutcome
from jaif_portal import clock
from jaif_portal.models import PortalClock
from onboarding.models import Role
from tests.allocations import factories
from tests.onboarding.factories import OrganisationFactory, UserFactory

CUT_OFF = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)
HOURS = 60_000
AWARD = HOURS // 4 * 3600  # node-seconds
QUORUM = 3


def chair():
    return factories.staff(Role.PANEL_CHAIR)


def publisher():
    return factories.staff(Role.PUBLISHER)


def submitted(*, by=None, **answers):
    by = by or UserFactory()
    call = Call.objects.get(mode__code="LS")
    organisation = by.organisations.first() or OrganisationFactory(representative=by, kind="sme")
    complete = {
        "title": "A model of all towns",
        "abstract": factories.ABSTRACT,
        "sector": Sector.PUBLIC_SECTOR,
        "offer": call.offers.get(),
        "gpu_hours": HOURS,
        "months": 6,
        "civilian_use": True,
    }
    draft = begin_proposal(call, organisation=organisation, by=by, **(complete | answers))
    factories.fill_in(draft)
    factories.assess(draft)
    draft.refresh_from_db()
    factories.itemised(draft)
    return submit_proposal(draft, by=by)


def reach_cut_off():
    """Only where portal time stands still: it is set to the moment of the cut-off."""
    fund_shares(at=clock.now())
    if clock.now() < CUT_OFF:
        PortalClock.objects.update(anchor=CUT_OFF)
    keep_deadlines(until=clock.now())


def in_step(kind, count=1, **answers):
    """``count`` proposals in the step ``kind`` of the round."""
    proposals = [submitted(**answers) for _number in range(count)]
    reach_cut_off()
    for proposal in proposals:
        bring_to(proposal, kind)
        proposal.refresh_from_db()
    return proposals


def bring_to(proposal, kind):
    for done, by in [
        (factories.find_eligible, factories.officer),
        (factories.find_feasible, factories.reviewer),
        (pass_peer_review, factories.officer),
        (close_reply, factories.officer),
    ]:
        if proposal.steps.get(state="active").kind == kind:
            return
        done(proposal, by=by())


def pass_peer_review(proposal, *, by):
    """As if all reviews were in."""
    step = take_step(proposal, StepKind.PEER_REVIEW, by=by)
    go_on(step.proposal, at=finish_step(step, StepOutcome.REVIEWED, by=by))


def seat(proposal, *others):
    """A panel that has a quorum; return its round."""
    members = [UserFactory(role=Role.PANEL_CHAIR) for _number in range(QUORUM)]
    return seat_panel(proposal.round, by=chair(), present=[*members, *others])


def record(proposal, outcome="award", **what):
    if outcome == "reject":
        what.setdefault("remarks", "Others are better.")
    return record_outcome(proposal, by=chair(), decision=Decision(outcome=outcome, **what))


def held(outcome="award", **what):
    """A proposal on which the panel has decided, and nobody knows."""
    (proposal,) = in_step(StepKind.PANEL)
    seat(proposal)
    record(proposal, outcome, **what)
    return proposal


def publish(panel_round):
    propose_publication(panel_round, by=chair())
    return confirm_publication(panel_round, by=publisher())


def rejected(**what):
    proposal = held("reject", **what)
    assert publish(proposal.round) == []
    return Proposal.objects.get(pk=proposal.pk)
