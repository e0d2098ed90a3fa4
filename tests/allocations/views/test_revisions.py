"""A proposal as PDF."""

import datetime as dt
import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from allocations.flows.attachments import attach
from allocations.flows.late_codes import issue_late_code
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.uploads import upload
from tests.allocations.views.pages import address, somebody, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def draft(client):
    proposal = factories.draft(by=visit(client, somebody()), title="Tenders #let x = [*bold*] $x$")
    attach(proposal, by=proposal.applicant, upload=upload(), kind="cv", title="Vita")
    return factories.itemised(type(proposal).objects.get(pk=proposal.pk))


def text_of(answer):
    assert answer["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_draft_is_printed_as_one_with_all_its_parts(client, draft):
    text = text_of(client.get(address("draft_pdf", draft.pk)))

    for part in ("Draft", "Tenders #let x = [*bold*] $x$", "Training", "5,000", "Vita", "Abstract"):
        assert part in text
    sha256 = draft.attachments.get().sha256
    assert sha256[:32] in text


def test_what_the_portal_prints_is_taken_as_an_attachment(client, draft):
    printed = client.get(address("draft_pdf", draft.pk)).content

    attachment = attach(draft, by=draft.applicant, upload=upload(printed), kind="other")

    assert attachment.pages == len(PdfReader(io.BytesIO(printed)).pages)


def test_a_revision_is_printed_from_its_snapshot(client, draft):
    factories.submit_proposal(draft, by=draft.applicant)
    type(draft).objects.filter(pk=draft.pk).update(title="Changed behind its back")

    text = text_of(client.get(address("revision_pdf", draft.pk, 1)))

    assert "Tenders #let" in text
    assert "Changed" not in text
    assert draft.revisions.get().sha256 in text.replace(" ", "")


def test_the_same_snapshot_gives_the_same_pages(client, draft):
    factories.submit_proposal(draft, by=draft.applicant)

    first, second = (client.get(address("revision_pdf", draft.pk, 1)).content for _ in range(2))

    assert first == second


def test_a_german_reader_gets_german(client, draft):
    client.cookies.load({"django_language": "de"})

    text = text_of(client.get(address("draft_pdf", draft.pk)))

    assert "Entwurf" in text
    assert "Rechenzeitposten" in text


def test_others_get_neither(client, draft):
    factories.submit_proposal(draft, by=draft.applicant)
    visit(client, somebody())

    assert client.get(address("draft_pdf", draft.pk)).status_code == 404
    assert client.get(address("revision_pdf", draft.pk, 1)).status_code == 404


def test_a_revision_that_is_not_there_is_not_found(client, draft):
    assert client.get(address("revision_pdf", draft.pk, 1)).status_code == 404


def test_staff_read_it_with_what_changed(client, draft):
    factories.submit_proposal(draft, by=draft.applicant)
    visit(client, factories.officer())
    revision = draft.revisions.get()

    page = client.get(reverse("admin:allocations_revision_change", args=[revision.pk]))
    proposal = client.get(reverse("admin:allocations_proposal_change", args=[draft.pk]))
    listed = client.get(reverse("admin:allocations_revision_changelist"))

    assert revision.sha256 in page.text
    assert "this is the first revision" in page.text
    assert address("revision_pdf", draft.pk, 1) in proposal.text
    assert "plan.pdf" in proposal.text
    assert listed.status_code == 200


def test_staff_let_somebody_hand_in_late(client, draft):
    visit(client, factories.officer())
    act = reverse("admin:allocations_call_act", args=[draft.call_id, "late_code"])
    form = {"email": draft.applicant.email, "reason": "The portal was down."}
    form |= {"until_0": "2026-12-01", "until_1": "10:00"}

    client.post(act, form)

    code = draft.call.late_codes.get()
    assert (code.person, code.reason) == (draft.applicant, "The portal was down.")
    listed = client.get(reverse("admin:allocations_latecode_changelist"))
    assert draft.applicant.email in listed.text or str(draft.applicant) in listed.text


def test_a_late_code_is_entered_on_its_page(client, draft):
    until = factories.clock.now() + dt.timedelta(days=1)
    answers = {"email": draft.applicant.email, "until": until, "reason": "Storm"}
    issue_late_code(draft.call, by=factories.officer(), **answers)
    page = address("proposal_late", draft.pk)

    wrong = client.post(page, {"late_code": "AAAA-BBBB-CCCC-DDDD"})

    assert "This late code is not valid" in wrong.text
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert client.get(page).status_code == 200
    visit(client, somebody(Role.ACCESS_OFFICER))
    assert client.get(page).status_code == 404
