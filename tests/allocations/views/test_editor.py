"""Writing a draft section by section and handing it in: what is asked, refused and kept."""

import pytest

from allocations.models import Call, ProposalState, TeamMember
from jaif_portal.models import Mail
from tests.allocations import factories
from tests.allocations.views.pages import HTMX, address, errors, messages, somebody, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def ada(client):
    return visit(client, somebody())


@pytest.fixture
def draft(ada):
    return factories.draft(by=ada)


def typed(draft, **answers):
    """What a browser sends of the section “Your project”, as of the draft's versions."""
    saved = {"title": draft.title, "abstract": draft.abstract, "sector": draft.sector}
    seen = {f"seen-{code}": version for code, version in draft.answer_versions.items()}
    return saved | {"civilian_use": "on"} | seen | answers


def section(draft, code="project"):
    return address("proposal_section", draft.pk, code)


def save(client, draft, code, *, seen=1, **values):
    """Save one answer by itself, as the page does while somebody writes."""
    data = values or {code: ""}
    data[f"seen-{code}"] = seen
    return client.post(address("proposal_answer", draft.pk, code), data, headers=HTMX)


def test_the_overview_says_what_is_missing_where_and_links_to_it(client, ada):
    draft = factories.draft(by=ada, abstract="", gpu_hours=4000)

    page = client.get(address("proposal_edit", draft.pk)).text

    compute = section(draft, "compute")
    assert f'<a href="{section(draft)}#id_abstract">Fill in “Abstract”.</a>' in page
    assert f'<a href="{compute}#id_gpu_hours">Playground grants a fixed package' in page


@pytest.mark.parametrize("code", ["project", "compute", "software", "data", "support"])
def test_a_section_shows_the_saved_answers_and_their_limits_in_both_languages(client, draft, code):
    english = client.get(section(draft, code)).text
    client.cookies["django_language"] = "de"
    german = client.get(section(draft, code)).text

    for question in draft.form.sections.get(code=code).questions.filter(modes=[]):
        if question.code != "eu_project":
            assert f"id_{question.code}" in english
            assert question.label_de in german


def test_a_playground_form_is_short(client, draft):
    page = client.get(address("proposal_edit", draft.pk))

    asked = [len(row["section"].asked) for row in page.context["outline"]]
    assert sum(asked) == 12


def test_sections_of_other_modes_do_not_exist(client, draft):
    assert client.get(section(draft, "energy")).status_code == 404
    assert client.get(address("proposal_answer", draft.pk, "energy")).status_code == 404


def test_a_section_is_saved_as_a_whole_without_scripts(client, draft):
    answers = typed(draft, title="Tenders", abstract="", sector="")
    del answers["civilian_use"]

    page = client.post(section(draft), answers, follow=True)

    draft.refresh_from_db()
    assert messages(page) == ["Your draft is saved. You can go on at any time."]
    assert (draft.title, draft.abstract, draft.sector, draft.civilian_use) == (
        "Tenders",
        "",
        "",
        False,
    )


@pytest.mark.parametrize(
    ("code", "field", "value", "sentence"),
    [
        (
            "project",
            "abstract",
            "x" * 3001,
            "These are 3,001 characters; at most 3,000 fit. Shorten the text.",
        ),
        ("project", "sector", "war", "Choose from the list."),
        ("compute", "months", "7", "Choose from the list."),
        ("compute", "gpu_hours", "many", "Write a whole number, in digits."),
        ("compute", "gpu_hours", "-5", "Write a number from 1 to 2,147,483,647."),
        ("compute", "gpu_hours", str(10**30), "Write a whole number, in digits."),
        ("data", "personal_data", "perhaps", "Answer with yes or no."),
    ],
)
def test_a_wrong_answer_is_refused_beside_its_field(client, draft, code, field, value, sentence):
    seen = {f"seen-{name}": version for name, version in draft.answer_versions.items()}

    page = client.post(section(draft, code), typed(draft) | seen | {field: value})

    assert page.status_code == 422
    assert errors(page) == {field: [sentence]}
    assert page.context["form"][field].value() == value


def test_what_fits_is_saved_beside_a_wrong_answer(client, draft):
    client.post(section(draft), typed(draft, title="New", sector="war"))

    draft.refresh_from_db()
    assert (draft.title, draft.sector) == ("New", "public_sector")


def test_one_answer_is_saved_by_itself(client, draft):
    response = save(client, draft, "title", title="Tenders")

    draft.refresh_from_db()
    assert response.status_code == 200
    assert "Saved" in response.text
    assert 'name="seen-title" value="2"' in response.text
    assert (draft.title, draft.answer_versions["title"]) == ("Tenders", 2)


def test_an_answer_that_somebody_else_has_changed_shows_both(client, draft):
    save(client, draft, "title", title="Tenders for cities")

    response = save(client, draft, "title", title="Tenders for villages")

    draft.refresh_from_db()
    assert response.status_code == 409
    assert "<del>cities</del><ins>villages</ins>" in response.text
    assert 'data-version="2"' in response.text
    assert draft.title == "Tenders for cities"


def test_different_answers_never_conflict(client, draft):
    save(client, draft, "title", title="Towns")

    response = save(client, draft, "abstract", abstract=factories.ABSTRACT + "More.")

    assert response.status_code == 200


