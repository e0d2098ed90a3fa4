import pytest

from allocations.models import AccessMode, Call, CallState, Partition, SystemOffer
from jaif_portal import clock
from tests.clients import bearer
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/calls/"


def test_a_call_shows_its_mode_its_rules_and_whether_it_is_open():
    call = Call.objects.get(mode__code="PG")

    body = bearer(UserFactory()).get(f"{URL}{call.pk}/").json()

    assert (body["mode"]["code"], body["is_open"]) == ("PG", True)
    assert (body["policy"]["most_gpu_hours"], body["policy"]["months"]) == (5000, [1, 2, 3])
    assert body["offers"] == [
        {
            "id": call.offers.get().pk,
            "system": "JUPITER",
            "partition": "booster",
            "is_open": True,
        }
    ]


def test_a_paused_call_is_not_open():
    Call.objects.update(state=CallState.PAUSED)

    assert bearer(UserFactory()).get(URL).json()["results"][0]["is_open"] is False


def test_a_call_that_is_a_draft_is_not_there():
    call = Call.objects.get()
    Call.objects.update(state=CallState.DRAFT)
    client = bearer(UserFactory())

    assert client.get(URL).json()["results"] == []
    assert client.get(f"{URL}{call.pk}/").status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_listing_calls_takes_the_same_queries_for_any_number(django_assert_num_queries, count):
    offer = SystemOffer.objects.get()
    mode, now = AccessMode.objects.get(), clock.now()
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

    with django_assert_num_queries(8):
        response = client.get(URL)

    assert len(response.json()["results"]) == count


def test_anybody_with_a_token_reads_about_the_machines():
    client = bearer(UserFactory(), "jobs:read")

    systems = client.get("/api/v1/systems/").json()["results"]
    partitions = client.get("/api/v1/partitions/").json()["results"]

    assert [system["name"] for system in systems] == ["JUPITER"]
    assert systems[0]["partitions"] == partitions
    assert (partitions[0]["nodes"], partitions[0]["gpus_per_node"]) == (5884, 4)
    assert partitions[0]["id"] == Partition.objects.get().pk
