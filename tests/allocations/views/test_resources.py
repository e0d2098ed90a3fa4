"""The page of the itemised request: sums while typing, saving, carrying an estimate over."""

import pytest

from allocations.models import AccessPolicy
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.views.pages import HTMX, address, messages, somebody, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def draft(client):
    AccessPolicy.objects.update(least_hours=10, most_hours=50_000)
    return factories.draft(by=visit(client, somebody()))


def typed(draft, *lines, **answers):
    """What a browser sends: each line with all its controls, and one that was left empty."""
    form = {"form-TOTAL_FORMS": len(lines) + 1, "form-INITIAL_FORMS": 0, "version": draft.version}
    empty = {"workload": "", "description": "", "runs": "", "devices": "", "hours": ""}
    for number, line in enumerate([*lines, empty]):
        form |= {f"form-{number}-{name}": value for name, value in line.items()}
        form.setdefault(f"form-{number}-device", "gpu")
    return form | answers


def test_lines_are_saved(client, draft):
    form = typed(draft, factories.line(runs=2500, description="Base"))

    page = client.post(address("resources", draft.pk), form, follow=True)

    draft.refresh_from_db()
    assert messages(page) == ["The resources are saved."]
    assert (draft.gpu_hours, str(draft.lines.get())) == (10_000, "Training Base")
    assert page.context["sums"].percent == 20


def test_the_page_shows_what_is_stored_and_two_more_lines(client, draft):
    factories.itemised(draft)

    page = client.get(address("resources", draft.pk))

    assert [form["runs"].value() for form in page.context["formset"]] == [1, None, None]


def test_a_line_that_is_ticked_goes(client, draft):
    factories.itemised(draft)
    draft.refresh_from_db()
    lines = [factories.line(runs=10), factories.line(runs=20, DELETE="on")]

    client.post(address("resources", draft.pk), typed(draft, *lines))

    assert list(draft.lines.values_list("runs", flat=True)) == [10]


def test_sums_are_told_while_lines_are_typed_and_nothing_is_stored(client, draft):
    half = {"workload": "training", "runs": "7", "devices": "", "hours": ""}
    form = typed(draft, factories.line(runs=250), half)

    part = client.post(address("resource_sums", draft.pk), form, headers=HTMX)

    assert part.context["sums"].gpu_hours == 1000
    assert "<html" not in part.text
    assert draft.lines.count() == 0


@pytest.mark.parametrize(
    "line",
    [
        {"runs": "-1"},
        {"runs": "1e9"},
        {"runs": "9" * 400},
        {"devices": "0"},
        {"hours": "NaN"},
        {"hours": "Infinity"},
        {"hours": "0"},
        {"hours": "0.001"},
        {"workload": "mining"},
        {"description": "x" * 201},
        {"device": "toaster"},
    ],
)
def test_a_wrong_line_is_marked_and_nothing_is_stored(client, draft, line):
    form = typed(draft, factories.line(**line))

    page = client.post(address("resources", draft.pk), form)
    part = client.post(address("resource_sums", draft.pk), form, headers=HTMX)

    assert (page.status_code, part.status_code) == (422, 200)
    assert set(page.context["formset"].errors[0]) == set(line)
    assert draft.lines.count() == 0


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"form-TOTAL_FORMS": "x", "form-INITIAL_FORMS": "0"},
        {"form-TOTAL_FORMS": "-5", "form-INITIAL_FORMS": "0"},
        {"form-TOTAL_FORMS": "99999999999", "form-INITIAL_FORMS": "0"},
    ],
)
def test_a_broken_form_is_refused(client, draft, form):
    answer = client.post(address("resources", draft.pk), form)

    assert answer.status_code == 422
    assert draft.lines.count() == 0


def test_a_stale_page_is_refused_and_keeps_what_was_typed(client, draft):
    form = typed(draft, factories.line(runs=77), version=draft.version - 1)

    page = client.post(address("resources", draft.pk), form)

    assert page.status_code == 422
    assert "Somebody else changed this in the meantime." in page.text
    assert page.context["formset"].forms[0]["runs"].value() == "77"


def test_an_estimate_is_carried_in_as_a_line(client, draft):
    query = {"gpus": "64", "hours": "12.345", "workload": "fine_tuning"}

    page = client.get(address("resources", draft.pk), query)

    line = page.context["formset"].forms[0].initial
    assert (line["devices"], str(line["hours"]), line["workload"]) == (64, "12.34", "fine_tuning")


@pytest.mark.parametrize("query", [{"gpus": "x", "hours": "1"}, {"gpus": "1", "hours": "<b>"}])
def test_a_broken_estimate_is_left_out(client, draft, query):
    page = client.get(address("resources", draft.pk), query)

    assert page.context["formset"].forms[0].initial == {}


def test_others_do_not_see_a_draft_and_staff_read_what_was_handed_in(client, draft):
    factories.itemised(draft)
    visit(client, somebody())
    assert client.get(address("resources", draft.pk)).status_code == 404
    factories.submit_proposal(draft, by=draft.applicant)
    visit(client, somebody(Role.ACCESS_OFFICER))

    page = client.get(address("resources", draft.pk))

    assert page.context["may_edit"] is False
    assert "Training" in page.text
