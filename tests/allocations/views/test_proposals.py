"""Editing a draft and handing it in: what is asked and refused, and that nothing is lost."""

import pytest

from allocations.models import Call, ProposalState, TeamMember
from jaif_portal.models import Mail
from tests.allocations import factories
from tests.allocations.views.pages import address, errors, messages, somebody, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

STALE = "Somebody else changed this in the meantime. Load it again and repeat your change."
KEPT = "Your draft is saved, but it was not submitted."


@pytest.fixture
def ada(client):
    return visit(client, somebody())


def typed(draft, **answers):
    """The form's answers as a browser sends them."""
    return {
        "title": draft.title,
        "abstract": draft.abstract,
        "sector": draft.sector,
        "offer": draft.offer_id,
        "gpu_hours": draft.gpu_hours,
        "months": draft.months,
        "civilian_use": "on",
        "team": "",
        "version": draft.version,
    } | answers


def test_an_incomplete_draft_is_saved(client, ada):
    draft = factories.draft(by=ada)
    answers = typed(draft, title="Tenders", abstract="", sector="", offer="", gpu_hours="")
    answers |= {"months": "", "save": "1"}
    del answers["civilian_use"]

    page = client.post(address("proposal_edit", draft.pk), answers, follow=True)

    draft.refresh_from_db()
    assert messages(page) == ["Your draft is saved. You can go on at any time."]
    assert (draft.title, draft.abstract, draft.gpu_hours, draft.months) == (
        "Tenders",
        "",
        None,
        None,
    )
    assert set(page.context["gaps"]) == {
        "abstract",
        "sector",
        "offer",
        "gpu_hours",
        "months",
        "civilian_use",
    }


def test_a_draft_without_a_title_is_not_saved_and_keeps_the_heading(client, ada):
    draft = factories.draft(by=ada)

    page = client.post(address("proposal_edit", draft.pk), typed(draft, title="", abstract="New"))

    assert errors(page) == {"title": ["This field is required."]}
    assert page.context["form"]["abstract"].value() == "New"
    assert page.context["proposal"].title == "Tenders for towns"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("abstract", "x" * 3001, "Ensure this value has at most 3000 characters (it has 3001)."),
        ("sector", "war", "Select a valid choice. war is not one of the available choices."),
        ("months", "7", "Select a valid choice. 7 is not one of the available choices."),
        ("gpu_hours", "many", "Enter a whole number."),
        ("gpu_hours", "-5", "Ensure this value is greater than or equal to 0."),
        ("version", "new", "Enter a whole number."),
    ],
)
def test_a_wrong_answer_is_refused_beside_its_field(client, ada, field, value, sentence):
    draft = factories.draft(by=ada)

    page = client.post(address("proposal_edit", draft.pk), typed(draft, **{field: value}))

    draft.refresh_from_db()
    assert errors(page) == {field: [sentence]}
    assert page.context["form"][field].value() == value
    assert draft.version == 2


def test_a_number_that_no_column_holds_is_refused(client, ada):
    draft = factories.draft(by=ada)

    page = client.post(address("proposal_edit", draft.pk), typed(draft, gpu_hours=str(10**30)))

    assert list(errors(page)) == ["gpu_hours"]


def test_the_form_of_an_older_version_is_refused_and_keeps_what_was_typed(client, ada):
    draft = factories.draft(by=ada)
    url = address("proposal_edit", draft.pk)
    client.post(url, typed(draft, title="By Ben", save="1"))

    page = client.post(url, typed(draft, title="By Ada", abstract="Typed for hours", save="1"))

    draft.refresh_from_db()
    assert errors(page) == {"__all__": [STALE]}
    assert (draft.title, draft.version) == ("By Ben", 3)
    assert page.context["form"]["title"].value() == "By Ada"
    assert page.context["form"]["abstract"].value() == "Typed for hours"
    assert page.context["proposal"].title == "By Ben"


def test_team_addresses_may_be_parted_in_any_way(client, ada):
    draft = factories.draft(by=ada)
    team = "Ben@Example.org, kim@example.org;lee@example.org\n\nben@example.org"

    client.post(address("proposal_edit", draft.pk), typed(draft, team=team, save="1"))

    addresses = ["ben@example.org", "kim@example.org", "lee@example.org"]
    assert list(TeamMember.objects.values_list("email", flat=True)) == addresses
    assert sorted(Mail.objects.values_list("recipient", flat=True)) == addresses


