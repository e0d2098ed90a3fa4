"""The desk of a round: what is shown to whom, what can be done, at a constant cost."""

import pytest

from allocations.models import Proposal, StepKind
from onboarding.models import Role
from tests.allocations import rounds
from tests.allocations.admin.desk import address, messages, offered_acts, perform, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def panel():
    proposals = rounds.in_step(StepKind.PANEL, 3)
    rounds.seat(proposals[0])
    return proposals


def desk(client, panel_round, **query):
    return client.get(address("round", "change", panel_round.pk), query)


def test_the_desk_lists_awards_first_and_says_whom_each_waits_for(client, panel):
    rounds.record(panel[1])
    rounds.record(panel[2], "reserve")
    sign_in(client, Role.PANEL_CHAIR)

    rows = desk(client, panel[0].round).context["rows"]

    assert [(row.proposal, row.held and row.held.outcome, row.waits_for) for row in rows] == [
        (panel[1], "award", ""),
        (panel[2], "reserve", ""),
        (panel[0], None, Role.PANEL_CHAIR.label),
    ]


def test_what_if_shows_what_would_be_left(client, panel):
    rounds.record(panel[0])
    sign_in(client, Role.PANEL_CHAIR)

    (now,) = desk(client, panel[0].round).context["pools"]
    (then,) = desk(client, panel[0].round, award=[panel[1].pk, panel[2].pk]).context["pools"]

    assert now.capacity.pledged == rounds.AWARD
    assert now.left_after - then.left_after == 2 * rounds.AWARD
    assert then.percent_after > now.percent_after


def test_members_of_the_firm_see_nothing_held(client, panel):
    rounds.record(panel[0])
    for role in (Role.PANEL_CHAIR, Role.AUDITOR):
        person = sign_in(client, role)
        panel[0].organisation.memberships.create(user=person, role="member")

        page = desk(client, panel[0].round)
        table = client.get(address("round", "csv", panel[0].round.pk))

        assert {row.held for row in page.context["rows"]} == {None}
        assert "To be awarded" not in page.text
        assert b"To be awarded" not in b"".join(table.streaming_content)


def test_a_round_is_published_by_two_people_at_the_desk(client, panel):
    for row in panel:
        rounds.record(row)
    panel_round = panel[0].round
    sign_in(client, Role.PANEL_CHAIR)
    perform(client, panel_round, "publish")
    assert offered_acts(client, panel_round)["confirm"] == "Your role does not allow this here."

    sign_in(client, Role.PUBLISHER)
    page = perform(client, panel_round, "confirm")

    assert messages(page) == [f"Done: Confirm and publish. {panel_round}"]
    assert set(Proposal.objects.values_list("state", flat=True)) == {"offered"}


def test_the_table_is_exported_and_no_title_becomes_a_formula(client, panel):
    Proposal.objects.filter(pk=panel[0].pk).update(title="=1+1")
    sign_in(client, Role.AUDITOR)

    page = client.get(address("round", "csv", panel[0].round.pk))

    lines = b"".join(page.streaming_content).decode().splitlines()
    assert lines[0].startswith("reference,title,organisation,step")
    assert any(f"{panel[0].reference},'=1+1," in line for line in lines)


def test_peer_reviewers_have_no_desk(client, panel):
    sign_in(client, Role.PEER_REVIEWER)

    assert desk(client, panel[0].round).status_code in {302, 403}


@pytest.mark.parametrize("count", [1, 8])
def test_the_desk_costs_the_same_for_any_number(client, django_assert_num_queries, count):
    proposals = rounds.in_step(StepKind.ADMINISTRATIVE, count)
    sign_in(client, Role.ACCESS_OFFICER)
    desk(client, proposals[0].round)

    with django_assert_num_queries(17):
        page = desk(client, proposals[0].round)

    assert len(page.context["rows"]) == count
