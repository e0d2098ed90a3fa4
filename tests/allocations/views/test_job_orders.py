"""The pages on which something is ordered about a job, and what a job's page offers."""

import datetime as dt

import pytest

from allocations.flows import orders
from allocations.flows.jobs import submit_job
from allocations.flows.queue import advance_partition
from allocations.models import Job, JobHold
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.quotas import quiet_machine
from tests.allocations.views.pages import address, errors, messages, somebody, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def allocation(client, monday):
    quiet_machine()
    allocation = factories.active(team=["ben@example.org"])
    visit(client, allocation.project.proposal.applicant)
    return allocation


@pytest.fixture
def submit(allocation):
    def submit(**wishes):
        wishes = {"name": "train", "nodes": 8, "time_limit": 7200, "runtime": 3000} | wishes
        return submit_job(allocation, by=allocation.project.proposal.applicant, **wishes)

    return submit


def offered(client, job):
    return [order.name for order in client.get(address("job", job.pk)).context["orders"]]


def test_a_job_offers_what_can_be_ordered_in_its_state(client, submit, allocation, travel):
    waiting, held, running = submit(), submit(hold=True), submit(hold=True)
    fixed = submit(may_requeue=False)
    orders_of = {"waiting": offered(client, waiting), "held": offered(client, held)}
    orders.release_job(running, by=running.submitted_by)
    advance_partition(allocation.partition_id, until=travel(MINUTE))
    orders_of |= {"running": offered(client, running), "fixed": offered(client, fixed)}

    assert orders_of == {
        "waiting": ["hold", "modify", "cancel"],
        "held": ["release", "modify", "cancel"],
        "running": ["requeue", "cancel"],
        "fixed": ["cancel"],
    }


def test_a_user_is_not_offered_to_release_an_administrators_hold(client, submit):
    job = submit()
    orders.hold_job(job, by=somebody(Role.ADMINISTRATOR))

    assert offered(client, job) == ["modify", "cancel"]
    page = client.post(address("job_release", job.pk))
    assert errors(page)["__all__"][0].startswith("An administrator has put this job on hold")


@pytest.mark.parametrize(
    ("order", "done"),
    [("hold", "The job is on hold."), ("release", "The job has been released.")],
)
def test_an_order_asks_first_and_then_says_so(client, submit, order, done):
    job = submit(hold=order == "release")
    url = address(f"job_{order}", job.pk)

    asked = client.get(url)
    page = client.post(url, follow=True)

    job.refresh_from_db()
    assert "Keep it as it is" in asked.text
    assert messages(page) == [done]
    assert job.hold == (JobHold.USER if order == "hold" else JobHold.NOBODY)


def test_a_running_job_is_put_back_into_the_queue(client, submit, allocation, travel):
    job = submit()
    advance_partition(allocation.partition_id, until=travel(MINUTE))

    page = client.post(address("job_requeue", job.pk), follow=True)
    advance_partition(allocation.partition_id, until=travel(MINUTE))

    job.refresh_from_db()
    assert "It is being put back into the queue." in page.text
    assert job.restarts == 1
    assert "Starts before this one" in client.get(address("job", job.pk)).text


def test_a_waiting_job_is_changed(client, submit):
    job = submit(time_limit=5400)
    url = address("job_modify", job.pk)

    form = client.get(url).context["form"]
    client.post(url, {"nodes": 4, "hours": 0, "minutes": 45})
    refused = client.post(url, {"nodes": 4, "hours": 13, "minutes": 0})

    job.refresh_from_db()
    shown = {name: form[name].value() for name in form.fields}
    assert shown == {"nodes": 8, "hours": 1, "minutes": 30}
    assert (job.nodes, job.time_limit) == (4, 2700)
    assert errors(refused)["__all__"][0].startswith("The time limit must lie between")


def test_an_order_can_be_about_all_tasks_of_an_array(client, submit):
    head, other = submit(array="0-3%1"), submit()
    url = address("job_hold", head.pk)

    offered = [
        "whole_array" in client.get(address("job_hold", job.pk)).context["form"].fields
        for job in (head, other)
    ]
    client.post(url, {"whole_array": "on"})

    assert offered == [True, False]
    assert Job.objects.filter(hold="user").count() == 4


def test_a_job_shows_what_it_waits_for(client, submit, monday):
    first, array = submit(name="first"), submit(name="many", array="0-3%2")
    job = submit(
        after=f"afterok:{first.pk},afterany:{array.pk},singleton",
        begin_at=monday + MINUTE,
        comment="for the paper",
    )

    text = client.get(address("job", job.pk)).text
    task = client.get(address("job", array.pk)).text

    assert f"{first.pk} first</a> has succeeded" in text
    assert f"{array.pk} many</a> has ended in any way" in text
    assert "all earlier ones of the same person and name have ended" in text
    assert "for the paper" in text
    assert "4 tasks</a>, 2 at a time" in task


def test_a_job_that_has_run_shows_its_output_energy_and_accounting(
    client, submit, allocation, travel
):
    job = submit(runtime=3600, nodes=4, exit_code=137)
    before = client.get(address("job", job.pk))
    advance_partition(allocation.partition_id, until=travel(2 * 60 * MINUTE))

    page = client.get(address("job", job.pk))

    assert 'id="log"' not in before.text
    assert "Out Of Memory" in page.text
    assert "10.9 kWh" in page.text  # 4 nodes of 2,720 W for an hour
    assert "<code>ConsumedEnergyRaw</code></dt><dd>39168000</dd>" in page.text
    assert "2,720 W" in page.text
