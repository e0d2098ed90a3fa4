from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from jaif_portal.flows.transitions import record_birth
from jaif_portal.models import Transition
from jaif_portal.templatetags import portal
from onboarding.models import OnboardingCase
from tests.onboarding.factories import OrganisationFactory, UserFactory

BOOSTER = SimpleNamespace(gpus_per_node=4, cores_per_node=288)


@pytest.mark.parametrize(
    ("node_seconds", "shown"),
    [
        (0, "0"),
        (16, "0.004"),
        (1800, "0.5"),
        (3600, "1"),
        (119_880, "33.3"),
        (4_500_000, "1,250"),
        (21_182_400_000, "5,884,000"),
    ],
)
def test_node_hours_are_short_and_grouped(node_seconds, shown):
    assert portal.node_hours(node_seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0 min"), (29, "0 min"), (30, "1 min"), (3700, "1 h 02 min")]
)
def test_a_wait_is_told_in_full_minutes(seconds, shown):
    assert portal.roughly(seconds) == shown


@pytest.mark.parametrize(
    ("joules", "shown"), [(43_520, "0.012 kWh"), (39_168_000, "10.9 kWh"), (3.6e9, "1,000 kWh")]
)
def test_energy_is_shown_in_kilowatt_hours(joules, shown):
    assert portal.kilowatt_hours(joules) == shown


def test_hours_follow_the_partition():
    assert portal.gpu_hours(4_500_000, BOOSTER) == "5,000"
    assert portal.core_hours(3600, BOOSTER) == "288"


def test_hours_are_written_for_the_language():
    with translation.override("de"):
        assert portal.gpu_hours(4_500_000, BOOSTER) == "5.000"
        assert portal.node_hours(1800) == "0,5"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, ""),
        (0, "0 s"),
        (59, "59 s"),
        (300, "5 min"),
        (61, "1 min 01 s"),
        (7500, "2 h 05 min"),
        (86_400, "1 day"),
        (273_600, "3 days 4 h"),
    ],
)
def test_duration_takes_two_units_at_most(seconds, shown):
    assert portal.duration(seconds) == shown


def test_budget_draws_what_is_used_and_reserved_of_what_was_granted():
    bar = portal.budget(granted=1000, charged=250, held=100, partition=BOOSTER)

    assert (bar["charged_width"], bar["held_width"], bar["available"]) == (25, 10, 650)


def test_budget_of_nothing_is_an_empty_bar():
    bar = portal.budget(granted=0, charged=0, held=0, partition=BOOSTER)

    assert (bar["charged_width"], bar["held_width"]) == (0, 0)


def test_budget_writes_the_widths_as_svg_reads_them_in_every_language():
    with translation.override("de"):
        bar = portal.budget(granted=1000, charged=125, held=0, partition=BOOSTER)
        html = render_to_string("components/budget.html", bar)

    assert 'width="12.5"' in html
    assert "style=" not in html


def test_navigation_leaves_out_pages_that_are_not_wired():
    assert portal.nav_item({}, "no:such_page", "Nowhere") == {}


@pytest.mark.parametrize(
    ("path", "exact", "current"),
    [("/help/", False, True), ("/help/more/", False, True), ("/help/more/", True, False)],
)
def test_navigation_marks_where_the_reader_is(rf, path, exact, current):
    item = portal.nav_item({"request": rf.get(path)}, "help", "Help", exact=exact)

    assert item == {"href": "/help/", "label": "Help", "current": current}


@pytest.fixture
def case(db):
    return OnboardingCase.objects.create(
        title="First steps",
        owner=UserFactory(name="Ada"),
        organisation=OrganisationFactory(),
        opened_at=timezone.now(),
    )


def test_badge_shows_the_name_of_the_state(case):
    html = render_to_string("components/badge.html", {"object": case})

    assert html.strip() == '<span class="badge-state badge-state-open">In progress</span>'


def test_timeline_tells_who_and_names_the_portal_where_a_rule_acted(case):
    record_birth(case, by=case.owner, at=timezone.now(), note="Begun.")
    record_birth(case, by=None, at=timezone.now())

    html = render_to_string(
        "components/timeline.html", {"transitions": Transition.objects.of(case)}
    )

    assert html.count("In progress") == 2
    assert "Ada" in html
    assert "by the portal" in html
    assert "Begun." in html


def test_state_of_a_transition_is_named_by_its_subject(case):
    step = record_birth(case, by=None, at=timezone.now())

    assert portal.state_label(step) == "In progress"
    assert portal.state_label(step, "from_state") == ""
