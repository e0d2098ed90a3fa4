import pytest

from allocations.models import AccessMode, Call, CallState, Partition, SystemOffer
from jaif_portal import clock
from tests.clients import bearer
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

URL = "/api/v1/calls/"


def test_a_call_shows_its_mode_its_rules_and_whether_it_is_open():
    call = Call.objects.get(mode__code="PG")

    body = bearer(UserFactory()).get(f"{URL}{call.pk}/").json()

    assert (body["mode"]["code"], body["is_open"]) == ("PG", True)
    assert (body["policy"]["most_hours"], body["policy"]["months"]) == (5000, [1, 2, 3])
    assert body["offers"] == [
        {
            "id": call.offers.get().pk,
            "system": "JUPITER",
            "partition": "booster",
            "availability": "open",
            "instead": "",
        }
    ]
    assert (body["availability"], body["next_cut_off"]) == ("open", None)


def test_a_paused_call_is_not_open():
    Call.objects.update(state=CallState.PAUSED)

    call = Call.objects.get(mode__code="LS")

    body = bearer(UserFactory()).get(f"{URL}{call.pk}/").json()

    assert (body["is_open"], body["availability"]) == (False, "paused")
    assert body["offers"][0]["instead"] == "Leonardo"
    assert body["next_cut_off"] == "2026-11-30T10:00:00+01:00"


def test_anybody_reads_the_modes_and_their_rules(client):
    listed = client.get("/api/v1/modes/").json()["results"]
    body = client.get("/api/v1/modes/SC/").json()

    assert {mode["code"] for mode in listed} == {
        "PG", "FL", "LS", "SC", "BEN", "DEV", "REG", "EXT"
    }  # fmt: skip
    assert (body["policy"]["unit"], body["policy"]["most_hours"]) == ("node_hours", 90_000)
    assert body["policy"]["eu_project_types"] == ["start_up", "sme", "mid_cap", "large_industry"]


def test_a_call_that_is_a_draft_is_not_there():
    call = Call.objects.get(mode__code="PG")
    Call.objects.update(state=CallState.DRAFT)
    client = bearer(UserFactory())

    assert client.get(URL).json()["results"] == []
    assert client.get(f"{URL}{call.pk}/").status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_listing_calls_takes_the_same_queries_for_any_number(django_assert_num_queries, count):
    offer = SystemOffer.objects.get(call__mode__code="PG")
    mode, now = AccessMode.objects.get(code="PG"), clock.now()
    for _number in range(count - 1):
        call = Call.objects.create(
            mode=mode,
            title_en="Another",
            title_de="Noch einer",
            state=CallState.OPEN,
            opens_at=now,
            closes_at=now.replace(year=now.year + 1),
        )
        SystemOffer.objects.create(call=call, partition=offer.partition, share=offer.share)
    client = bearer(UserFactory())

    with django_assert_num_queries(7):
        response = client.get(URL)

    assert len(response.json()["results"]) == min(50, count + 7)


def test_anybody_with_a_token_reads_about_the_machines():
    client = bearer(UserFactory(), "jobs:read")

    systems = client.get("/api/v1/systems/").json()["results"]
    partitions = client.get("/api/v1/partitions/").json()["results"]

    assert [system["name"] for system in systems] == ["JUPITER"]
    assert systems[0]["partitions"] == partitions
    assert (partitions[0]["nodes"], partitions[0]["gpus_per_node"]) == (5884, 4)
    assert partitions[0]["id"] == Partition.objects.get().pk


@pytest.mark.parametrize(("mode", "count"), [("PG", 1), ("XX", 0), ("pg", 0)])
def test_calls_are_found_by_their_mode(mode, count):
    answer = bearer(UserFactory()).get(URL, {"mode": mode})

    assert (answer.status_code, len(answer.json()["results"])) == (200, count)
