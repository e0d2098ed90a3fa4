"""Many rows of each kind, for lists that must not ask once for each."""

from allocations.models import (
    AccessMode,
    AccessPolicy,
    Allocation,
    Award,
    EvaluationStep,
    Job,
    LedgerAccount,
    LedgerEntry,
    Obligation,
    Project,
    ProjectMember,
    Proposal,
    Round,
    System,
    SystemOffer,
    TeamMember,
)
from jaif_portal import clock
from onboarding.models import OnboardingCase
from tests.allocations import factories
from tests.onboarding.factories import OrganisationFactory, UserFactory


def crowd(count, *, by):
    """``count`` projects of ``by``, each with a call, a mode, a machine and books of its own."""
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
    offer, policy = _offer_like(first.proposal, number)
    proposal = _copy(
        Proposal.objects.get(pk=first.proposal_id),
        call=offer.call,
        policy=policy,
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


def _offer_like(proposal, number):
    """A call of a new mode that offers a new machine, and the mode's policy."""
    old = SystemOffer.objects.select_related("call", "partition", "share").get(pk=proposal.offer_id)
    system = System.objects.create(name=f"Machine {number}")
    partition = _copy(old.partition, system=system)
    share = _copy(old.share, partition=partition)
    mode = _copy(AccessMode.objects.get(pk=old.call.mode_id), code=f"M{number}")
    policy = _copy(AccessPolicy.objects.get(pk=proposal.policy_id), mode=mode)
    call = _copy(old.call, mode=mode, title_en=f"Call {number}")
    Round.objects.create(call=call, year=2026, number=1)
    return _copy(old, call=call, partition=partition, share=share), policy


def _allocation_like(allocation, project):
    case = _copy(OnboardingCase.objects.get(pk=allocation.case_id))
    account = LedgerAccount.objects.get(allocation=allocation)
    offer = project.proposal.offer
    copied = _copy(
        Allocation.objects.get(pk=allocation.pk),
        project=project,
        case=case,
        partition=offer.partition,
        share=offer.share,
    )
    pool = LedgerAccount.objects.create(partition=offer.partition, kind="share", share=offer.share)
    account = _copy(account, allocation=copied, partition=offer.partition)
    LedgerEntry.objects.create(
        kind="grant",
        debit=pool,
        credit=account,
        node_seconds=copied.node_seconds,
        key=f"allocation:{copied.pk}:grant",
        at=clock.now(),
    )
    return copied


def _copy(row, **changes):
    row.pk = None
    row._state.adding = True
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()
    return row
