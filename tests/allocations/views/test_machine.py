"""The machine as everybody sees it."""

import datetime as dt

import pytest

from allocations.models import DayTotal, Job, JobState, Partition
from jaif_portal import clock
from tests.allocations import factories
from tests.allocations.views.pages import HTMX, address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

URL = address("machine")


def background(state, *, nodes, number, eligible=True):
    now = clock.now()
    return Job.objects.create(
        partition=factories.booster(),
        share=factories.booster().shares.first(),
        background_key=f"{state}-{number}",
        name="other",
        nodes=nodes,
        time_limit=3600,
        runtime=60,
        state=state,
        submitted_at=now,
        eligible_at=now if eligible else None,
    )


def figures(response):
    return [
        (row.busy, row.free, row.running, row.waiting, row.wanted)
        for row in response.context["partitions"]
    ]


def test_an_empty_machine(client):
    assert figures(client.get(URL)) == [(0, 5884, 0, 0, 0)]


def test_what_runs_and_what_waits_is_counted_of_all_users_together(client):
    background(JobState.RUNNING, nodes=4000, number=1)
    background(JobState.RUNNING, nodes=500, number=2)
    background(JobState.PENDING, nodes=2000, number=1)
    background(JobState.PENDING, nodes=3, number=2, eligible=False)  # not taken in yet
    background(JobState.COMPLETED, nodes=100, number=1)

    assert figures(client.get(URL)) == [(4500, 1384, 2, 1, 2000)]


@pytest.mark.parametrize(("minutes", "said"), [(0, False), (5, True)])
def test_a_queue_that_is_behind_says_so(client, minutes, said):
    Partition.objects.update(advanced_until=clock.now() - dt.timedelta(minutes=minutes))

    assert ("The simulation is catching up" in client.get(URL).text) == said


def test_the_page_can_be_read_again_and_again(client):
    assert [client.get(URL).status_code for _time in range(3)] == [200, 200, 200]


def test_the_page_asks_for_the_figures_alone(client):
    whole, part = client.get(URL), client.get(URL, headers=HTMX)

    assert f'hx-get="{URL}"' in whole.text
    assert "<html" in whole.text
    assert "<html" not in part.text
    assert "JUPITER booster" in part.text
    assert "HX-Request" in part.headers["Vary"]


def test_numbers_are_written_for_the_reader(client):
    assert "5,884" in client.get(URL).text
    assert "5.884" in client.get(URL, headers={"Accept-Language": "de"}).text


@pytest.mark.parametrize("count", [1, 30])
def test_any_number_of_partitions_takes_the_same_queries(client, django_assert_num_queries, count):
    booster = factories.booster()
    for number in range(1, count):
        booster.pk, booster.name = None, f"copy{number}"
        booster.save()

    # The partitions with their figures, and the clock of the header.
    with django_assert_num_queries(2):
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
    assert "up to 22 nodes" in whole.text
    assert "in the last weeks" not in part.text
