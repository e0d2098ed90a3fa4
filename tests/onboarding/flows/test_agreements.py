import datetime as dt

import pytest

from jaif_portal import clock
from onboarding.exceptions import TermsOutdated
from onboarding.flows.agreements import accept_terms, current_terms
from onboarding.models import Acceptance, Terms
from tests.onboarding.factories import UserFactory, next_terms

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", Terms.Kind)
def test_current_terms_come_with_the_portal(kind):
    terms = current_terms(kind, at=clock.now())

    assert (terms.kind, terms.version) == (kind, 1)


def test_current_terms_change_at_the_moment_from_which_they_are_valid():
    change = clock.now() + dt.timedelta(days=3)
    newer = next_terms(valid_from=change)

    assert current_terms(Terms.Kind.USAGE, at=change - dt.timedelta(seconds=1)).version == 1
    assert current_terms(Terms.Kind.USAGE, at=change) == newer


def test_current_terms_do_not_exist_before_the_first_version():
    with pytest.raises(Terms.DoesNotExist):
        current_terms(Terms.Kind.USAGE, at=dt.datetime(2025, 12, 31, tzinfo=dt.UTC))


def test_accept_terms_records_who_signed_when(frozen_clock, travel):
    ada = UserFactory()
    signed_at = travel(dt.timedelta(days=1))

    accept_terms(current_terms(Terms.Kind.USAGE, at=clock.now()), by=ada)

    acceptance = Acceptance.objects.get()
    assert (acceptance.user, acceptance.terms.version, acceptance.accepted_at) == (
        ada,
        1,
        signed_at,
    )


def test_accept_terms_again_keeps_the_first_signature(frozen_clock, travel):
    ada = UserFactory()
    first = accept_terms(current_terms(Terms.Kind.USAGE, at=clock.now()), by=ada)
    travel(dt.timedelta(days=1))

    again = accept_terms(current_terms(Terms.Kind.USAGE, at=clock.now()), by=ada)

    assert (again, again.accepted_at) == (first, first.accepted_at)


def test_accept_terms_refuses_an_older_version():
    older = current_terms(Terms.Kind.USAGE, at=clock.now())
    next_terms()

    with pytest.raises(TermsOutdated) as refusal:
        accept_terms(older, by=UserFactory())

    assert str(refusal.value) == (
        "There is a newer version of these terms. Read and sign that one."
    )
    assert not Acceptance.objects.exists()


def test_accept_terms_refuses_a_version_that_is_not_valid_yet():
    with pytest.raises(TermsOutdated):
        accept_terms(next_terms(valid_from=clock.now() + dt.timedelta(1)), by=UserFactory())
