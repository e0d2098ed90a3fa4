import pytest

from jaif_portal.models import Mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail():
    return Mail.objects.create(
        key="welcome:1",
        recipient="person@example.org",
        subject="Confirm your address",
        body="Open https://portal.example/confirm/abc <b>now</b>.",
    )


@pytest.mark.parametrize("path", ["/mailbox/", "/mailbox/{pk}/"])
def test_there_is_no_mailbox_outside_the_demo(client, mail, path):
    assert client.get(path.format(pk=mail.pk)).status_code == 404


def test_the_mailbox_shows_the_newest_hundred_mails(client, mail, settings):
    settings.DEMO_MAILBOX = True
    Mail.objects.bulk_create(
        Mail(key=f"{number}", recipient="x@example.org", subject=f"Mail {number}", body="")
        for number in range(100)
    )

    subjects = [row.subject for row in client.get("/mailbox/").context["mails"]]

    assert subjects == [f"Mail {number}" for number in reversed(range(100))]


def test_a_mail_shows_its_links_and_trusts_nothing_else(client, mail, settings):
    settings.DEMO_MAILBOX = True

    page = client.get(f"/mailbox/{mail.pk}/").content.decode()

    assert 'href="https://portal.example/confirm/abc"' in page
    assert "&lt;b&gt;now&lt;/b&gt;" in page
