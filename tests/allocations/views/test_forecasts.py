"""What people read of forecasts: on a job's page, in lists, before they submit, and in public."""

import pytest

from allocations.flows.jobs import submit_job
from allocations.models import Job, JobState, Partition, PendingReason
from jaif_portal import clock
from tests.allocations import factories
from tests.allocations.foresight import HOUR, answer, foreseen, quiet, shape_row
from tests.allocations.views.pages import HTMX, address, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

WHEN = "Probably starts today between 12:00 and 16:00; most likely about 13:00."


@pytest.fixture
def allocation(client):
    quiet()
    allocation = factories.active()
    visit(client, allocation.project.proposal.applicant)
    return allocation


@pytest.fixture
def job(allocation):
    return submit_job(
        allocation,
        by=allocation.project.proposal.applicant,
        name="train",
        nodes=8,
        time_limit=6 * 3600,
    )


@pytest.fixture
def shapes(allocation):
    rows = [(1, 1, 0, 0, 0), (1, 6, 0, 0.5, 1), (8, 1, 0.5, 1, 1.5), (8, 6, 2, 3, 72)]
    return answer(
        allocation.partition,
        [
            shape_row(nodes, hours * 3600, *(int(wait * 3600) for wait in waits))
            for nodes, hours, *waits in rows
        ],
    )


def test_a_waiting_job_says_when_it_will_start_and_what_would_be_sooner(client, job, shapes):
    foreseen(job, 2, 3, 6)

    page = client.get(address("job", job.pk))

    assert page.context["start"]["sentence"] == WHEN
    assert page.context["start"]["sooner"] == [
        (
            "With a time limit of 1 h 00 min:",
            "Probably starts today between 10:30 and 11:30; most likely about 11:00.",
        ),
        ("With 1 node:", "Probably starts by 11:00 today; most likely about 10:30 today."),
    ]
    assert WHEN in page.text
    assert WHEN in client.get(address("job", job.pk), headers=HTMX).text


def test_a_job_without_a_forecast_says_so(client, job):
    page = client.get(address("job", job.pk))

    assert page.context["start"] == {
        "sentence": "The forecast is being computed and appears here in a minute or so."
    }


def test_a_job_that_waits_for_hours_has_no_forecast(client, job):
    foreseen(job, 2, 3, 6)
    Job.objects.update(reason=PendingReason.ASSOC_GRP_NODE_MINUTES)

    page = client.get(address("job", job.pk))

    assert page.context["start"] == {
        "sentence": "There is no forecast: how long this lasts is not up to the queue."
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"state": JobState.RUNNING, "started_at": clock.moment(0)},
        {"cancel_requested_at": clock.moment(0)},
    ],
)
def test_a_job_that_no_longer_waits_has_no_forecast(client, job, changes):
    foreseen(job, 2, 3, 6)
    Job.objects.update(**changes)

    assert client.get(address("job", job.pk)).context["start"] is None
    assert "between 12:00" not in client.get(address("jobs")).text


def test_the_list_says_when_each_waiting_job_starts(client, job):
    foreseen(job, 1, 2, 3, made_at=clock.now() - HOUR)
    foreseen(job, 2, 3, 6)

    page = client.get(address("jobs"))

    assert [entry.start for entry in page.context["jobs"]] == [WHEN]
    assert WHEN in page.text


def test_before_submitting_one_sees_when_such_a_job_would_start(client, allocation, shapes):
    shape = {"allocation": allocation.pk, "nodes": 5, "hours": 2, "minutes": 0}

    part = client.get(address("job_cost"), shape)
    page = client.get(address("job_new"))

    assert part.context["start"] == (
        "Probably starts between 12:00 today and 10:00 on Thursday, 26 November; "
        "most likely about 13:00 today."
    )
    assert part.context["start"] in part.text
    assert page.context["start"] == "Probably starts within the next 10 minutes."
    rows = page.context["heat_map"]["rows"]
    assert page.context["heat_map"]["limits"] == [3600, 21600]
    assert [(nodes, [(c.typical, c.range, c.level) for c in cells]) for nodes, cells in rows] == [
        (1, [("at once", "", 0), ("30 min", "at once to 1 h", 1)]),
        (8, [("1 h", "30 min to 2 h", 1), ("3 h", "2 h to 3 days", 2)]),
    ]


@pytest.mark.parametrize(("hours", "said"), [(0, False), (1, True)])
def test_forecasts_of_a_queue_that_is_behind_say_so(client, allocation, shapes, hours, said):
    Partition.objects.update(advanced_until=clock.now() - hours * HOUR)
    shape = {"allocation": allocation.pk, "nodes": 5, "hours": 2, "minutes": 0}

    pages = [client.get(address("job_cost"), shape), client.get(address("forecasts"))]

    assert ["The simulation is catching up" in page.text for page in pages] == [said, said]


def test_a_shape_that_would_be_refused_is_not_foreseen(client, allocation, shapes):
    shape = {"allocation": allocation.pk, "nodes": 50, "hours": 2, "minutes": 0}

    assert client.get(address("job_cost"), shape).context["start"] == ""


def test_without_a_forecast_the_form_works_all_the_same(client, allocation):
    page = client.get(address("job_new"))

    assert (page.context["heat_map"], page.context["start"]) == (None, "")


def test_everybody_sees_waits_by_shape_and_how_often_forecasts_were_right(client, job, shapes):
    foreseen(job, 2, 3, 6, outcome="started", started_at=clock.now() + 4 * HOUR)
    client.logout()

    page = client.get(address("forecasts"))

    row = page.context["partitions"][0]
    assert row["heat_map"]["limits"] == [3600, 21600]
    assert [(entry.scored, entry.coverage) for entry in row["calibration"]] == [(1, 100.0)] * 2
    assert "100 %" in page.text


def test_the_page_is_there_before_the_first_forecast(client, allocation):
    assert "There is no forecast yet." in client.get(address("forecasts")).text


def test_a_rough_forecast_has_no_ranges(client, allocation):
    answer(allocation.partition, [shape_row(1, 3600, None, None, None)], replications=1)

    (cell,) = client.get(address("job_new")).context["heat_map"]["rows"][0][1]

    assert (cell.typical, cell.range, cell.level) == ("over 4 weeks", "", 4)
