"""The page of a proposal's files, and what hostile requests to it leave behind."""

import pytest
from django.test import Client

from allocations.flows.attachments import attach, most_upload_bytes
from allocations.models import Attachment, IntakePolicy
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.flows.test_inspection import HOSTILE, POLICY
from tests.allocations.stored import stored_files
from tests.allocations.uploads import pdf, picture, upload
from tests.allocations.views.pages import address, errors, messages, somebody, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock", "empty_storage")]


@pytest.fixture
def draft(client):
    return factories.draft(by=visit(client, somebody()))


def send(client, proposal, content=None, name="plan.pdf", **answers):
    form = {"kind": "work_plan", "title": "", "file": upload(content, name)} | answers
    return client.post(address("attachments", proposal.pk), form, follow=True)


def stored(proposal, **answers):
    answers = {"upload": upload(), "kind": "cv", "title": "CV"} | answers
    return attach(proposal, by=proposal.applicant, **answers)


def test_a_file_is_attached_and_listed(client, draft):
    page = send(client, draft, title="Our plan")

    assert messages(page) == ["The file is attached."]
    assert [str(row) for row in page.context["attachments"]] == ["Our plan"]
    assert "1 of 12 files" in page.text


def test_a_file_is_handed_out_to_be_saved_and_can_do_nothing_here(client, draft):
    attachment = stored(draft)

    answer = client.get(address("attachment", draft.pk, attachment.pk))

    assert b"".join(answer) == pdf()
    assert answer["Content-Disposition"] == 'attachment; filename="plan.pdf"'
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "private, no-store"


def test_a_name_with_quotes_and_line_breaks_stays_in_its_header(client, draft):
    attachment = stored(draft, upload=upload(name='a"\r\nX-Evil: 1;ü.pdf'))

    answer = client.get(address("attachment", draft.pk, attachment.pk))

    assert "X-Evil" not in answer.headers
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''a%22X-Evil")


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 302),
        ("stranger", 404),
        ("colleague", 404),
        (Role.ACCESS_OFFICER, 404),  # staff do not see drafts
    ],
)
def test_others_do_not_get_the_files_of_a_draft(client, draft, who, status):
    attachment = stored(draft)
    client.logout()
    if who is not None:
        person = somebody(who if isinstance(who, Role) else None)
        if who == "colleague":
            draft.organisation.memberships.create(user=person, role="member")
        visit(client, person)

    for name, args in (("attachments", []), ("attachment", [attachment.pk])):
        assert client.get(address(name, draft.pk, *args)).status_code == status


def test_staff_read_the_files_of_what_was_handed_in(client, draft):
    attachment = stored(draft)
    factories.submit_proposal(draft, by=draft.applicant)
    visit(client, somebody(Role.ACCESS_OFFICER))

    page = client.get(address("attachments", draft.pk))

    assert page.context["may_edit"] is False
    assert client.get(address("attachment", draft.pk, attachment.pk)).status_code == 200


def test_a_file_is_found_under_its_own_proposal_alone(client, draft):
    attachment = stored(draft)
    other = factories.draft()

    assert client.get(address("attachment", other.pk, attachment.pk)).status_code == 404


def test_a_file_is_removed_by_post_alone(client, draft, django_capture_on_commit_callbacks):
    attachment = stored(draft)
    remove = address("attachment_remove", draft.pk, attachment.pk)
    assert client.get(remove).status_code == 405

    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(remove, follow=True)

    assert messages(page) == ["“CV” is no longer attached."]
    assert stored_files() == []


def test_a_file_takes_the_place_of_another(client, draft, django_capture_on_commit_callbacks):
    old = stored(draft)

    with django_capture_on_commit_callbacks(execute=True):
        send(client, draft, picture(), "plot.png", replaces=old.pk)

    assert [row.name for row in Attachment.objects.all()] == ["plot.png"]
    assert len(stored_files()) == 1


