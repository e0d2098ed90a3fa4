"""The machine as everybody sees it."""

import datetime as dt

import pytest

from allocations.flows.waits import sum_up_waits
from allocations.models import DayTotal, LoadSample, Partition, PartitionStatus
from jaif_portal import clock
from tests.allocations import factories
from tests.allocations.machine import advance, empty_booster, submit_other
from tests.allocations.views.pages import HTMX, address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

URL = address("machine")


@pytest.fixture
def booster(db):
    return empty_booster(computed_until=clock.now() - dt.timedelta(hours=1))


def read_part(client, *, tag="", **headers):
    return client.get(URL, headers=HTMX | {"If-None-Match": tag} | headers)


def figures(response):
    rows = [row["overview"] for row in response.context["partitions"]]
    return [
        (
            row.status.busy,
            row.status.free,
            row.status.running,
            row.status.waiting,
            row.status.wanted,
        )
        for row in rows
    ]


def test_a_machine_that_has_not_run_yet(client):
    page = client.get(URL)

    assert figures(page) == [(0, 5884, 0, 0, 0)]
    assert "not yet" in page.text


def test_what_runs_and_what_waits_is_counted_of_all_users_together(client, booster):
    for nodes in (4000, 500, 2000):
        submit_other(booster, nodes=nodes)
    advance(booster, seconds=60)

    assert figures(client.get(URL)) == [(4500, 1384, 2, 1, 2000)]


@pytest.mark.parametrize(("minutes", "said"), [(0, False), (5, True)])
def test_a_queue_that_is_behind_says_so(client, minutes, said):
    Partition.objects.update(advanced_until=clock.now() - dt.timedelta(minutes=minutes))

    assert ("The simulation is catching up" in client.get(URL).text) == said


def test_the_page_asks_for_the_figures_alone(client):
    whole, part = client.get(URL), read_part(client)

    assert f'hx-get="{URL}"' in whole.text
    assert "<html" in whole.text
    assert "<html" not in part.text
    assert "JUPITER booster" in part.text
    assert "HX-Request" in part.headers["Vary"]


def test_what_the_reader_has_seen_is_not_sent_again(client, booster):
    advance(booster, seconds=3300)
    seen = read_part(client)

    again = read_part(client, tag=seen.headers["ETag"])
    in_german = read_part(client, tag=seen.headers["ETag"], **{"Accept-Language": "de"})
    submit_other(booster, nodes=10)
    advance(booster, seconds=60)
    later = read_part(client, tag=seen.headers["ETag"])

    assert seen.headers["Cache-Control"] == "private, no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert (in_german.status_code, later.status_code) == (200, 200)


def test_a_second_on_which_nothing_happened_changes_nothing(client, booster):
    booster.advanced_until = booster.advanced_until.replace(second=0)
    booster.save()
    advance(booster, seconds=3300)
    seen = read_part(client)
    advance(booster, seconds=30)

    assert read_part(client, tag=seen.headers["ETag"]).status_code == 304


def test_the_last_day_is_drawn_and_stands_in_a_table(client, booster):
    submit_other(booster, nodes=2942, runtime=3600)
    advance(booster, seconds=3000)

    page = client.get(URL)

    (row,) = page.context["partitions"]
    assert row["utilisation"].line.endswith("60")  # half of the machine, at half the height
    assert [(hour.busy, hour.running) for hour in row["hours"]] == [(2942, 1)]
    assert row["utilisation"].line in page.text
    assert "2,942" in page.text


def test_jobs_are_told_by_size_with_what_such_jobs_waited(client, booster):
    for nodes in (1, 1, 1, 1, 1, 5884):
        submit_other(booster, nodes=nodes)
    advance(booster, seconds=600)
    sum_up_waits(booster)

    (row,) = client.get(URL).context["partitions"]

    sizes = row["overview"].sizes
    assert [(size.first, size.last, size.running, size.waiting) for size in sizes] == [
        (1, 22, 5, 0),
        (23, 183, 0, 0),
        (184, 735, 0, 0),
        (736, 5884, 0, 1),
    ]
    waits = [[wait and (wait.jobs, wait.p50) for _limit, wait in size.waits] for size in sizes]
    assert waits == [[(5, 0), None, None], *[[None] * 3] * 3]


def test_numbers_are_written_for_the_reader(client):
    assert "5,884" in client.get(URL).text
    assert "5.884" in client.get(URL, headers={"Accept-Language": "de"}).text


@pytest.mark.parametrize("count", [1, 30])
def test_any_number_of_partitions_takes_the_same_queries(client, django_assert_num_queries, count):
    booster = factories.booster()
    for number in range(1, count):
        booster.pk, booster.name = None, f"copy{number}"
        booster.save()
    for partition in Partition.objects.all():
        PartitionStatus.objects.create(partition=partition, at=clock.now())
        LoadSample.objects.create(partition=partition, at=clock.now(), busy=1, running=1, waiting=0)

    # The partitions, their samples, waits and closures, and the clock of the header.
    with django_assert_num_queries(5):
        response = client.get(URL)

    assert len(response.context["partitions"]) == count == Partition.objects.count()


def test_the_past_is_shown_once_there_are_daily_totals(client):
    assert "in the last weeks" not in client.get(URL).text

    booster = factories.booster()
    yesterday = (clock.now() - dt.timedelta(days=1)).date()
    share = booster.shares.first()
    figures = {"started": 3, "ended": 2, "wait_seconds": 3600, "node_seconds": 5884 * 43_200}
    DayTotal.objects.create(
        partition=booster, day=yesterday, share=share, size_class="tiny", **figures
    )
    Partition.objects.update(totalled_day=yesterday)

    whole, part = client.get(URL), client.get(URL, headers=HTMX)

    assert "JUPITER booster in the last weeks" in whole.text
    assert "Nodes at work on 23 November 2026: 50 %" in whole.text
    assert "in the last weeks" not in part.text
