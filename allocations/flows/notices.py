"""What is written to people after a proposal was submitted: questions, answers, reminders."""

from jaif_portal.flows.outbox import write_mail

from .letters import officers, to_officers, to_project, to_team


def recalled(proposal, *, event):
    to_officers(proposal, "recalled", event=event)


def withdrawn(proposal, *, note):
    to_officers(proposal, "withdrawn", event="withdrawn", note=note)


def questions(clarification):
    _to_team(clarification, "questions")


def answered(clarification):
    """To the person who asked and now goes on."""
    _to_asker(clarification, "answered")


def answer_late(clarification):
    """Remind the applicant, and tell the person who asked and the officers."""
    _to_team(clarification, "question_reminder")
    _to_asker(clarification, "question_overdue")
    to_officers(
        clarification.proposal,
        "question_overdue",
        event=f"question_overdue:{clarification.number}",
        clarification=clarification,
    )


def question_lapsed(clarification):
    _to_team(clarification, "question_lapsed")


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
    to_project(allocation, "closed")


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


def _to_team(clarification, letter):
    to_team(
        clarification.proposal,
        letter,
        event=f"{letter}:{clarification.number}",
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
