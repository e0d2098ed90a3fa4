import datetime as dt

import pytest

from allocations.flows import letters
from allocations.flows.lifecycle import keep_deadlines
from allocations.flows.offers import accept_offer
from jaif_portal import clock
from jaif_portal.flows.outbox import deliver_mail
from jaif_portal.models import Mail
from onboarding.models import Role
from tests.allocations import factories, records
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def mail_of(letter, person):
    return Mail.objects.get(key__contains=f":{letter}:", recipient=person.email)


@pytest.mark.parametrize(
    ("language", "end"), [("en", "23 January 2027"), ("de", "23. Januar 2027")]
)
def test_letters_are_written_in_their_receivers_language(language, end):
    person = UserFactory(language=language)
    proposal = factories.offered(by=person)

    accept_offer(proposal, by=person)

    assert end in mail_of("awarded", person).body


def test_officers_get_their_letters_in_their_own_language(travel):
    person = UserFactory(language="de")
    proposal = factories.submitted(by=person)
    english, german = (
        UserFactory(role=Role.ACCESS_OFFICER, language=language) for language in ("en", "de")
    )
    travel(dt.timedelta(days=3))
    keep_deadlines(until=clock.now())

    assert mail_of("decision_overdue", english).subject == (
        f"{proposal.reference}: decision overdue"
    )
    assert mail_of("decision_overdue", german)
    assert not Mail.objects.filter(recipient=person.email, key__contains="overdue").exists()


def test_only_officers_who_still_work_here_are_told(travel):
    proposal = factories.submitted()
    officer = UserFactory(role=Role.ACCESS_OFFICER)
    for change in ({"is_active": False}, {"is_staff": False}):
        gone = UserFactory(role=Role.ACCESS_OFFICER)
        for name, value in change.items():
            setattr(gone, name, value)
        gone.save()
    UserFactory(role=Role.TECHNICAL_REVIEWER)

    letters.decision_overdue(proposal)

    told = [email for letter, email in records.letters(proposal) if letter == "decision_overdue"]
    assert told == [officer.email]


def test_the_same_letter_is_written_once():
    proposal = factories.submitted()
    before = Mail.objects.count()

    letters.receipt(proposal, event="receipt", revision=proposal.revisions.get())

    assert Mail.objects.count() == before


def test_a_decision_that_was_made_in_time_alarms_nobody(travel):
    proposal = factories.offered()
    travel(dt.timedelta(days=3))

    fired = keep_deadlines(until=clock.now())

    assert fired == 0
    assert not [letter for letter, _to in records.letters(proposal) if "overdue" in letter]


def test_a_letter_names_its_proposal_and_links_to_it():
    proposal = factories.offered(title="Tenders & <towns>")

    letter = mail_of("offered", proposal.applicant)

    assert letter.subject == f"{proposal.reference}: an offer of compute time"
    assert "“Tenders & <towns>”" in letter.body
    assert f"/proposals/{proposal.pk}/" in letter.body
    assert "5,000 GPU-hours on JUPITER" in letter.body


def test_a_mail_server_that_is_down_harms_no_submission(settings):
    settings.OUTBOX_DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    proposal = factories.submitted()

    deliver_mail()

    receipt = mail_of("receipt", proposal.applicant)
    assert receipt.sent_at is None
    assert receipt.failure.startswith("ConnectionRefusedError")
    assert proposal.state == "in_evaluation"
