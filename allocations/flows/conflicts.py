"""Conflicts of interest: found from what the portal knows, declared, and weighed again."""

from collections import defaultdict
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils.translation import gettext_noop

from jaif_portal import clock
from jaif_portal.flows.transitions import move, record_birth
from onboarding.models import Membership

from ..models import (
    ConflictKind,
    ConflictOfInterest,
    ConflictRule,
    DeclaredRelation,
    Proposal,
    ProposalState,
    PublicMailDomain,
    RelationWindow,
    ReviewerWish,
    Severity,
    Wish,
)


@dataclass(frozen=True)
class Finding:
    """``evidence`` is in English, as all that the portal notes down."""

    proposal_id: int
    reviewer_id: int
    kind: ConflictKind
    severity: Severity
    evidence: str


class Circle:
    """The people and the domains of a proposal."""

    def __init__(self, proposal, colleagues, public_domains):
        self.people = {proposal.applicant.email, *(row.email for row in proposal.team.all())}
        addresses = self.people | {email for _pk, email in colleagues}
        self.domains = {email.rpartition("@")[2] for email in addresses} - public_domains
        self.colleague_ids = {pk for pk, _email in colleagues}


def find_conflicts(proposals, reviewers, *, at):
    """What the portal knows that ties ``reviewers`` to ``proposals``, in a fixed number of queries.

    Reviewers come with their ``user``, proposals with ``applicant``, ``organisation`` and ``team``.
    """
    severity = {rule.kind: rule.severity for rule in ConflictRule.objects.all()}
    facts = _Facts(proposals, reviewers, on=at.date())
    findings = []
    for proposal in proposals:
        circle = Circle(proposal, facts.colleagues[proposal.organisation_id], facts.public_domains)
        for reviewer in reviewers:
            for kind, found, evidence in _ties(proposal, reviewer, circle, facts):
                findings.append(
                    Finding(proposal.pk, reviewer.pk, kind, found or severity[kind], evidence)
                )
    return findings


@transaction.atomic
def record_conflicts(proposals, reviewers, *, at):
    """Write down what is found and was not known; what officers decided before stays.

    Returns ``{(proposal id, reviewer id)}`` of all pairs with a real conflict.
    """
    findings = find_conflicts(proposals, reviewers, at=at)
    rows = ConflictOfInterest.objects.filter(proposal__in=proposals, reviewer__in=reviewers)
    known = set(rows.values_list("proposal_id", "reviewer_id", "kind"))
    fresh = {(row.proposal_id, row.reviewer_id, row.kind): row for row in findings}
    ConflictOfInterest.objects.bulk_create(
        [
            ConflictOfInterest(
                proposal_id=row.proposal_id,
                reviewer_id=row.reviewer_id,
                kind=row.kind,
                state=row.severity,
                evidence=row.evidence,
                found_at=at,
            )
            for key, row in fresh.items()
            if key not in known
        ],
        ignore_conflicts=True,  # another officer's search found the same
    )
    return set(rows.blocking().values_list("proposal_id", "reviewer_id"))


def write_down(proposal, reviewer, severity, *, by, evidence, management_plan):
    """Keep what a person says; what was said of this reviewer before is taken over."""
    now = clock.now()
    conflict, created = ConflictOfInterest.objects.get_or_create(
        proposal=proposal,
        reviewer=reviewer,
        kind=ConflictKind.DECLARED,
        defaults={
            "state": severity,
            "evidence": evidence,
            "management_plan": management_plan,
            "found_at": now,
            "reported_by": by,
        },
    )
    if created:
        record_birth(conflict, by=by, at=now)
        return conflict
    conflict.evidence, conflict.management_plan = evidence, management_plan
    conflict.save(update_fields=["evidence", "management_plan"])
    if conflict.state != severity:
        move(conflict, to=severity, by=by, at=now, note=gettext_noop("Declared again"))
    return conflict


class _Facts:
    """What ties people to proposals, read once for all pairs."""

    def __init__(self, proposals, reviewers, *, on):
        self.on = on
        self.public_domains = set(PublicMailDomain.objects.values_list("domain", flat=True))
        self.windows = {window.kind: window for window in RelationWindow.objects.all()}
        self.colleagues = defaultdict(list)
        organisations = {proposal.organisation_id for proposal in proposals}
        members = Membership.objects.filter(organisation__in=organisations)
        for organisation, pk, email in members.values_list(
            "organisation_id", "user_id", "user__email"
        ):
            self.colleagues[organisation].append((pk, email))
        self.relations = defaultdict(list)
        for relation in DeclaredRelation.objects.filter(reviewer__in=reviewers):
            self.relations[relation.reviewer_id].append(relation)
        excluded = ReviewerWish.objects.filter(proposal__in=proposals, wish=Wish.EXCLUDED)
        self.excluded = set(excluded.values_list("proposal_id", "email"))
        self.applied = self._applications({proposal.call_id for proposal in proposals})

    def _applications(self, calls):
        """``{(call id, address)}`` of everybody who applies under these calls."""
        handed_in = Proposal.objects.filter(call__in=calls).exclude(
            state__in=[ProposalState.DRAFT, ProposalState.WITHDRAWN]
        )
        applicants = set(handed_in.values_list("call_id", "applicant__email"))
        return applicants | set(handed_in.values_list("call_id", "team__email"))

    def counts(self, relation):
        window = self.windows[relation.kind]
        if relation.ended_on is None or window.months is None:
            return True
        return self.on < relation.ended_on + relativedelta(months=window.months)


def _ties(proposal, reviewer, circle, facts):
    """``(kind, severity or nothing, evidence)`` of each tie between the two."""
    email = reviewer.user.email
    if email in circle.people:
        yield ConflictKind.TEAM, "", f"{email} is on the team."
    elif (proposal.call_id, email) in facts.applied:
        evidence = f"{email} is part of another proposal under this call."
        yield ConflictKind.SAME_CALL, "", evidence
    yield from _ties_to_organisation(proposal.organisation, reviewer, circle)
    if (proposal.pk, email) in facts.excluded:
        yield ConflictKind.EXCLUDED, "", f"The applicant asked not to ask {email}."
    yield from _relations(proposal.organisation, reviewer, circle, facts)


def _ties_to_organisation(organisation, reviewer, circle):
    if reviewer.user_id in circle.colleague_ids:
        evidence = f"{reviewer.user.email} acts for {organisation.name}."
        yield ConflictKind.SAME_ORGANISATION, "", evidence
    elif _tidy(reviewer.institution) == _tidy(organisation.name):
        yield ConflictKind.SAME_ORGANISATION, "", f"Institution: {reviewer.institution}."
    if reviewer.mail_domain in circle.domains:
        yield ConflictKind.MAIL_DOMAIN, "", f"Both use addresses of {reviewer.mail_domain}."


def _relations(organisation, reviewer, circle, facts):
    for relation in facts.relations[reviewer.pk]:
        to_people = relation.email in circle.people
        if (to_people or relation.organisation_id == organisation.pk) and facts.counts(relation):
            ended = f", ended on {relation.ended_on}" if relation.ended_on else ""
            to = relation.email if to_people else organisation.name
            severity = facts.windows[relation.kind].severity
            yield ConflictKind.RELATION, severity, f"{relation.kind}: {to}{ended}."


def _tidy(name):
    return " ".join(name.lower().split())
