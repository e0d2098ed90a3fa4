import datetime as dt

import pytest

from allocations.exceptions import ReasonMissing, ReportIncomplete, ReportNotPossible
from allocations.flows.lifecycle import expire, keep_deadlines
from allocations.flows.report_figures import figures, form_of, questions_of
from allocations.flows.reports import (
    accept_report,
    begin_interim_report,
    close_allocation,
    return_report,
    save_report,
    submit_report,
    waive_report,
)
from allocations.models import AccessMode, Allocation, Obligation, Partition
from jaif_portal import clock
from jaif_portal.exceptions import NotPermitted, StaleVersion, TransitionNotAllowed
from jaif_portal.models import Deadline
from tests.allocations import factories
from tests.allocations.records import history, letters
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
DAY = dt.timedelta(days=1)
ANSWERS = {"summary": "We did it.", "results": "It works.", "unspent": "We were too quick."}


def ended(travel):
    """An allocation after its end, and its final report."""
    allocation = factories.active(team=["ben@example.org"])
    at = travel(allocation.ends_at)
    Partition.objects.update(advanced_until=at)
    expire(allocation, at=at)
    return Obligation.objects.select_related("allocation__project").get()


@pytest.fixture
def owed(travel):
    return ended(travel)


def leader(obligation):
    return obligation.allocation.project.proposal.applicant


def hand_in(obligation, **answers):
    obligation.refresh_from_db()
    version = obligation.report.version if hasattr(obligation, "report") else 0
    by = leader(obligation)
    save_report(obligation, by=by, version=version, answers=ANSWERS | answers)
    return submit_report(obligation, by=by)


def test_a_report_is_filled_in_from_the_ledger(owed):
    found = figures(owed.allocation)

    assert found["pi"] == [leader(owed).email]
    assert found["team"] == ["ben@example.org"]
    assert (found["granted_node_seconds"], found["used_node_seconds"]) == (1250 * 3600, 0)
    assert (found["energy_kwh"], found["co2_kg"]) == (0, 0)
    assert found["co2_factor"].startswith("363 g/kWh")


def test_energy_is_power_times_what_was_charged_and_co2_goes_by_the_factor_of_the_day(owed):
    account = owed.allocation.account
    account.debited += 3600  # one node-hour at 2,720 watts

    found = figures(owed.allocation)

    assert (found["energy_kwh"], found["co2_kg"]) == (2.7, 1.0)


def test_a_report_is_saved_handed_in_accepted_and_then_the_allocation_is_closed(owed):
    officer = factories.officer()
    with pytest.raises(ReportNotPossible):
        close_allocation(owed.allocation, by=officer)

    submitted = hand_in(owed)
    assert (submitted.state, submitted.report.figures["used_node_seconds"]) == ("submitted", 0)
    accept_report(owed, by=officer, remarks="Thank you.")
    allocation = close_allocation(owed.allocation, by=officer)

    assert [step[1] for step in history(owed)] == ["due", "submitted", "accepted"]
    assert (allocation.state, allocation.associated_at) == ("closed", None)
    assert ("closed", "ben@example.org") in letters(allocation, "allocation")
    assert not Deadline.objects.of(owed).running().exists()


def test_a_report_without_its_answers_is_kept_and_not_handed_in(owed):
    by = leader(owed)
    save_report(owed, by=by, version=0, answers={"summary": "Half."})

    with pytest.raises(ReportIncomplete) as refusal:
        submit_report(owed, by=by)

    assert set(refusal.value.fields) == {"results", "unspent"}
    assert Obligation.objects.get().state == "due"


def test_the_words_of_an_answer_are_limited(owed):
    by = leader(owed)

    save_report(owed, by=by, version=0, answers={"summary": "word " * 500})
    with pytest.raises(ReportIncomplete) as refusal:
        save_report(owed, by=by, version=1, answers={"summary": "word " * 501})

    assert refusal.value.fields == {
        "summary": ["This answer has 501 words; at most 500 are possible."]
    }


def test_of_two_who_write_the_second_learns_of_the_first(owed):
    by = leader(owed)
    save_report(owed, by=by, version=0, answers={"summary": "One."})

    with pytest.raises(StaleVersion):
        save_report(owed, by=by, version=0, answers={"summary": "Two."})


def test_a_returned_report_is_due_again_and_handed_in_again(owed):
    hand_in(owed)
    due_on = (clock.now() + 14 * DAY).date()

    return_report(owed, by=factories.officer(), remarks="Say more.", due_on=due_on)
    with pytest.raises(ReportNotPossible):
        return_report(
            owed, by=factories.officer(), remarks="More.", due_on=clock.now().date() - DAY
        )
    again = hand_in(owed, results="It works better.")

    assert (again.state, again.report.answers["results"]) == ("submitted", "It works better.")
    with pytest.raises(ReportNotPossible):
        save_report(owed, by=leader(owed), version=again.report.version, answers={})


def test_reports_are_decided_by_the_office_alone_with_a_reason(owed):
    officer = factories.officer()
    with pytest.raises(NotPermitted):
        waive_report(owed, by=factories.reviewer(), remarks="No.")
    with pytest.raises(ReasonMissing):
        waive_report(owed, by=officer, remarks=" ")
    with pytest.raises(TransitionNotAllowed):
        accept_report(owed, by=officer)
    with pytest.raises(NotPermitted):
        save_report(owed, by=UserFactory(email="ben@example.org"), version=0, answers={})

    assert waive_report(owed, by=officer, remarks="The firm is gone.").state == "waived"


def test_reminders_come_before_and_after_the_due_date_and_escalate(owed, travel):
    officer = factories.officer()
    travel(owed.due_at + 31 * DAY)

    keep_deadlines(until=clock.now())

    found = [to for letter, to in letters(owed, "report") if letter.startswith("reminder")]
    assert found.count(leader(owed).email) == 4
    assert found.count(officer.email) == 2
    assert Obligation.objects.get().state == "overdue"
    assert ("report_overdue", leader(owed).email) in letters(owed.allocation, "allocation")


def test_an_interim_report_is_begun_once_while_the_allocation_is_active():
    allocation = factories.active()
    by = allocation.project.proposal.applicant

    first, second = (begin_interim_report(allocation, by=by) for _time in range(2))

    assert (first, first.kind, first.due_at) == (second, "interim_report", allocation.ends_at)
    Allocation.objects.update(state="expired")
    with pytest.raises(ReportNotPossible):
        begin_interim_report(allocation, by=by)


def test_development_access_answers_for_the_code_as_well(owed):
    asked = {
        code: [
            row["key"]
            for row in questions_of(form_of(owed), mode=AccessMode.objects.get(code=code))
        ]
        for code in ("PG", "DEV")
    }

    assert asked["PG"][:3] == ["summary", "results", "unspent"]
    assert [key for key in asked["DEV"] if key not in asked["PG"]] == [
        "code",
        "compilation",
        "scaling",
        "io",
        "optimisation",
    ]