def test_each_wrong_team_address_is_named_and_nothing_is_lost(client, ada):
    draft = factories.draft(by=ada)
    team = f"ben@example.org\nkim(at)example.org\n{'x' * 250}@example.org"

    page = client.post(address("proposal_edit", draft.pk), typed(draft, team=team, save="1"))

    assert errors(page) == {
        "team": [
            "“kim(at)example.org” is not an e-mail address.",
            f"“{'x' * 250}@example.org” is not an e-mail address.",
        ]
    }
    assert page.context["form"]["team"].value() == team
    assert not TeamMember.objects.exists()


def test_a_team_has_a_largest_size(client, ada):
    draft = factories.draft(by=ada)
    team = "\n".join(f"member{number}@example.org" for number in range(51))

    page = client.post(address("proposal_edit", draft.pk), typed(draft, team=team, save="1"))

    assert errors(page) == {
        "team": ["A team has at most 50 members. Add others to the project later."]
    }
    assert not Mail.objects.exists()


def test_submitting_leads_to_the_timeline_with_the_clock_of_the_decision(client, ada):
    draft = factories.draft(by=ada)

    page = client.post(address("proposal_edit", draft.pk), typed(draft, submit="1"), follow=True)

    draft.refresh_from_db()
    assert page.redirect_chain[-1][0] == address("proposal", draft.pk)
    assert messages(page) == ["Your proposal has been submitted."]
    assert draft.state == ProposalState.IN_EVALUATION
    assert "Decision by" in page.text


def test_submitting_an_incomplete_draft_saves_it_and_marks_the_fields(client, ada):
    draft = factories.draft(by=ada)
    answers = typed(draft, title="Tenders", abstract="Too short", gpu_hours="4000", submit="1")

    page = client.post(address("proposal_edit", draft.pk), answers)

    draft.refresh_from_db()
    assert errors(page) == {
        "__all__": [KEPT],
        "abstract": ["Describe the work in at least 100 characters."],
        "gpu_hours": ["Playground grants a fixed package of 5,000 GPU-hours."],
    }
    assert (draft.title, draft.state) == ("Tenders", ProposalState.DRAFT)
    assert page.context["form"]["version"].value() == draft.version


def test_what_was_refused_can_be_corrected_and_submitted_from_the_same_page(client, ada):
    draft = factories.draft(by=ada)
    url = address("proposal_edit", draft.pk)
    page = client.post(url, typed(draft, abstract="", submit="1"))
    version = page.context["form"]["version"].value()

    client.post(url, typed(draft, version=version, submit="1"))

    draft.refresh_from_db()
    assert draft.state == ProposalState.IN_EVALUATION


def test_a_second_submission_is_refused(client, ada):
    draft = factories.draft(by=ada)
    url = address("proposal_edit", draft.pk)
    client.post(url, typed(draft, submit="1"))

    page = client.post(url, typed(draft, title="Twice", version=draft.version + 1, submit="1"))

    draft.refresh_from_db()
    assert errors(page) == {"__all__": ["A proposal that was submitted can no longer be edited."]}
    assert draft.title == "Tenders for towns"


def test_submitting_while_the_call_is_paused_saves_the_draft(client, ada):
    draft = factories.draft(by=ada)
    Call.objects.update(state="paused")

    page = client.post(address("proposal_edit", draft.pk), typed(draft, title="New", submit="1"))

    draft.refresh_from_db()
    assert errors(page) == {"__all__": [KEPT, "This call is not open at the moment."]}
    assert (draft.title, draft.state) == ("New", ProposalState.DRAFT)


def test_the_team_writes_along_and_leaves_submitting_to_the_applicant(client, ada):
    draft = factories.draft(by=somebody(), team=[ada.email])
    draft.refresh_from_db()
    url = address("proposal_edit", draft.pk)

    shown = client.get(url).text
    client.post(url, typed(draft, title="By Ada", team=ada.email, save="1"))
    draft.refresh_from_db()
    page = client.post(url, typed(draft, team=ada.email, submit="1"))

    assert f"Only {draft.applicant} can submit this proposal." in shown
    assert "Save and submit" not in shown
    assert "Withdraw this proposal" not in shown
    assert draft.title == "By Ada"
    assert errors(page) == {"__all__": [KEPT, "You may not do this."]}


def test_numbers_in_the_form_are_written_for_the_reader(client, ada):
    draft = factories.draft(by=ada)
    url = address("proposal_edit", draft.pk)

    assert "5,000 GPU-hours, a fixed package" in client.get(url).text
    client.cookies["django_language"] = "de"
    help_text = client.get(url).context["form"].fields["gpu_hours"].help_text
    assert "5.000" in help_text
