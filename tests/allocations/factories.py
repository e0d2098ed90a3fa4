"""Subjects at each stage, brought there by the flows."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group

from allocations.flows import lifecycle
from allocations.flows.associations import acknowledge_associations
from allocations.flows.evaluation import find_eligible, find_feasible
from allocations.flows.offers import accept_offer
from allocations.flows.proposals import begin_proposal, submit_proposal
from allocations.models import Call, Partition, Project, Sector
from jaif_portal import clock
from onboarding.flows.agreements import accept_terms, current_terms
from onboarding.flows.cases import check_case
from onboarding.models import Role, SSHKey, Terms
from tests.onboarding.factories import OrganisationFactory, UserFactory

ABSTRACT = "We fine-tune a language model for tenders of small municipalities in Europe. " * 2


def officer():
    return _staff(Role.ACCESS_OFFICER)


def reviewer():
    return _staff(Role.TECHNICAL_REVIEWER)


def _staff(role):
    return Group.objects.get(name=role).user_set.first() or UserFactory(role=role)


def booster():
    return Partition.objects.get(name="booster")


def draft(*, by=None, **answers):
    """A complete draft under the Playground call."""
    by = by or UserFactory()
    organisation = by.organisations.first() or OrganisationFactory(representative=by)
    call = Call.objects.get(mode__code="PG")
    complete = {
        "title": "Tenders for towns",
        "abstract": ABSTRACT,
        "sector": Sector.PUBLIC_SECTOR,
        "offer": call.offers.get(),
        "gpu_hours": 5000,
        "months": 2,
        "civilian_use": True,
    }
    return begin_proposal(call, organisation=organisation, by=by, **(complete | answers))


def submitted(**answers):
    proposal = draft(**answers)
    return submit_proposal(proposal, by=proposal.applicant)


def offered(**answers):
    lifecycle.fund_shares(at=clock.now())
    proposal = submitted(**answers)
    find_eligible(proposal, by=officer())
    return find_feasible(proposal, by=reviewer())


def awarded(**answers):
    """An allocation that waits for onboarding."""
    proposal = offered(**answers)
    return accept_offer(proposal, by=proposal.applicant).allocations.get()


def onboard(allocation):
    """Have the applicant do every step of the case, and the scheduler its own."""
    now = clock.now()
    person = allocation.case.owner
    accept_terms(current_terms(Terms.Kind.USAGE, at=now), by=person)
    SSHKey.objects.get_or_create(
        user=person,
        defaults={
            "name": "laptop",
            "networks": [],
            "added_at": now,
            "fingerprint": f"SHA256:{person.pk}",
        },
    )
    Authenticator.objects.get_or_create(user=person, type=Authenticator.Type.TOTP, data={})
    acknowledge_associations(allocation.partition, at=now)
    check_case(allocation.case, at=now)


def active(**answers):
    """An allocation whose onboarding is complete."""
    allocation = awarded(**answers)
    onboard(allocation)
    lifecycle.activate_ready(at=clock.now())
    allocation.refresh_from_db()
    return allocation


def project(**answers):
    return Project.objects.get(allocations=active(**answers))