@pytest.mark.parametrize(("content", "start"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_gets_a_sentence_and_leaves_nothing(client, draft, content, start):
    IntakePolicy.objects.update(most_unpacked_bytes=POLICY.most_unpacked_bytes)

    page = send(client, draft, content)

    assert page.status_code in {413, 422}
    if page.status_code == 422:
        assert errors(page)["file"][0].startswith(start)
    assert (Attachment.objects.count(), stored_files()) == (0, [])
    assert type(draft).objects.get(pk=draft.pk).version == draft.version


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (picture(), "plan.pdf"),
        (pdf(), "plan.png"),
        (pdf(), "plan.pdf.exe"),
        (pdf(), "plan"),
        (pdf(), ".pdf"),
        (pdf(), "plan.pdf\u202e.html"),
        (pdf(), "plan.svg"),
        (picture("JPEG"), "photo.png"),
        (pdf(), "x" * 400),
    ],
)
def test_a_name_that_says_something_else_is_refused(client, draft, content, name):
    page = send(client, draft, content, name)

    assert page.status_code == 422
    assert "Rename it to end in" in errors(page)["file"][0]
    assert stored_files() == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/cron.d/plan.pdf", "plan.pdf"),
        ("..\\..\\windows\\plan.pdf", "plan.pdf"),
        ("/etc/plan.pdf", "plan.pdf"),
        ("a\0b.pdf", "ab.pdf"),
        ("<img src=x onerror=alert(1)>.pdf", "<img src=x onerror=alert(1)>.pdf"),
        ("\u202eplan.pdf", "plan.pdf"),
    ],
)
def test_a_name_is_text_and_no_place(client, draft, name, kept):
    page = send(client, draft, name=name)

    assert Attachment.objects.get().name == kept
    assert "<img src=x" not in page.text
    assert all(len(path) == 35 for path in stored_files())


def raw(client, proposal, body, boundary="b", **extra):
    kind = extra.pop("content_type", f"multipart/form-data; boundary={boundary}")
    return client.generic("POST", address("attachments", proposal.pk), body, kind, **extra)


PART = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'


@pytest.mark.parametrize(
    ("body", "extra"),
    [
        (b"", {}),
        (b"rubbish", {}),
        (b"--b--\r\n", {}),
        (PART % (b"file", b'; filename="a.pdf"', b"%PDF"), {}),  # never ended
        (PART % (b"file", b"", pdf()) + b"--b--\r\n", {}),  # a field, not a file
        (PART % (b"file", b'; filename=""', pdf()) + b"--b--\r\n", {}),
        (PART % (b"file", b'; filename=".."', pdf()) + b"--b--\r\n", {}),
        (pdf(), {"content_type": "application/pdf"}),
        (b"{}", {"content_type": "application/json"}),
        (b"x", {"content_type": "multipart/form-data"}),
        (b"x", {"content_type": "multipart/form-data; boundary=" + "b" * 300}),
        (PART % (b"f" * 2000, b"", b"x") + b"--b--\r\n", {}),
        ((PART % (b"kind", b"", b"cv")) * 1001 + b"--b--\r\n", {}),
        ((PART % (b"file", b'; filename="a.pdf"', b"x")) * 101 + b"--b--\r\n", {}),
        (
            PART.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n")
            % (b"file", b'; filename="a.pdf"', b"!!!!"),
            {},
        ),
    ],
)
def test_a_broken_form_is_a_clear_refusal(client, draft, body, extra):
    answer = raw(client, draft, body, **extra)

    assert 400 <= answer.status_code < 500
    assert stored_files() == []


def test_two_files_at_once_are_not_taken(client, draft):
    files = [upload(), upload(pdf(pages=2))]

    page = send(client, draft, file=files)

    assert errors(page)["file"] == ["Upload one file at a time."]
    assert stored_files() == []


@pytest.mark.parametrize("answers", [{"kind": "virus"}, {"kind": ""}, {"title": "x" * 121}])
def test_wrong_answers_beside_the_file_are_named(client, draft, answers):
    page = send(client, draft, **answers)

    assert set(errors(page)) == set(answers)
    assert stored_files() == []


def test_a_file_of_another_proposal_cannot_be_replaced(client, draft):
    other = stored(factories.draft())

    page = send(client, draft, replaces=other.pk)

    assert Attachment.objects.filter(pk=other.pk).exists()
    assert page.status_code == 200  # the form of a draft without files has no such answer


def test_what_announces_too_much_is_refused_unread(client, draft):
    answer = client.generic(
        "POST",
        address("attachments", draft.pk),
        b"x",
        "multipart/form-data; boundary=b",
        CONTENT_LENGTH=str(most_upload_bytes() + 1),
    )

    assert answer.status_code == 413
    assert "The file is larger than 10.0\xa0MB." in answer.text


def test_the_token_of_the_form_is_checked(draft):
    client = Client(enforce_csrf_checks=True)
    client.force_login(draft.applicant)

    assert send(client, draft).status_code == 403
    assert stored_files() == []


@pytest.mark.parametrize("count", [1, 10])
def test_the_list_takes_the_same_queries_for_any_number(
    client, draft, django_assert_num_queries, count
):
    IntakePolicy.objects.update(most_files=20)
    for number in range(count):
        stored(draft, upload=upload(pdf(pages=number + 1)))

    with django_assert_num_queries(18):
        client.get(address("attachments", draft.pk))
