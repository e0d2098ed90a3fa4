"""Hostile addresses of the pages before an account: a field error or a result, never an error."""

import pytest

from tests.allocations.views.answers import PAGES, ask
from tests.allocations.views.pages import HTMX, address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

HOSTILE = [
    "\x00",
    "\x00\x1b[31m",
    "NaN",
    "inf",
    "-Infinity",
    "1e999999",
    "9" * 5000,
    "-1",
    "0x10",
    "1_000",
    "²",
    "٣",
    "'; DROP TABLE allocations_call; --",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "\u202eabc",
    "null",
    "true",
    "[]",
    '{"a": 1}',
    "a" * 20_000,
    "2026-99-99",
    "0000-00-00",
    "9999-12-31",
    "0001-01-01",
    "../../etc/passwd",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("name", PAGES)
def test_hostile_answers_end_in_field_errors(client, name, value):
    fields = client.get(address(name)).context["form"].fields

    page = ask(client, name, dict.fromkeys(fields, value))

    assert (page.status_code, page.context["result"]) == (200, None)
    assert page.context["form"].errors
    assert "<script>alert" not in page.text


@pytest.mark.parametrize("value", ["\x00", "NaN", "9" * 5000, "9999-12-31"], ids=range(4))
@pytest.mark.parametrize("name", PAGES)
def test_one_hostile_answer_among_good_ones_ends_in_an_error_or_a_result(client, name, value):
    for field in client.get(address(name)).context["form"].fields:
        page = client.get(address(name), PAGES[name] | {field: value}, headers=HTMX)

        assert page.status_code == 200
        assert (page.context["result"] is None) == bool(page.context["form"].errors)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    "query",
    ["%ff%fe", "task=%ff&purpose=%ff&kind=%ff", "a[]=1&a[b]=2", "task=train&task=lora", "&&&=="],
)
def test_hostile_addresses_are_answered(client, name, query):
    assert client.get(f"{address(name)}?{query}").status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_too_many_parameters_are_refused(client, name):
    query = "&".join(f"a{number}=1" for number in range(1100))

    assert client.get(f"{address(name)}?{query}").status_code == 400


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_read_only(client, name):
    assert client.post(address(name), PAGES[name]).status_code == 405
