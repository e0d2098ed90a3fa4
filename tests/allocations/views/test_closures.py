"""Outages, maintenance and reservations as people meet them."""

import datetime as dt

import pytest

from allocations.flows import closures
from allocations.models import Job
from jaif_portal import clock
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.machine import advance, empty_booster, submit_other
from tests.allocations.views.pages import HTMX, address, errors, somebody, visit
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def booster(frozen_clock):
    return empty_booster(computed_until=clock.now() - dt.timedelta(seconds=1))


@pytest.fixture
def operator(booster):
    return UserFactory(role=Role.ADMINISTRATOR)


@pytest.fixture
def maintenance(booster, operator):
    return closures.plan_maintenance(
        booster,
        by=operator,
        nodes="ALL",
        starts_at=clock.now() + 24 * HOUR,
        ends_at=clock.now() + 30 * HOUR,
        reason="Cooling water",
    )


def cells_of(page):
    (row,) = page.context["partitions"]
    return row["cells"]


def test_racks_are_drawn_with_what_their_nodes_do(client, booster, operator):
    closures.fail_nodes(booster, by=operator, nodes="jpbo-001-[01-08]", reason="Burst pipe")
    closures.drain_nodes(booster, by=operator, nodes="2", reason="Firmware")
    submit_other(booster, nodes=20, runtime=600)
    advance(booster, seconds=60)

    page = client.get(address("machine"))

    cells = cells_of(page)
    racks = [rack for cell in cells for rack in cell.racks]
    assert (len(cells), len(racks), sum(rack.nodes for rack in racks)) == (25, 123, 5884)
    assert racks[0].title == "Rack 1: 8 failed, 40 free"
    assert racks[1].title == "Rack 2: 48 out of service"
    assert racks[122].title == "Rack 123: 20 at work, 8 free"
    failed, free = (part for part in racks[0].parts if part.nodes)
    assert ((failed.nodes, failed.y), (free.nodes, free.y)) == ((8, 40), (40, 0))
    assert "<title>Rack 123: 20 at work, 8 free</title>" in page.text
    assert page.text.count("<tr>") >= 123


def test_nodes_that_are_taken_out_are_at_work_until_their_jobs_have_ended(
    client, booster, operator
):
    submit_other(booster, nodes=20, runtime=600)
    advance(booster, seconds=60)
    closures.drain_nodes(booster, by=operator, nodes="123", reason="Firmware")
    titles, texts = [], []
    for _tick in range(2):
        advance(booster, seconds=400)
        page = client.get(address("machine"))
        titles.append(cells_of(page)[24].racks[2].title)
        texts.append(" ".join(page.text.split()))

    assert "Being emptied: Firmware" in texts[0]
    assert "1 job still runs there and ends by 24 Nov 2026, 1" in texts[0]
    assert "Taken out of service: Firmware" in texts[1]

    assert titles == [
        "Rack 123: 20 at work, 8 out of service",
        "Rack 123: 28 out of service",
    ]


def test_outages_in_force_and_maintenance_ahead_are_told(client, booster, operator, maintenance):
    closures.fail_nodes(
        booster,
        by=operator,
        nodes="1",
        reason="Burst pipe",
        ends_at=clock.now() + 2 * HOUR,
    )
    before = client.get(address("machine"), headers=HTMX)
    advance(booster, seconds=60)

    page = client.get(address("machine"), headers=HTMX)

    assert "Burst pipe" not in before.text
    assert "Outage: Burst pipe" in page.text
    assert "probably until 24 Nov 2026, 12:15" in page.text
    assert "Maintenance of 5,884 nodes of JUPITER booster" in page.text
    assert "48 <small>nodes" in page.text
    assert before.headers["ETag"] != page.headers["ETag"]


def test_a_reservation_tells_nothing_of_whom_it_is_for(client, booster, operator):
    allocation = factories.active()
    closures.reserve_nodes(
        booster,
        by=operator,
        allocation=allocation,
        nodes="1",
        starts_at=clock.now(),
        ends_at=clock.now() + HOUR,
        reason="For the secret customer",
    )
    advance(booster, seconds=60)

    page = client.get(address("machine"))

    assert cells_of(page)[0].racks[0].title == "Rack 1: 48 set aside"
    assert "secret" not in page.text
    assert allocation.project.identifier not in page.text


def test_a_partition_whose_nodes_are_only_counted_has_no_picture(client, booster):
    booster.nodes = 100
    booster.save()
    advance(booster, seconds=60)

    assert cells_of(client.get(address("machine"))) == []


def test_maintenance_is_announced_to_those_it_concerns(client, maintenance, travel):
    allocation = factories.active()
    visit(client, allocation.case.owner)
    home = client.get(address("home")).text
    visit(client, somebody())

    assert "Maintenance of 5,884 nodes" in home
    assert "Maintenance of 5,884 nodes" not in client.get(address("home")).text


@pytest.fixture
def reservation(booster, operator):
    return closures.reserve_nodes(
        booster,
        by=operator,
        allocation=factories.active(),
        nodes="1-2",
        starts_at=clock.now() + HOUR,
        ends_at=clock.now() + 6 * HOUR,
        reason="Demonstration",
    )


def test_a_job_asks_for_the_projects_reservation(client, reservation, maintenance, booster):
    allocation = reservation.allocation
    visit(client, allocation.case.owner)
    answers = {
        "allocation": allocation.pk,
        "name": "demo",
        "nodes": 50,
        "hours": 1,
        "minutes": 0,
        "reservation": reservation.pk,
    }

    form = client.get(address("job_new"))
    too_big = client.post(address("job_new"), answers | {"nodes": 97})
    page = client.post(address("job_new"), answers, follow=True)
    advance(booster, seconds=2 * 3600)

    job = Job.objects.get()
    shown = client.get(address("job", job.pk)).text
    assert "24 Nov 2026, 11:15 – 24 Nov 2026, 16:15, 96 nodes" in form.text
    assert list(errors(too_big)) == ["__all__"]
    assert "Maintenance of 5,884 nodes" in page.text
    assert job.started_at == reservation.starts_at
    assert job.node_list in shown
    assert "jpbo-" in job.node_list


def test_a_reservation_of_others_cannot_be_chosen(client, reservation):
    other = factories.active()
    visit(client, other.case.owner)

    form = client.get(address("job_new"))
    page = client.post(
        address("job_new"),
        {"allocation": other.pk, "name": "x", "nodes": 1, "hours": 1, "minutes": 0,
         "reservation": reservation.pk},
    )  # fmt: skip

    assert "96 nodes" not in form.text
    assert "reservation" in errors(page)
    assert Job.objects.count() == 0
