"""What is written to people after a proposal was submitted: questions, answers, reminders."""

from django.contrib.auth import get_user_model

from jaif_portal.flows.outbox import write_mail
from onboarding.models import Role


def recalled(proposal, *, event):
    _to_officers(proposal, "recalled", event=event)


def withdrawn(proposal, *, note):
    _to_officers(proposal, "withdrawn", event="withdrawn", note=note)


def questions(clarification):
    proposal = clarification.proposal
    _to_applicant_and_team(proposal, "questions", clarification)


def answered(clarification):
    """To the person who asked and now goes on."""
    _to_asker(clarification, "answered")


def answer_late(clarification):
    """Remind the applicant, and tell the person who asked and the officers."""
    _to_applicant_and_team(clarification.proposal, "question_reminder", clarification)
    _to_asker(clarification, "question_overdue")
    _to_officers(
        clarification.proposal,
        "question_overdue",
        event=f"question_overdue:{clarification.number}",
        clarification=clarification,
    )


def question_lapsed(clarification):
    _to_applicant_and_team(clarification.proposal, "question_lapsed", clarification)


def report_submitted(obligation, *, event):
    for officer in officers():
        _about_report(obligation, "report_submitted", event, officer.email, officer.language)


def report_decided(obligation, letter, *, event):
    """Returned, accepted or waived."""
    _to_project(obligation, letter, event=event)


def report_reminder(obligation, *, at):
    """Once the report is late, the access office is told as well."""
    event = f"reminder:{at:%Y%m%d}"
    _to_project(obligation, "report_reminder", event=event)
    if at > obligation.due_at:
        for officer in officers():
            _about_report(obligation, "report_late", event, officer.email, officer.language)


def change_requested(change):
    for officer in officers():
        _about_change(change, "change_requested", officer.email, officer.language)


def change_decided(change, letter):
    project = change.allocation.project
    language = project.proposal.applicant.language
    for email in project.members.values_list("email", flat=True):
        _about_change(change, letter, email, language)


def _about_change(change, letter, to, language):
    write_mail(
        f"allocations/mail/{letter}.txt",
        to=to,
        key=f"change:{change.pk}:{letter}",
        language=language,
        change=change,
        project=change.allocation.project,
    )


def allocation_closed(allocation):
    language = allocation.project.proposal.applicant.language
    for email in allocation.project.members.values_list("email", flat=True):
        write_mail(
            "allocations/mail/closed.txt",
            to=email,
            key=f"allocation:{allocation.pk}:closed",
            language=language,
            allocation=allocation,
        )


def officers():
    """Whom the access office's mails go to."""
    people = get_user_model().objects.filter(is_active=True, is_staff=True)
    return people.filter(groups__name=Role.ACCESS_OFFICER)


def _to_project(obligation, letter, *, event):
    project = obligation.allocation.project
    language = project.proposal.applicant.language
    for email in project.members.values_list("email", flat=True):
        _about_report(obligation, letter, event, email, language)


def _about_report(obligation, letter, event, to, language):
    write_mail(
        f"allocations/mail/{letter}.txt",
        to=to,
        key=f"report:{obligation.pk}:{event}",
        language=language,
        obligation=obligation,
        project=obligation.allocation.project,
    )


def _to_applicant_and_team(proposal, letter, clarification):
    language = proposal.applicant.language
    for email in [proposal.applicant.email, *proposal.team.values_list("email", flat=True)]:
        write_mail(
            f"allocations/mail/{letter}.txt",
            to=email,
            key=f"proposal:{proposal.pk}:{letter}:{clarification.number}",
            language=language,
            proposal=proposal,
            clarification=clarification,
        )


def _to_asker(clarification, letter):
    person = clarification.asked_by
    write_mail(
        f"allocations/mail/{letter}.txt",
        to=person.email,
        key=f"proposal:{clarification.proposal_id}:{letter}:{clarification.number}",
        language=person.language,
        proposal=clarification.proposal,
        clarification=clarification,
    )


def _to_officers(proposal, letter, *, event, **context):
    for officer in officers():
        write_mail(
            f"allocations/mail/{letter}.txt",
            to=officer.email,
            key=f"proposal:{proposal.pk}:{event}",
            language=officer.language,
            proposal=proposal,
            **context,
        )
