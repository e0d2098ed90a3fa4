import datetime as dt

import pytest

from allocations.flows.review_policies import carry_over
from allocations.models import AccessPolicy, ReviewPolicy

pytestmark = pytest.mark.django_db


def next_policy(code):
    policy = AccessPolicy.objects.filter(mode__code=code).first()
    policy.pk, policy._state.adding = None, True
    policy.valid_from += dt.timedelta(days=400)
    policy.save()
    return policy


def test_a_new_policy_reviews_as_the_last_one_of_its_mode_did():
    policy = next_policy("LS")

    carried = carry_over(policy)

    assert (carried.policy, carried.review_days) == (policy, 5)
    assert [row.name for row in carried.criteria.all()] == [
        "Excellence",
        "Innovation and impact",
        "Quality and efficiency of implementation",
    ]
    assert carried.scale.count() == 6
    last = AccessPolicy.objects.filter(mode__code="LS").exclude(pk=policy.pk).get()
    assert (last.review_policy.criteria.count(), last.review_policy.scale.count()) == (3, 6)


def test_what_a_policy_has_stays_and_modes_without_peer_review_get_none():
    policy = next_policy("LS")
    carry_over(policy)

    assert (carry_over(policy), carry_over(next_policy("PG"))) == (None, None)
    assert ReviewPolicy.objects.filter(policy=policy).count() == 1
