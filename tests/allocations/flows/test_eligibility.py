import pytest

from allocations.exceptions import NotEligible, ReportOverdue
from allocations.flows.eligibility import (
    obstacles,
    require_eligible,
    require_no_overdue_report,
)
from allocations.models import AccessPolicy, Obligation, ObligationState, ProjectRole
from onboarding.models import Country, OrganisationType
from tests.allocations import factories
from tests.onboarding.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("basis", [Country.Basis.MEMBER_STATE, Country.Basis.ASSOCIATED])
@pytest.mark.parametrize("kind", ["start_up", "sme", "mid_cap", "large_industry"])
def test_companies_of_member_and_associated_states_may_apply(basis, kind):
    country = Country.objects.filter(basis=basis).first()
    organisation = OrganisationFactory(kind=kind, country=country)

    assert obstacles(organisation, policy=AccessPolicy.objects.get(mode__code="PG")) == []


def test_a_refusal_gives_every_reason_and_the_way_out():
    country = Country.objects.get(code="CN")
    organisation = OrganisationFactory(kind=OrganisationType.RESEARCH, country=country)

    with pytest.raises(NotEligible) as refusal:
        require_eligible(organisation, policy=AccessPolicy.objects.get(mode__code="PG"))

    assert refusal.value.code == "not_eligible"
    assert str(refusal.value) == (
        f"Organisations established in {country} cannot apply: the country is neither an EU "
        "Member State nor associated with Horizon Europe or the Digital Europe Programme. An "
        "organisation established in such a country can apply instead, for example a "
        "subsidiary or a project partner. "
        "Playground is open to: Start-up, Small or medium-sized enterprise, Small mid-cap, "
        "Large industry. Look for a call of another access mode."
    )


@pytest.fixture
def obligation(monday):
    allocation = factories.awarded(team=["ada@example.org"])
    return Obligation.objects.create(
        allocation=allocation, kind="final_report", opened_at=monday, due_at=monday
    )


def test_a_report_that_is_due_blocks_nobody(obligation):
    require_no_overdue_report(obligation.allocation.project.proposal.applicant)


def test_an_overdue_report_blocks_the_principal_investigator_alone(obligation):
    Obligation.objects.update(state=ObligationState.OVERDUE)
    member, stranger = UserFactory(email="ada@example.org"), UserFactory()

    require_no_overdue_report(member)
    require_no_overdue_report(stranger)
    with pytest.raises(ReportOverdue) as refusal:
        require_no_overdue_report(obligation.allocation.project.proposal.applicant)

    assert refusal.value.code == "report_overdue"


def test_leading_another_project_without_debts_blocks_nobody(obligation):
    """A member of the project that owes, who leads one that does not."""
    Obligation.objects.update(state=ObligationState.OVERDUE)
    other = factories.awarded(by=UserFactory(email="ada@example.org"))

    assert other.project.members.get().role == ProjectRole.PI
    require_no_overdue_report(other.project.proposal.applicant)
