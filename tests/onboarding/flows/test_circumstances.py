"""Steps that come into a case only where the project needs them."""

import pytest

from jaif_portal import clock
from onboarding.flows.agreements import accept_terms, current_terms
from onboarding.flows.cases import open_case
from onboarding.models import CaseTemplate, Circumstance, Terms
from tests.onboarding.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

ALWAYS = ["agreement", "ssh_key", "mfa", "association"]


def case(*, circumstances=()):
    owner = UserFactory()
    return open_case(
        CaseTemplate.objects.get(name="Standard"),
        title="EHPC-AIF-2026PG01-0001",
        organisation=OrganisationFactory(representative=owner),
        owner=owner,
        circumstances=circumstances,
        at=clock.now(),
    )


def kinds(opened):
    return list(opened.steps.values_list("kind", flat=True))


def test_personal_data_bring_the_data_processing_agreement():
    assert kinds(case()) == ALWAYS
    assert kinds(case(circumstances=[Circumstance.PERSONAL_DATA])) == [
        "agreement",
        "data_processing",
        "ssh_key",
        "mfa",
        "association",
    ]


def test_signing_the_agreement_ticks_its_step_alone():
    opened = case(circumstances=[Circumstance.PERSONAL_DATA])

    accept_terms(current_terms(Terms.Kind.DATA_PROCESSING, at=clock.now()), by=opened.owner)

    done = opened.steps.filter(done_at__isnull=False)
    assert list(done.values_list("kind", flat=True)) == ["data_processing"]
