"""The mails of peer review. They say little and link: the file never leaves the portal."""

from django.contrib.auth import get_user_model

from jaif_portal.flows.outbox import write_mail
from onboarding.models import Role


def reviewer_invited(invitation, *, secret):
    """The one mail that holds the link; what is kept is its digest."""
    write_mail(
        "allocations/mail/reviewer_invited.txt",
        to=invitation.email,
        key=f"reviewer_invitation:{invitation.pk}",
        language=invitation.language,
        invitation=invitation,
        secret=secret,
    )


def invitation(assignment):
    _to_reviewer(assignment, "review_invitation")


def reminder(assignment):
    _to_reviewer(assignment, "review_reminder")


def rapporteur(assignment):
    _to_reviewer(assignment, "review_rapporteur")


def released(assignment):
    _to_reviewer(assignment, "review_released")


def overdue(assignment):
    _to_reviewer(assignment, "review_overdue")
    _to_officers(assignment, "review_escalation")


def no_alternate(_proposal, assignment):
    _to_officers(assignment, "review_no_alternate")


def reviews_are_in(proposal):
    """To the applicant, who reads the reviews in the portal, without names."""
    person = proposal.applicant
    write_mail(
        "allocations/mail/reviews_are_in.txt",
        to=person.email,
        key=f"proposal:{proposal.pk}:reviews_are_in",
        language=person.language,
        proposal=proposal,
    )


def _to_reviewer(assignment, letter):
    person = assignment.reviewer.user
    _write(assignment, letter, person)


def _to_officers(assignment, letter):
    officers = get_user_model().objects.filter(
        groups__name=Role.ACCESS_OFFICER, is_active=True, is_staff=True
    )
    for officer in officers:
        _write(assignment, letter, officer)


def _write(assignment, letter, person):
    write_mail(
        f"allocations/mail/{letter}.txt",
        to=person.email,
        key=f"assignment:{assignment.pk}:{letter}",
        language=person.language,
        assignment=assignment,
        proposal=assignment.proposal,
        person=person,
    )
