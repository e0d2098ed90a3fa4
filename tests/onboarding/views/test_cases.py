import datetime as dt

import pytest
from django.urls import reverse

from jaif_portal import clock
from onboarding.flows.cases import complete_step
from onboarding.models import Role, StepKind
from tests.onboarding.factories import (
    UserFactory,
    add_fresh_key,
    case_of,
    sign_agreement,
    turn_on_mfa,
)

pytestmark = pytest.mark.django_db


def page(case):
    return reverse("onboarding:case", args=[case.pk])


def complete(case):
    sign_agreement(case.owner)
    add_fresh_key(case.owner)
    turn_on_mfa(case.owner)
    return complete_step(case, kind=StepKind.ASSOCIATION, evidence="e-x", at=clock.now())


def test_the_page_asks_strangers_to_sign_in(client):
    assert client.get(page(case_of(UserFactory()))).status_code == 302


def test_the_case_of_somebody_else_is_not_there(client):
    client.force_login(UserFactory())

    assert client.get(page(case_of(UserFactory()))).status_code == 404


def test_the_owner_is_led_to_each_step_and_back(client):
    ada = UserFactory()
    case = case_of(ada)
    client.force_login(ada)

    text = client.get(page(case)).text

    for target in ("onboarding:key_new", "mfa_activate_totp"):
        assert f'href="{reverse(target)}?next={page(case)}"' in text
    assert f'href="{reverse("onboarding:terms", args=["usage"])}?next={page(case)}"' in text
    assert text.count("To be done by you") == 3
    assert text.count("Done by the portal") == 1


def test_what_is_done_shows_its_evidence_instead_of_its_button(client):
    ada = UserFactory()
    case = case_of(ada)
    key = add_fresh_key(ada)
    client.force_login(ada)

    text = client.get(page(case)).text

    assert key.fingerprint in text
    assert reverse("onboarding:key_new") not in text


def test_an_officer_sees_whose_turn_it_is_and_no_buttons(client):
    case = case_of(UserFactory(name="Ada Lovelace"))
    client.force_login(UserFactory(role=Role.ONBOARDING_OFFICER))

    text = client.get(page(case)).text

    assert text.count("To be done by Ada Lovelace") == 3
    assert reverse("onboarding:key_new") not in text


def test_what_is_late_says_so(client, travel):
    ada = UserFactory()
    case = case_of(ada)
    client.force_login(ada)
    assert "was due by" not in client.get(page(case)).text

    travel(dt.timedelta(days=30))

    assert client.get(page(case)).text.count("was due by") == 4


def test_the_list_asks_for_itself_while_the_case_is_open(client):
    ada = UserFactory()
    case = case_of(ada)
    client.force_login(ada)

    response = client.get(page(case), headers={"HX-Request": "true"})

    assert response.text.lstrip().startswith(
        f'<div id="case" hx-get="{page(case)}" hx-trigger="every 4s" hx-swap="outerHTML">'
    )
    assert "<html" not in response.text
    assert "HX-Request" in response["Vary"]


def test_the_list_of_a_complete_case_stops_asking_and_says_what_comes_next(client):
    ada = UserFactory()
    case = complete(case_of(ada))
    client.force_login(ada)

    text = client.get(page(case), headers={"HX-Request": "true"}).text

    assert "hx-get" not in text
    assert "All steps were done on" in text


def test_reading_the_page_takes_the_same_queries_at_the_beginning_and_at_the_end(
    client, django_assert_num_queries
):
    ada = UserFactory()
    case = case_of(ada)
    client.force_login(ada)

    # Session, person, roles, case, steps, the clock, and once more for the header.
    with django_assert_num_queries(7):
        client.get(page(case))
    complete(case)
    with django_assert_num_queries(7):
        client.get(page(case))
