"""Onboarding cases: opened from a template, ticked by what happens, complete by themselves."""

import logging

from django.db import transaction

from jaif_portal import clock
from jaif_portal.flows.outbox import write_mail
from jaif_portal.flows.transitions import move, record_birth

from ..exceptions import EmptyTemplate
from ..models import CaseState, CaseStep, Circumstance, OnboardingCase
from .checks import CHECKS

logger = logging.getLogger(__name__)


@transaction.atomic
def open_case(template, *, title, organisation, owner, circumstances=(), at):
    """Give ``owner`` the check-list of ``template``, with what they have done already ticked.

    Steps that belong to a ``Circumstance`` come in where ``circumstances`` name it.

    Raises ``EmptyTemplate`` where there is nothing to do, which would let everybody pass.
    """
    needed = [Circumstance.ALWAYS, *circumstances]
    steps = list(template.steps.filter(circumstance__in=needed))
    if not steps:
        raise EmptyTemplate
    case = OnboardingCase.objects.create(
        title=title, organisation=organisation, owner=owner, opened_at=at
    )
    CaseStep.objects.bulk_create(
        CaseStep(
            case=case,
            position=position,
            kind=step.kind,
            owner=step.owner,
            due_at=clock.add_working_days(at, step.working_days),
        )
        for position, step in enumerate(steps, start=1)
    )
    record_birth(case, by=None, at=at)
    _tell(case, "opened")
    return check_case(case, at=at)


@transaction.atomic
def complete_step(case, *, kind, evidence, at):
    """Tick the step ``kind``, which no check of this app can see. Again, it changes nothing."""
    case = _lock(case)
    case.steps.filter(kind=kind, done_at=None).update(done_at=at, evidence=evidence)
    return _settle(case, at=at)


@transaction.atomic
def check_case(case, *, at):
    """Tick what has been done, untick what no longer holds, and complete a case that is done.

    The row lock makes two checks at the same moment one after the other: a case is
    completed once.
    """
    return _settle(_lock(case), at=at)


def check_cases_of(user, *, at):
    """Check what ``user`` still has to do, inside the transaction of what they just did."""
    for case in OnboardingCase.objects.open().filter(owner=user).order_by("pk"):
        check_case(case, at=at)


def check_open_cases(*, at):
    """Check every open case that would change; one that fails holds up no other."""
    cases = OnboardingCase.objects.open().select_related("owner").prefetch_related("steps")
    for case in cases.order_by("pk"):
        try:
            if _would_change(case, at=at):
                check_case(case, at=at)
        except Exception:
            logger.exception("onboarding case %s could not be checked", case.pk)


def _would_change(case, *, at):
    """Read without a lock, so that cases that wait for somebody cost no write."""
    steps = list(case.steps.all())
    return all(step.done_at for step in steps) or any(
        step.evidence != CHECKS[step.kind](case.owner, at=at)
        for step in steps
        if step.kind in CHECKS
    )


def _lock(case):
    cases = OnboardingCase.objects.select_for_update(of=("self",))
    return cases.select_related("owner").get(pk=case.pk)


def _settle(case, *, at):
    """Bring the locked ``case`` up to what is true now. A complete one stays as it is."""
    if case.state != CaseState.OPEN:
        return case
    steps = list(case.steps.all())
    for step in steps:
        if step.kind in CHECKS:
            _tick(step, evidence=CHECKS[step.kind](case.owner, at=at), at=at)
    if all(step.done_at for step in steps):
        case.completed_at = at
        case.save(update_fields=["completed_at"])
        move(case, to=CaseState.COMPLETE, by=None, at=at)
        _tell(case, "complete")
    return case


def _tick(step, *, evidence, at):
    if evidence != step.evidence:
        step.done_at = (step.done_at or at) if evidence else None
        step.evidence = evidence
        step.save(update_fields=["done_at", "evidence"])


def _tell(case, event):
    write_mail(
        f"onboarding/mail/case_{event}.txt",
        to=case.owner.email,
        key=f"case:{case.pk}:{event}",
        language=case.owner.language,
        case=case,
    )
