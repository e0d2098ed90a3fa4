"""The mails of peer review. They say little and link: the file never leaves the portal."""

from jaif_portal.flows.outbox import write_mail

from .letters import officers, to_applicant


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


def no_alternate(assignment):
    _to_officers(assignment, "review_no_alternate")


def reviews_are_in(proposal):
    """To the applicant, who reads the reviews in the portal, without names."""
    to_applicant(proposal, "reviews_are_in")


def _to_reviewer(assignment, letter):
    person = assignment.reviewer.user
    _write(assignment, letter, person)


def _to_officers(assignment, letter):
    for officer in officers():
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
