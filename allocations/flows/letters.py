"""The letters of the access process. Each is written once for an event and a receiver."""

from dataclasses import dataclass

from django.contrib.auth import get_user_model

from jaif_portal import clock
from jaif_portal.flows.outbox import compose_mail, write_mail, write_mails
from onboarding.models import Role

from ..models import AccessMode, Allocation


@dataclass(frozen=True, slots=True)
class ProjectLetter:
    """To every member of a project, once for each ``event``; once for the letter without one."""

    name: str
    allocation: Allocation
    event: str
    context: dict

    def compose(self):
        """A mail for each member, unsaved."""
        language = self.allocation.project.proposal.applicant.language
        return [
            compose_mail(
                f"allocations/mail/{self.name}.txt",
                to=member.email,
                key=f"allocation:{self.allocation.pk}:{self.event or self.name}",
                language=language,
                allocation=self.allocation,
                **self.context,
            )
            for member in self.allocation.project.members.all()
        ]


def send(letters):
    """Write the mails of letters to projects: three statements for many as for one."""
    if not letters:
        return
    rows = Allocation.objects.select_related("project__proposal__applicant", "partition__system")
    known = rows.prefetch_related("project__members").in_bulk(
        {letter.allocation.pk for letter in letters}
    )
    for letter in letters:
        row = known[letter.allocation.pk]
        letter.allocation.project, letter.allocation.partition = row.project, row.partition
    write_mails([mail for letter in letters for mail in letter.compose()])


def receipt(proposal, *, event, revision):
    """``event`` tells one submission from the next, after the proposal was recalled."""
    to_team(proposal, "receipt", event=event, revision=revision)


def carried_over(proposal, *, passed, following):
    """Once for each cut-off that a draft has missed."""
    event = f"carried_over:{passed.pk}"
    to_team(proposal, "carried_over", event=event, passed=passed, following=following)


def draft_ends(proposal, *, passed, ends_at):
    to_team(proposal, "draft_ends", passed=passed, ends_at=ends_at)


def late_code(code, *, secret):
    write_mail(
        "allocations/mail/late_code.txt",
        to=code.person.email,
        key=f"late_code:{code.pk}",
        language=code.person.language,
        code=code,
        secret=secret,
    )


def turned_down(proposal, *, remarks):
    """With the way on: the other modes whose door is open to the organisation, and the appeal."""
    modes = [mode for mode in AccessMode.objects.all() if mode.pk != proposal.policy.mode_id]
    policies = [mode.policies.valid(at=clock.now()).first() for mode in modes]
    others = [
        policy.mode
        for policy in policies
        if policy and proposal.organisation.kind in policy.organisation_types
    ]
    appeals = proposal.appeals.count()
    to_applicant(
        proposal,
        "turned_down",
        event=f"turned_down:{appeals + 1}" if appeals else "turned_down",
        remarks=remarks,
        other_modes=others,
    )


def appeal_filed(appeal):
    event = f"appeal:{appeal.pk}:filed"
    to_officers(appeal.proposal, "appeal_filed", event=event, appeal=appeal)


def appeal_overdue(appeal):
    event = f"appeal:{appeal.pk}:overdue"
    to_officers(appeal.proposal, "appeal_overdue", event=event, appeal=appeal)


def appeal_upheld(appeal):
    event = f"appeal:{appeal.pk}:upheld"
    to_applicant(appeal.proposal, "appeal_upheld", event=event, appeal=appeal)


def appeal_rejected(appeal):
    event = f"appeal:{appeal.pk}:rejected"
    to_applicant(appeal.proposal, "appeal_rejected", event=event, appeal=appeal)


def on_reserve(proposal):
    to_applicant(proposal, "on_reserve")


def offered(proposal, award):
    to_applicant(proposal, "offered", award=award)


def lapsed(proposal):
    to_applicant(proposal, "lapsed")


def reserve_ended(proposal):
    to_applicant(proposal, "reserve_ended")


def awarded(proposal, allocation):
    to_team(proposal, "awarded", allocation=allocation)


def answer_due(proposal):
    to_applicant(proposal, "answer_due")
    to_officers(proposal, "answer_overdue")


def answer_soon(proposal):
    to_applicant(proposal, "answer_soon")


def decision_overdue(proposal):
    to_officers(proposal, "decision_overdue")


def activated(allocation):
    to_project(allocation, "activated")


def expired(allocation, obligation):
    to_project(allocation, "expired", obligation=obligation)


def quota_refilled(allocation, *, node_seconds, resubmit):
    """``resubmit`` says whether jobs wait that keep the lowest priority."""
    to_project(
        allocation,
        "quota_refilled",
        event=f"month:{allocation.month.number}:refilled",
        node_seconds=node_seconds,
        resubmit=resubmit,
    )


def hours_used(allocation, *, percent, left):
    """To be sent."""
    context = {"percent": percent, "node_seconds": left}
    return ProjectLetter("hours_used", allocation, f"used:{percent}", context)


def quota_exhausted(allocation):
    """To be sent."""
    event = f"month:{allocation.month.number}:exhausted"
    return ProjectLetter("quota_exhausted", allocation, event, {})


def forfeiture_ahead(allocation, *, node_seconds):
    to_project(allocation, "forfeiture_ahead", node_seconds=node_seconds)


def exhaustion_ahead(allocation, *, exhaustion):
    to_project(allocation, "exhaustion_ahead", exhaustion=exhaustion)


def nodes_failed(allocation, *, jobs, at):
    """To be sent: one for all of the allocation's jobs that lost a node at that moment.

    ``jobs`` are ``(job, whether it waits again)``.
    """
    event = f"nodes_failed:{at:%Y%m%d%H%M%S}"
    return ProjectLetter("nodes_failed", allocation, event, {"jobs": jobs, "at": at})


def report_overdue(obligation):
    to_project(obligation.allocation, "report_overdue", obligation=obligation)


def to_applicant(proposal, letter, **context):
    person = proposal.applicant
    _write(letter, proposal, to=person.email, language=person.language, **context)


def to_team(proposal, letter, **context):
    """The principal investigator and the team, in the principal investigator's language."""
    to_applicant(proposal, letter, **context)
    for email in proposal.team.values_list("email", flat=True):
        _write(letter, proposal, to=email, language=proposal.applicant.language, **context)


def to_project(allocation, letter, *, event="", **context):
    send([ProjectLetter(letter, allocation, event, context)])


def officers():
    """Whom the access office's mails go to."""
    people = get_user_model().objects.filter(is_active=True, is_staff=True)
    return people.filter(groups__name=Role.ACCESS_OFFICER)


def to_officers(proposal, letter, **context):
    for officer in officers():
        _write(letter, proposal, to=officer.email, language=officer.language, **context)


def _write(letter, proposal, *, to, language, event="", **context):
    """Once for each ``event``; once for the letter if none is named."""
    write_mail(
        f"allocations/mail/{letter}.txt",
        to=to,
        key=f"proposal:{proposal.pk}:{event or letter}",
        language=language,
        proposal=proposal,
        **context,
    )