def test_a_conflict_without_scripts_keeps_what_was_typed_and_lets_one_choose(client, draft):
    save(client, draft, "title", title="By Ben")
    answers = typed(draft, title="By Ada", abstract=factories.ABSTRACT + "By Ada")

    page = client.post(section(draft), answers)

    draft.refresh_from_db()
    assert page.status_code == 409
    assert page.context["form"]["title"].value() == "By Ada"
    assert (draft.title, draft.abstract[-6:]) == ("By Ben", "By Ada")

    again = typed(draft, title="By Ada")
    client.post(section(draft), again | {"take-title": "on"})
    draft.refresh_from_db()
    assert draft.title == "By Ben"

    client.post(section(draft), again)
    draft.refresh_from_db()
    assert draft.title == "By Ada"


def test_others_who_are_here_are_named(client, ada, draft):
    ben = somebody()
    draft.team.create(email=ben.email)
    url = address("proposal_presence", draft.pk)

    alone = client.post(url, {"section": "project"}).context["others"]
    client.force_login(ben)
    others = client.post(url, {"section": "data"}).context["others"]

    assert alone == []
    assert others == [(ada, "Your project")]


def test_team_addresses_may_be_parted_in_any_way(client, draft):
    team = "Ben@Example.org, kim@example.org;lee@example.org\n\nben@example.org"

    client.post(address("proposal_team", draft.pk), {"team": team, "seen": "0"})

    addresses = ["ben@example.org", "kim@example.org", "lee@example.org"]
    assert list(TeamMember.objects.values_list("email", flat=True)) == addresses
    assert sorted(Mail.objects.values_list("recipient", flat=True)) == addresses


def test_each_wrong_team_address_is_named_and_nothing_is_lost(client, draft):
    team = f"ben@example.org\nkim(at)example.org\n{'x' * 250}@example.org"

    page = client.post(address("proposal_team", draft.pk), {"team": team, "seen": "0"})

    assert errors(page) == {
        "team": [
            "“kim(at)example.org” is not an e-mail address.",
            f"“{'x' * 250}@example.org” is not an e-mail address.",
        ]
    }
    assert page.context["form"]["team"].value() == team
    assert not TeamMember.objects.exists()


def test_a_team_has_a_largest_size(client, draft):
    team = "\n".join(f"member{number}@example.org" for number in range(51))

    page = client.post(address("proposal_team", draft.pk), {"team": team, "seen": "0"})

    assert errors(page) == {
        "team": ["A team has at most 50 members. Add others to the project later."]
    }
    assert not Mail.objects.exists()


def test_a_team_that_somebody_else_has_changed_is_not_overwritten(client, draft):
    url = address("proposal_team", draft.pk)
    client.post(url, {"team": "ben@example.org", "seen": "0"})

    page = client.post(url, {"team": "kim@example.org", "seen": "0"})

    assert page.status_code == 422
    assert draft.team.get().email == "ben@example.org"


def test_submitting_leads_to_the_timeline_with_the_clock_of_the_decision(client, draft):
    page = client.post(address("proposal_edit", draft.pk), follow=True)

    draft.refresh_from_db()
    assert page.redirect_chain[-1][0] == address("proposal", draft.pk)
    assert messages(page) == ["Your proposal has been submitted."]
    assert draft.state == ProposalState.IN_EVALUATION
    assert "Decision by" in page.text


def test_an_incomplete_draft_is_not_submitted_and_says_why(client, ada):
    draft = factories.draft(by=ada, abstract="Too short")

    page = client.post(address("proposal_edit", draft.pk))

    draft.refresh_from_db()
    assert draft.state == ProposalState.DRAFT
    assert "The proposal was not submitted" in page.text
    assert "“Abstract” needs at least 100 characters." in page.text


def test_what_was_submitted_is_no_longer_edited(client, draft):
    factories.submit_proposal(draft, by=draft.applicant)

    page = client.post(section(draft), typed(draft, title="Late"))
    part = save(client, draft, "title", title="Late")

    draft.refresh_from_db()
    assert page.url == address("proposal", draft.pk)
    assert part.status_code == 409
    assert "A proposal that was submitted can no longer be edited." in part.text
    assert draft.title == "Tenders for towns"


def test_a_paused_call_takes_no_proposal(client, draft):
    Call.objects.update(state="paused")

    page = client.post(address("proposal_edit", draft.pk))

    draft.refresh_from_db()
    assert "This call is not open at the moment." in page.text
    assert draft.state == ProposalState.DRAFT


def test_the_team_writes_along_and_leaves_submitting_to_the_applicant(client, ada):
    draft = factories.draft(by=somebody(), team=[ada.email])
    url = address("proposal_edit", draft.pk)

    shown = client.get(url).text
    save(client, draft, "title", title="By Ada")
    page = client.post(url)

    draft.refresh_from_db()
    assert f"Only {draft.applicant} can submit this proposal." in shown
    assert "Submit the proposal" not in shown
    assert "Withdraw this proposal" not in shown
    assert (draft.title, draft.state) == ("By Ada", ProposalState.DRAFT)
    assert "You may not do this." in page.text


def test_numbers_in_the_form_are_written_for_the_reader(client, draft):
    url = section(draft, "compute")

    assert "5,000 GPU-hours, a fixed package" in client.get(url).text
    client.cookies["django_language"] = "de"
    assert "5.000" in client.get(url).text


def test_a_section_takes_the_same_queries_for_any_number_of_answers(
    client, draft, django_assert_num_queries
):
    url = section(draft, "compute")
    client.get(url)

    with django_assert_num_queries(13):
        client.get(url)
    factories.fill_in(draft)
    with django_assert_num_queries(13):
        client.get(url)
