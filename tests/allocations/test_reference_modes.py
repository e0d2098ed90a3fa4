"""The modes as data: one row per row of the access catalogue, and the machine behind them."""

import pytest

from allocations.flows.limits import extension_in_words, in_words
from allocations.models import AccessPolicy, Call, FundingShare, Partition
from jaif_portal.clock import BRUSSELS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

SMALL = ["start_up", "sme"]
INDUSTRY = [*SMALL, "mid_cap", "large_industry"]
ALL = [*INDUSTRY, "public_sector", "research"]
SHORT = ["administrative", "technical"]
LONG = [*SHORT, "peer_review", "right_to_reply", "panel"]

CATALOGUE = [
    # code, unit, least, most, months, steps, working days, who, cut-offs
    ("PG", "gpu_hours", 5_000, 5_000, [1, 2, 3], SHORT, 2, INDUSTRY, False),
    ("FL", "gpu_hours", 10_000, 50_000, [1, 2, 3], SHORT, 4, SMALL, False),
    ("LS", "gpu_hours", 50_001, 2_400_000, [3, 6, 12], LONG, 10, INDUSTRY, True),
    ("SC", "node_hours", 20_000, 90_000, [6], LONG, 21, ALL, True),
    ("BEN", "node_hours", 200, 2_500, [2, 3], SHORT, 15, ALL, True),
    ("DEV", "node_hours", 800, 4_500, [6, 7, 8, 9, 10, 11, 12], SHORT, 10, ALL, True),
    ("REG", "node_hours", 20_000, 1_800_000, [12], LONG, 84, ALL, True),
    ("EXT", "node_hours", 100_000, 3_000_000, [12], LONG, 126, ALL, True),
]


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row[0])
def test_a_mode_has_the_catalogues_limits(row, monday):
    code, *facts = row
    policy = AccessPolicy.objects.valid(at=monday).get(mode__code=code)
    rounds = Call.objects.get(mode__code=code).rounds

    assert facts == [
        policy.unit,
        policy.least_hours,
        policy.most_hours,
        policy.months,
        policy.steps,
        policy.decision_days,
        policy.organisation_types,
        rounds.exclude(cut_off_at=None).exists(),
    ]


@pytest.mark.parametrize(
    ("code", "days"),
    [
        ("LS", ["2026-11-30", "2026-12-15", "2027-01-04"]),
        ("SC", ["2026-12-11"]),
        ("REG", ["2026-03-30", "2026-09-04"]),
        ("EXT", ["2026-05-04", "2026-10-19"]),
        ("BEN", [f"{2026 + (m > 12)}-{(m - 1) % 12 + 1:02}-01" for m in range(12, 24)]),
        ("DEV", [f"{2026 + (m > 12)}-{(m - 1) % 12 + 1:02}-01" for m in range(12, 24)]),
    ],
)
def test_cut_offs_are_at_ten_in_brussels(code, days):
    from_brussels = [
        f"{moment.astimezone(BRUSSELS):%Y-%m-%d %H:%M}"
        for moment in Call.objects.get(mode__code=code).rounds.values_list("cut_off_at", flat=True)
    ]

    assert from_brussels == [f"{day} 10:00" for day in days]


@pytest.mark.parametrize(
    ("code", "paying", "within_eu_project", "open_research", "contract_months"),
    [
        ("PG", ["mid_cap", "large_industry"], [], [], 0),
        ("FL", [], [], [], 0),
        ("LS", ["mid_cap", "large_industry"], [], [], 0),
        ("SC", [], INDUSTRY, [], 0),
        ("BEN", [], [], INDUSTRY, 3),
        ("DEV", [], [], INDUSTRY, 3),
        ("REG", [], [], INDUSTRY, 3),
        ("EXT", [], [], INDUSTRY, 3),
    ],
)
def test_who_pays_publishes_or_needs_a_project(
    code, paying, within_eu_project, open_research, contract_months
):
    policy = AccessPolicy.objects.get(mode__code=code)

    assert (policy.paying_types, policy.eu_project_types) == (paying, within_eu_project)
    assert (policy.open_research_types, policy.contract_months) == (open_research, contract_months)


ANEW = "None: apply again when you need more."


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("PG", ANEW),
        ("FL", ANEW),
        ("SC", "Once by up to 3 months and 10 percent of the hours, after an interim report."),
        ("DEV", "It can be renewed 2 times for the same period."),
    ],
)
def test_after_the_award_it_goes_on_as_the_mode_allows(code, sentence):
    assert extension_in_words(AccessPolicy.objects.get(mode__code=code)) == sentence


@pytest.mark.parametrize("code", [row[0] for row in CATALOGUE])
def test_use_begins_within_a_month_and_the_report_is_due_three_months_after(code):
    policy = AccessPolicy.objects.get(mode__code=code)

    assert (policy.start_within_days, policy.report_months) == (30, 3)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("PG", "5,000 GPU-hours, a fixed package"),
        ("FL", "10,000 to 50,000 GPU-hours"),
        ("SC", "20,000 to 90,000 node-hours"),
    ],
)
def test_an_amount_is_told_in_the_modes_own_unit(code, words):
    assert in_words(AccessPolicy.objects.get(mode__code=code)) == words


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("nodes", 5884),
        ("gpus_per_node", 4),
        ("cores_per_node", 288),
        ("longest_limit", 12 * 3600),
        ("default_limit", 3600),
        ("name", "booster"),
    ],
)
def test_the_booster_is_as_its_operator_describes_it(fact, value):
    assert getattr(Partition.objects.get(), fact) == value


def test_a_node_hour_is_four_gpu_hours_and_288_core_hours():
    policy = AccessPolicy.objects.get(mode__code="DEV")
    booster = Partition.objects.get()

    assert policy.gpu_hours_on(booster) == (3200, 18_000)
    assert AccessPolicy.objects.get(mode__code="FL").gpu_hours_on(booster) == (10_000, 50_000)


@pytest.mark.parametrize(("code", "percent"), [("eurohpc", 50), ("bmftr", 25), ("mkw-nrw", 25)])
def test_the_machines_time_is_split_as_it_was_paid_for(code, percent):
    assert FundingShare.objects.get(code=code, starts_at__year=2026).percent == percent
