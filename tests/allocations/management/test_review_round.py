import pytest

from allocations.flows import lifecycle
from allocations.management.commands import load_demo
from allocations.management.review_round import load_review_round
from allocations.models import ConflictOfInterest, Review, ReviewAssignment
from jaif_portal import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def test_the_demo_has_a_round_in_the_middle_of_its_reviews_and_only_one():
    people = {
        email: load_demo.person(email, name, role) for email, name, role, _what in load_demo.PEOPLE
    }
    lifecycle.fund_shares(at=clock.now())

    load_review_round(people, make_person=load_demo.person)
    load_review_round(people, make_person=load_demo.person)

    states = list(ReviewAssignment.objects.values_list("state", flat=True))
    assert {state: states.count(state) for state in states} == {
        "proposed": 4,
        "alternate": 2,
        "invited": 3,
        "accepted": 3,
        "reviewed": 3,
    }
    assert Review.objects.exclude(submitted_at=None).count() == 3
    kinds = ConflictOfInterest.objects.values_list("kind", flat=True)
    assert sorted(kinds) == ["mail_domain", "same_organisation"]
