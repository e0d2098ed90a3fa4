"""Acts on a real ``ModelAdmin``: the outbox, whose one act is to send a mail again."""

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from jaif_portal.admin.acts import Act
from jaif_portal.admin.outbox import MailAdmin
from jaif_portal.exceptions import Refusal
from jaif_portal.flows.tokens import issue_token
from jaif_portal.models import Mail, PortalClock, Transition
from onboarding.models import Role
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db


def sent_mail(key="1"):
    return Mail.objects.create(
        key=key, recipient="ada@example.org", subject="Hello", body="…", sent_at=timezone.now()
    )


def page_of(mail):
    return reverse("admin:jaif_portal_mail_change", args=[mail.pk])


def act_on(mail, name="send_again"):
    return reverse("admin:jaif_portal_mail_act", args=[mail.pk, name])


def tick(client, *mails, act="send_again"):
    data = {"action": act, ACTION_CHECKBOX_NAME: [mail.pk for mail in mails]}
    return client.post(reverse("admin:jaif_portal_mail_changelist"), data)


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def officer(client):
    user = UserFactory(role=Role.ACCESS_OFFICER)
    client.force_login(user)
    return user


@pytest.fixture
def auditor(client):
    user = UserFactory(role=Role.AUDITOR)
    client.force_login(user)
    return user


@pytest.fixture
def refusing(monkeypatch):
    """The act says no to every mail with an even key."""

    def flow(mail, *, by):
        if int(mail.key) % 2 == 0:
            raise Refusal("The address bounces.")

    act = Act(name="refuse", label="Refuse", flow=flow, permission="jaif_portal.resend_mail")
    monkeypatch.setattr(MailAdmin, "acts", [act])


def test_object_page_offers_the_act(client, officer):
    mail = sent_mail()

    assert f'href="{act_on(mail)}"' in client.get(page_of(mail)).content.decode()


def test_object_page_explains_an_act_that_the_role_does_not_allow(client, auditor):
    mail = sent_mail()

    html = client.get(page_of(mail)).content.decode()

    assert act_on(mail) not in html
    assert "Your role does not allow this here." in html


def test_object_page_explains_an_act_that_is_not_possible_now(client, officer, monkeypatch):
    act = Act(
        name="never",
        label="Never",
        flow=lambda _mail, **_answers: None,
        permission="jaif_portal.resend_mail",
        possible=lambda _mail: "It was never sent.",
    )
    monkeypatch.setattr(MailAdmin, "acts", [act])
    mail = sent_mail()

    assert "It was never sent." in client.get(page_of(mail)).content.decode()
    confirmation = client.get(act_on(mail, "never")).content.decode()
    assert "It was never sent." in confirmation
    assert 'type="submit" class="default' not in confirmation


def test_object_page_shows_the_history(client, officer):
    mail = sent_mail()
    Transition.objects.create(
        subject=mail, to_state="sent", by=officer, at=timezone.now(), note="By post as well."
    )

    assert "By post as well." in client.get(page_of(mail)).content.decode()


def test_asking_changes_nothing(client, officer):
    mail = sent_mail()

    assert client.get(act_on(mail)).status_code == 200

    mail.refresh_from_db()
    assert mail.sent_at is not None


def test_performing_calls_the_flow_and_returns_to_the_row(client, officer):
    mail = sent_mail()

    response = client.post(act_on(mail))

    mail.refresh_from_db()
    assert mail.sent_at is None
    assert response.url == page_of(mail)
    assert told(response) == [f"Done: Send again. {mail}"]


def test_performing_is_refused_to_other_roles(client, auditor):
    mail = sent_mail()

    assert client.post(act_on(mail)).status_code == 403

    mail.refresh_from_db()
    assert mail.sent_at is not None


def test_performing_is_refused_to_people_without_a_role(client):
    client.force_login(UserFactory(is_staff=True))

    assert client.post(act_on(sent_mail())).status_code == 403


def test_an_unknown_act_or_row_is_not_found(client, officer):
    mail = sent_mail()

    assert client.post(act_on(mail, "no_such_act")).status_code == 404
    mail.pk += 1
    assert client.post(act_on(mail)).status_code == 404


def test_a_refusal_is_shown_on_the_page_of_the_act(client, officer, refusing):
    response = client.post(act_on(sent_mail("2"), "refuse"))

    assert response.status_code == 200
    assert "The address bounces." in response.content.decode()


def test_in_bulk_each_refusal_is_told_and_the_rest_is_done(client, officer, refusing):
    response = tick(client, sent_mail("1"), sent_mail("2"), sent_mail("3"), act="refuse")

    assert told(response) == [
        "Hello → ada@example.org: The address bounces.",
        "Done: Refuse (2).",
    ]


def test_in_bulk_the_same_flow_runs(client, officer):
    mails = [sent_mail("1"), sent_mail("2")]

    tick(client, *mails)

    assert not Mail.objects.exclude(sent_at=None).exists()


def test_bulk_actions_are_offered_to_those_who_may(client, auditor, rf):
    mail = sent_mail()

    tick(client, mail)

    mail.refresh_from_db()
    assert mail.sent_at is not None


def test_a_form_keeps_its_answers_when_the_flow_refuses(client, frozen_clock):
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    jump = reverse("admin:jaif_portal_portalclock_act", args=[1, "jump"])

    html = client.post(jump, {"to": "2001-02-03T04:05"}).content.decode()

    assert "Portal time only moves forward." in html
    assert 'value="2001-02-03T04:05"' in html
    assert PortalClock.objects.get().anchor == frozen_clock.anchor


def test_a_form_is_filled_in_from_the_row_and_checked(client, frozen_clock):
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    set_rate = reverse("admin:jaif_portal_portalclock_act", args=[1, "set_rate"])

    assert 'value="1"' in client.get(set_rate).content.decode()
    assert "error-summary" in client.post(set_rate, {"rate": "0"}).content.decode()
    assert client.post(set_rate, {"rate": "60"}).status_code == 302
    assert PortalClock.objects.get().rate == 60


def test_a_token_is_revoked_once(client):
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    token, _secret = issue_token(UserFactory(), name="laptop", scopes=[], days=1)
    revoke = reverse("admin:jaif_portal_accesstoken_act", args=[token.pk, "revoke"])

    client.post(revoke)

    token.refresh_from_db()
    assert token.revoked_at is not None
    assert "This token is revoked already." in client.get(revoke).content.decode()
