"""Many rows of each kind, for lists that must not ask once for each."""

from allocations.models import (
    Allocation,
    Award,
    Call,
    EvaluationStep,
    Job,
    LedgerAccount,
    Obligation,
    Project,
    ProjectMember,
    Proposal,
    ProposalState,
    Round,
    SystemOffer,
    TeamMember,
)
from jaif_portal import clock
from onboarding.models import OnboardingCase
from tests.allocations import factories
from tests.onboarding.factories import OrganisationFactory, UserFactory


def crowd(count, *, by):
    """``count`` projects of ``by``, each with all that belongs to one, under a call of its own."""
    allocation = factories.active(by=by)
    first = factories.Project.objects.get(allocations=allocation)
    TeamMember.objects.create(proposal=first.proposal, email="team@example.org")
    give_work(allocation, by=by)
    for number in range(1, count):
        _another(first, number, by=by)


def give_work(allocation, *, by):
    """A waiting job and an owed report."""
    now = clock.now()
    Job.objects.create(
        partition=allocation.partition,
        allocation=allocation,
        share=allocation.share,
        submitted_by=by,
        name="train",
        nodes=2,
        time_limit=3600,
        runtime=60,
        submitted_at=now,
    )
    Obligation.objects.create(allocation=allocation, kind="final_report", opened_at=now, due_at=now)


def _another(first, number, *, by):
    call = _copy(Call.objects.get(pk=first.proposal.call_id), title_en=f"Call {number}")
    Round.objects.create(call=call, year=2026, number=1)
    offer = _copy(SystemOffer.objects.get(pk=first.proposal.offer_id), call=call)
    proposal = _copy(
        Proposal.objects.get(pk=first.proposal_id),
        call=call,
        offer=offer,
        reference=f"COPY-{number}",
        organisation=OrganisationFactory(),
    )
    TeamMember.objects.create(proposal=proposal, email=UserFactory().email)
    for step in first.proposal.steps.all():
        _copy(EvaluationStep.objects.get(pk=step.pk), proposal=proposal)
    _copy(Award.objects.get(proposal=first.proposal), proposal=proposal)
    project = _copy(
        Project.objects.get(pk=first.pk),
        proposal=proposal,
        organisation=proposal.organisation,
        identifier=f"COPY-{number}",
        budget=f"copy-{number}",
    )
    ProjectMember.objects.create(project=project, email=by.email, role="pi")
    allocation = _allocation_like(first.allocations.get(), project)
    give_work(allocation, by=by)


def _allocation_like(allocation, project):
    case = _copy(OnboardingCase.objects.get(pk=allocation.case_id))
    account = LedgerAccount.objects.get(allocation=allocation)
    copied = _copy(Allocation.objects.get(pk=allocation.pk), project=project, case=case)
    _copy(account, allocation=copied)
    return copied


def waiting(count):
    """``count`` proposals in evaluation, each of another applicant."""
    for _number in range(count):
        factories.submitted()


def withdrawn(count, *, by):
    """``count`` proposals of one person that have come to their end."""
    first = factories.draft(by=by)
    for number in range(count):
        row = Proposal.objects.get(pk=first.pk)
        _copy(row, reference=f"DRAFT-COPY-{number}", state=ProposalState.WITHDRAWN)


def _copy(row, **changes):
    row.pk = None
    row._state.adding = True
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()
    return row
