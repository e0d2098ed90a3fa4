"""What visitors find out without an account: eligibility, mode, GPU-hours."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from allocations.models import Call
from jaif_portal.models import Transition
from tests.allocations import factories
from tests.allocations.views.answers import PAGES, ask
from tests.allocations.views.pages import HTMX, address, somebody, visit
from tests.onboarding.factories import OrganisationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def errors(page):
    return {field: list(map(str, found)) for field, found in page.context["form"].errors.items()}


def codes(rows):
    return sorted(row.way.mode.code for row in rows)


@pytest.mark.parametrize("name", PAGES)
def test_without_answers_a_page_asks_and_marks_nothing(client, name):
    page = client.get(address(name))

    assert (page.status_code, page.context["form"].is_bound) == (200, False)
    assert "Answer the questions, and the result appears here." in page.text


@pytest.mark.parametrize("name", PAGES)
def test_the_living_page_gets_the_result_alone(client, name):
    page = client.get(address(name), PAGES[name], headers=HTMX)

    assert page.context["result"]
    assert "<html" not in page.text
    assert "HX-Request" in page.headers["Vary"]


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_written(client, name):
    with CaptureQueriesContext(connection) as queries:
        ask(client, name)

    writes = {"INSERT", "UPDATE", "DELETE"}
    assert [query for query in queries if query["sql"].split()[0] in writes] == []


# Eligibility


@pytest.mark.parametrize(
    ("changes", "kind", "modes"),
    [
        ({}, "sme", ["BEN", "DEV", "EXT", "FL", "LS", "PG", "REG"]),
        ({"is_start_up": "on"}, "start_up", ["BEN", "DEV", "EXT", "FL", "LS", "PG", "REG"]),
        ({"eu_project": "on"}, "sme", ["BEN", "DEV", "EXT", "FL", "LS", "PG", "REG", "SC"]),
        ({"staff": "300"}, "mid_cap", ["BEN", "DEV", "EXT", "LS", "PG", "REG"]),
        ({"staff": "800"}, "large_industry", ["BEN", "DEV", "EXT", "LS", "PG", "REG"]),
        ({"public_percent": "25"}, "large_industry", ["BEN", "DEV", "EXT", "LS", "PG", "REG"]),
        ({"kind": "research", "staff": ""}, "research", ["BEN", "DEV", "EXT", "REG", "SC"]),
        ({"kind": "public_sector"}, "public_sector", ["BEN", "DEV", "EXT", "REG", "SC"]),
        ({"country": "NO"}, "sme", ["BEN", "DEV", "EXT", "FL", "LS", "PG", "REG"]),
        ({"country": "US"}, "sme", []),
        ({"legal_entity": "no"}, "sme", []),
        ({"civilian_use": "no"}, "sme", []),
    ],
)
def test_the_check_tells_what_one_counts_as_and_the_open_modes(client, changes, kind, modes):
    result = ask(client, "eligibility", **changes).context["result"]

    assert (result.kind, codes(result.open_to)) == (kind, modes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"legal_entity": "no"}, "apply through a host"),
        ({"country": "US"}, "a subsidiary or a project partner"),
        ({"civilian_use": "no"}, "Apply for the civilian part of the work alone"),
        ({"public_percent": "30"}, "which may hold up to half"),
    ],
)
def test_each_reason_comes_with_a_way_out(client, changes, words):
    assert words in ask(client, "eligibility", **changes).text


def firm(number=1, percent="60", **changes):
    figures = {"percent": percent, "staff": "400", "turnover": "1", "balance": "1"} | changes
    return {f"firm{number}_{name}": value for name, value in figures.items()}


@pytest.mark.parametrize(
    ("firms", "staff", "kind"),
    [
        (firm(percent="24"), 12, "sme"),
        (firm(percent="50"), 212, "sme"),
        (firm(percent="60"), 412, "mid_cap"),
        (firm(percent="60") | firm(2, percent="90"), 812, "large_industry"),
        (firm(percent="30", relation="investor"), 12, "sme"),
        (firm(percent="10", relation="controlled"), 412, "mid_cap"),
    ],
)
def test_other_firms_count(client, firms, staff, kind):
    result = ask(client, "eligibility", **firms).context["result"]

    assert (result.figures.staff, result.kind) == (staff, kind)


def test_one_larger_year_changes_nothing(client):
    before = {"staff_before": "200", "turnover_before": "1", "balance_before": "1"}

    page = ask(client, "eligibility", staff="300", **before)
    after_takeover = ask(client, "eligibility", staff="300", ownership_changed="on", **before)

    assert page.context["result"].kind == "sme"
    assert "A size changes only after two years in a row" in page.text
    assert after_takeover.context["result"].kind == "mid_cap"


def test_aid_of_three_years_is_added_up_and_never_rejects(client):
    aid = {
        "aid1_on": "2024-05-01",
        "aid1_amount": "200000",
        "aid2_on": "2025-05-01",
        "aid2_amount": "150000",
        "aid3_on": "2020-05-01",
        "aid3_amount": "900000",
    }

    page = ask(client, "eligibility", **aid)

    assert page.context["result"].aid_eur == 350_000
    assert "There is room again from 1 May 2027 on." in page.text
    assert len(page.context["result"].open_to) == 7


def test_companies_give_their_figures_and_parts_of_a_firm_are_not_enough(client):
    page = ask(client, "eligibility", staff="", firm1_percent="30", aid1_on="2025-01-01")

    sentence = ["Fill this in; 0 where there is none yet."]
    assert errors(page) == dict.fromkeys(
        ["staff", "firm1_staff", "firm1_turnover", "firm1_balance", "aid1_amount"], sentence
    )


# Adviser


def test_what_other_pages_bring_along_is_filled_in_and_nothing_is_marked(client):
    page = ask(client, "adviser", {"gpu_hours": "20000", "purpose": "build"})

    form = page.context["form"]
    assert (form.is_bound, form["gpu_hours"].value()) == (False, "20000")
    assert "Please check your answers" not in page.text


def test_while_somebody_types_errors_do_not_take_the_focus(client):
    url, answers = address("estimator"), {"parameters": "x", "gpus": "4"}

    living = client.get(url, answers, headers=HTMX)
    page = client.get(url, answers)

    assert ("Still missing, or not possible:" in living.text, "autofocus" in living.text) == (
        True,
        False,
    )
    assert "Please check your answers" in page.text


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ({}, "PG"),
        ({"gpu_hours": "5000"}, "PG"),
        ({"gpu_hours": "20000"}, "FL"),
        ({"gpu_hours": "60000"}, "LS"),
        ({"gpu_hours": "90000", "kind": "sme", "eu_project": "on"}, "LS"),
        ({"gpu_hours": "100000", "kind": "research", "purpose": "research"}, "SC"),
        ({"gpu_hours": "4000", "kind": "research", "purpose": "measure"}, "BEN"),
        ({"gpu_hours": "4000", "kind": "sme", "purpose": "port"}, "DEV"),
        ({"purpose": "try_out", "kind": "start_up"}, "PG"),
    ],
)
def test_the_adviser_names_the_mode(client, changes, first):
    rows = ask(client, "adviser", **changes).context["result"]

    assert (rows[0].way.mode.code, rows[0].fits) == (first, True)


def test_where_nothing_fits_the_page_says_what_speaks_against_each(client):
    page = ask(client, "adviser", gpu_hours="7000", kind="sme")

    assert page.context["result"][0].fits is False
    assert "No mode fits all your answers at the moment." in page.text
    assert "Fast Lane grants between 10,000 and 50,000 GPU-hours." in page.text


@pytest.mark.parametrize(("day", "fits"), [("2026-11-24", False), ("2026-11-25", True)])
def test_a_decision_that_comes_too_late_is_said(client, day, fits):
    rows = ask(client, "adviser", gpu_hours="5000", decide_by=day).context["result"]

    assert [row.fits for row in rows if row.way.mode.code == "PG"] == [fits]


def test_with_few_decisions_the_target_counts_and_the_page_says_so(client, monday):
    page = ask(client, "adviser", gpu_hours="5000")

    advice = page.context["result"][0]
    assert (advice.pace.count, advice.decided_by) == (0, monday + dt.timedelta(days=2))
    assert "This is the mode’s target of 2 working days" in " ".join(page.text.split())


def test_with_enough_decisions_what_was_measured_counts(client, monday):
    for hours in range(1, 21):
        proposal = factories.submitted()
        Transition.objects.create(
            subject=proposal,
            from_state="in_evaluation",
            to_state="offered",
            at=monday + dt.timedelta(hours=hours),
        )

    page = ask(client, "adviser", gpu_hours="5000")

    advice = page.context["result"][0]
    assert (advice.pace.typical, advice.pace.likely) == (
        dt.timedelta(hours=10),
        dt.timedelta(hours=18),
    )
    assert advice.decided_by == monday + dt.timedelta(hours=18)
    assert "of the last 20 decisions half took at most 10 h 00 min, nine of ten" in page.text


def test_the_clock_of_a_mode_with_cut_offs_starts_with_the_cut_off(client):
    rows = ask(client, "adviser", gpu_hours="60000").context["result"]

    assert rows[0].decided_by == dt.datetime(2026, 12, 14, 9, tzinfo=dt.UTC)


def test_a_full_system_does_not_fit(client):
    Call.objects.get(mode__code="PG").offers.update(availability="full")

    rows = ask(client, "adviser", gpu_hours="5000").context["result"]

    assert [row.reasons for row in rows if row.way.mode.code == "PG"] == [["Its call is: Full."]]


@pytest.mark.parametrize("count", [1, 3])
def test_advice_takes_the_same_queries_for_any_number(client, django_assert_num_queries, count):
    for _number in range(count):
        factories.submitted()
    ask(client, "adviser")

    with django_assert_num_queries(14):
        ask(client, "adviser")


# Estimator


def test_an_estimate_is_told_in_figures(client):
    text = ask(client, "estimator").text

    assert "29,492" in text
    assert "4.2\xa0×\xa010<sup>22</sup>" in text
    assert "10 jobs one after the other" in " ".join(text.split())
    assert "6.3\xa0TB" in text
    assert "20.1\xa0MWh" in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "does not count as general-purpose"),
        ({"tokens": "15000", "parameters": "70"}, "then counts as general-purpose"),
        ({"tokens": "30000", "parameters": "400"}, "presumed to have systemic risk"),
        ({"task": "fine_tune", "original_tokens": "2900"}, "provider of the changed model"),
        ({"task": "fine_tune", "original_tokens": "3000"}, "you do not become its provider"),
    ],
)
def test_the_ai_acts_thresholds_are_explained(client, changes, words):
    assert words in ask(client, "estimator", **changes).text


def test_inference_trains_nothing_and_needs_no_threshold(client):
    assert "AI Act" not in ask(client, "estimator", task="inference").text


def test_too_few_gpus_are_said_with_the_number_that_is_needed(client):
    text = ask(client, "estimator", parameters="70", gpus="8").text

    assert "take at least 17" in " ".join(text.split())


def test_a_precision_that_the_gpu_lacks_is_refused_with_what_to_choose(client):
    page = ask(client, "estimator", gpu="a100", precision="fp8")

    assert errors(page) == {
        "precision": ["A100 40 GB cannot compute in this precision. Choose BF16."]
    }


def test_an_estimate_is_carried_into_a_draft(client):
    person = visit(client, somebody())
    organisation = OrganisationFactory(representative=person)
    estimate = ask(client, "estimator", tokens="100", gpus="4")
    hours = estimate.context["result"].gpu_hours
    assert f'href="{address("adviser")}?gpu_hours={hours}&amp;purpose=build"' in estimate.text
    call = Call.objects.get(mode__code="PG")
    advice = ask(client, "adviser", gpu_hours="5000")
    start = f"{address('proposal_new', call.pk)}?gpu_hours=5000"
    assert f'href="{start}"' in advice.text

    form = client.get(start).context["form"]
    carried = form["gpu_hours"].value()
    client.post(start, {"organisation": organisation.pk, "title": "T", "gpu_hours": carried})

    assert person.proposals.get().gpu_hours == 5000


@pytest.mark.parametrize("hours", ["", "x", "-1", "1e9", "9" * 400, "²", "\x00"])
def test_a_hostile_amount_in_the_address_never_breaks_the_first_step(client, hours):
    OrganisationFactory(representative=visit(client, somebody()))
    url = address("proposal_new", Call.objects.get(mode__code="PG").pk)

    assert client.get(url, {"gpu_hours": hours}).status_code == 200
