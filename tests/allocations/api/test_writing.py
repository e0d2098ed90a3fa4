"""Sections and answers of a draft over REST, and what hostile clients send."""

import json

import pytest

from allocations.models import Proposal
from tests.allocations import factories
from tests.allocations.views.pages import HTMX, address
from tests.clients import bearer
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def draft(user):
    return factories.draft(by=user)


def url_of(draft, part):
    return f"/api/v1/proposals/{draft.pk}/{part}/"


def patch(user, draft, body, **headers):
    return bearer(user).patch(url_of(draft, "answers"), body, format="json", headers=headers)


def test_the_form_is_read_with_answers_versions_and_gaps(user):
    draft = factories.draft(by=user, abstract="")

    sections = bearer(user).get(url_of(draft, "sections")).json()

    project = next(row for row in sections if row["code"] == "project")
    abstract = next(row for row in project["questions"] if row["code"] == "abstract")
    assert (abstract["answer"], abstract["version"], abstract["gap"]) == (
        None,
        0,
        "Fill in “Abstract”.",
    )
    assert (abstract["least"], abstract["most"], abstract["required"]) == (100, 3000, True)
    assert project["gaps"] == {"abstract": "Fill in “Abstract”."}


def test_answers_are_changed_by_the_versions_that_were_seen(user, draft):
    body = {"answers": {"frameworks": "JAX", "title": "New"}, "versions": {"frameworks": 1}}

    response = patch(user, draft, body)

    draft.refresh_from_db()
    assert response.status_code == 200
    assert (draft.title, draft.answers["frameworks"]) == ("New", "JAX")


def test_a_conflict_carries_both_answers(user, draft):
    patch(user, draft, {"answers": {"frameworks": "JAX"}})

    body = {"answers": {"frameworks": "ONNX"}, "versions": {"frameworks": 1}}
    response = patch(user, draft, body)

    problem = response.json()
    assert (response.status_code, problem["code"]) == (412, "answer_conflict")
    assert problem["conflicts"] == {"frameworks": {"version": 2, "yours": "ONNX", "theirs": "JAX"}}


def test_if_match_guards_the_whole_draft(user, draft):
    tag = bearer(user).get(url_of(draft, "sections"))["ETag"]
    patch(user, draft, {"answers": {"frameworks": "JAX"}})

    response = patch(user, draft, {"answers": {"title": "New"}}, **{"If-Match": tag})

    assert response.status_code == 412


def test_the_changes_are_for_the_team_alone(user, draft):
    rows = bearer(user).get(url_of(draft, "changes")).json()["results"]
    factories.submit_proposal(draft, by=user)

    assert rows[0].keys() == {"question", "version", "old", "new", "by", "at"}
    assert bearer(factories.officer()).get(url_of(draft, "changes")).status_code == 403


@pytest.mark.parametrize("part", ["sections", "changes"])
def test_strangers_find_nothing(draft, part):
    assert bearer(UserFactory()).get(url_of(draft, part)).status_code == 404


def test_the_form_takes_the_same_queries_for_any_number_of_answers(
    user, draft, django_assert_num_queries
):
    client = bearer(user)
    client.get(url_of(draft, "sections"))

    with django_assert_num_queries(7):
        client.get(url_of(draft, "sections"))
    factories.fill_in(draft)
    with django_assert_num_queries(7):
        client.get(url_of(draft, "sections"))


