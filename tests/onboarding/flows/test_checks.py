import datetime as dt

import pytest
from allauth.mfa.models import Authenticator

from jaif_portal import clock
from onboarding.flows.checks import CHECKS
from onboarding.models import StepKind, Terms
from tests.onboarding.factories import (
    UserFactory,
    add_fresh_key,
    next_terms,
    sign_agreement,
    turn_on_mfa,
)

pytestmark = pytest.mark.django_db


def check(kind, user):
    return CHECKS[kind](user, at=clock.now())


@pytest.mark.parametrize("kind", CHECKS)
def test_nothing_is_found_for_somebody_new(kind):
    sign_agreement(UserFactory())
    add_fresh_key(UserFactory())
    turn_on_mfa(UserFactory())

    assert check(kind, UserFactory()) == ""


def test_the_agreement_counts_in_the_version_in_force():
    ada = UserFactory()
    acceptance = sign_agreement(ada)
    assert check(StepKind.AGREEMENT, ada) == f"v1, {acceptance.accepted_at:%Y-%m-%d}"

    next_terms()
    assert check(StepKind.AGREEMENT, ada) == ""

    sign_agreement(ada)
    assert check(StepKind.AGREEMENT, ada) == f"v2, {clock.now():%Y-%m-%d}"


def test_no_agreement_in_force_is_none_signed():
    before = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    assert Terms.objects.in_force(Terms.Kind.USAGE, at=before).first() is None

    assert CHECKS[StepKind.AGREEMENT](UserFactory(), at=before) == ""


def test_the_first_key_is_the_evidence():
    ada = UserFactory()
    first = add_fresh_key(ada)
    add_fresh_key(ada)

    assert check(StepKind.SSH_KEY, ada) == first.fingerprint


def test_an_authenticator_app_counts_and_recovery_codes_alone_do_not():
    ada = UserFactory()
    Authenticator.objects.create(
        user=ada, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "x", "used_mask": 0}
    )
    assert check(StepKind.MFA, ada) == ""

    turn_on_mfa(ada)
    assert check(StepKind.MFA, ada) == "TOTP"