ANYTHING = [
    "a\x00b", "a\x07b", "a\x1b[31m", "a\u202eb", "a\u2066b", "\ud800", "x" * 5001, "\x7f",
    ["a"], {"a": "b"}, [[]], {"$gt": ""}, 1.5, -1, 10**30, -(10**30),
]  # fmt: skip
WRONG = {  # question: what is no answer to it
    "title": [*ANYTHING, True, 0, "two\nlines", "x" * 151],
    "abstract": [*ANYTHING, True, 7],
    "sector": [*ANYTHING, True, 0, "war", "HEALTH", ["health"]],
    "offer": [*ANYTHING, True, "1", 999999, 1.0],
    "gpu_hours": [*ANYTHING, True, "5000", 0, 2**31, "1e3", "٣"],
    "months": [*ANYTHING, True, "2", 0, 13],
    "civilian_use": [*ANYTHING, "yes", 0, 1],
    "frameworks": [*ANYTHING, True, 7, "two\nlines"],
    "personal_data": [*ANYTHING, "no", 0],
    "support_wanted": [*ANYTHING, "training", ["war"], ["training"] * 9, [None], [["training"]]],
    "declared_true": [*ANYTHING, "true", 1],
    "state": ["awarded"],
    "version": [1],
    "by": ["admin"],
    "__class__": ["x"],
    "a\x00b": ["x"],
    "x" * 5000: ["x"],
}  # fmt: skip
HOSTILE = [(code, value) for code, values in WRONG.items() for value in values]


def rows():
    return list(Proposal.objects.values())


@pytest.mark.parametrize(("code", "value"), HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_answer_is_refused_and_changes_nothing(user, draft, code, value):
    before = rows()
    body = json.dumps({"answers": {"title": "Changed", code: value}})

    response = bearer(user).patch(url_of(draft, "answers"), body, content_type="application/json")

    assert 400 <= response.status_code < 500
    assert response["Content-Type"] == "application/problem+json"
    assert rows() == before


BODIES = [
    b"", b"[]", b"7", b"null", b'"x"', b"{", b'{"answers": []}', b'{"answers": {"title": NaN}}',
    b'{"answers": null}', b'{"answers": {"title": "A"}, "versions": {"title": "new"}}',
    b'{"answers": {"title": "A"}, "versions": {"title": -1}}', b'{"answers": {"title": "\xff"}}',
    b'{"answers": {"title": "A"}, "versions": []}', b"[" * 100_000,
    b'{"answers": {"title": "' + b"x" * 10_000_000 + b'"}}',
    '{"answers": {"title": "Käthe"}}'.encode("utf-16"),
    json.dumps({"answers": {f"q{number}": "x" for number in range(201)}}).encode(),
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_what_is_no_request_is_refused_and_changes_nothing(user, draft, body):
    before = rows()

    response = bearer(user).patch(url_of(draft, "answers"), body, content_type="application/json")

    assert 400 <= response.status_code < 500
    assert rows() == before


TYPED = [
    ("title", "a\x00b"), ("title", "a\x07b"), ("title", "a\u202eb"), ("title", "x" * 151),
    ("title", "x" * 1_000_000), ("abstract", "a\x1bb"), ("abstract", "a\u2067b"),
    ("abstract", "x" * 2_000_000), ("sector", "war"), ("sector", "health\x00"),
    ("offer", "999999"), ("offer", "1; DROP TABLE"), ("offer", "-1"), ("gpu_hours", "-1"),
    ("gpu_hours", "1e9"), ("gpu_hours", "9" * 400), ("gpu_hours", "٣٣"), ("gpu_hours", "5,000.5"),
    ("gpu_hours", "NaN"), ("months", "0"), ("months", "13"), ("months", "two"),
    ("personal_data", "maybe"), ("support_wanted", "war"), ("frameworks", "a\x00b"),
    ("frameworks", "x" * 301), ("frameworks", "a\nb"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "value"), TYPED, ids=range(len(TYPED)))
def test_what_is_no_answer_is_refused_on_the_page_and_changes_nothing(
    client, user, draft, code, value
):
    client.force_login(user)
    before = rows()
    data = {code: value, f"seen-{code}": draft.answer_versions.get(code, 0)}

    response = client.post(address("proposal_answer", draft.pk, code), data, headers=HTMX)

    assert 400 <= response.status_code < 500
    assert rows() == before


@pytest.mark.parametrize("seen", ["", "new", "-1", "99", "1" * 30, "1.0", "\x00", "٣"])
def test_a_version_that_was_never_seen_is_a_conflict(client, user, draft, seen):
    client.force_login(user)
    data = {"title": "Changed", "seen-title": seen}

    response = client.post(address("proposal_answer", draft.pk, "title"), data, headers=HTMX)

    draft.refresh_from_db()
    assert (response.status_code, draft.title) == (409, "Tenders for towns")
