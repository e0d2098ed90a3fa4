"""Peer review in the administration: the reviewer's desk, the officers' boards, and what leaks."""

import pytest

from allocations.flows.assignments import accept_review, appoint_rapporteur
from allocations.models import (
    ConflictOfInterest,
    Review,
    ReviewAssignment,
    ReviewerInvitation,
    ReviewerProfile,
    SealedRead,
)
from jaif_portal.models import Mail
from onboarding.models import Role
from tests.allocations import factories, reviewing
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

LIST = "/admin/allocations/reviewassignment/"


@pytest.fixture
def proposal(travel):
    return reviewing.in_peer_review(travel)[0]


@pytest.fixture
def rows(proposal):
    return reviewing.assigned(proposal)


def page(client, person, address):
    client.force_login(person)
    return client.get(address)


def filled_in(proposal, *, version=0, score="4"):
    answers = {"version": version, "comments": "A sound plan.", "confidential": ""}
    for criterion in proposal.policy.review_policy.criteria.all():
        answers[f"score_{criterion.pk}"] = score
        answers[f"text_{criterion.pk}"] = "For these reasons."
    return answers


def test_a_reviewer_lists_what_was_sent_to_them_and_nothing_else(client, rows):
    found = page(client, rows[0].reviewer.user, LIST)

    assert list(found.context["cl"].result_list) == [rows[0]]
    assert rows[1].reviewer.user.name not in found.text
    assert page(client, rows[0].reviewer.user, "/admin/allocations/proposal/").status_code == 403
    assert page(client, rows[0].reviewer.user, f"{LIST}rounds/").status_code == 403


def test_the_file_is_closed_until_the_declaration_by_every_door(client, proposal, rows):
    person = rows[0].reviewer.user
    accept_review(rows[0], by=person)

    assert page(client, person, f"{LIST}{rows[0].pk}/desk/").status_code == 403
    assert "satellite" not in page(client, person, f"{LIST}{rows[0].pk}/change/").text
    assert client.get(f"/proposals/{proposal.pk}/").status_code == 404
    assert client.get(f"/api/v1/proposals/{proposal.pk}/").status_code == 404
    assert not SealedRead.objects.exists()


def test_from_the_invitation_to_the_review_in_the_administration(client, proposal, rows):
    person, own = rows[0].reviewer.user, f"{LIST}{rows[0].pk}/"
    client.force_login(person)
    client.post(f"{own}acts/accept/")
    client.post(f"{own}acts/declare/", {"severity": ""})
    desk = client.get(f"{own}desk/")
    saved = client.post(f"{own}desk/", filled_in(proposal), headers={"HX-Request": "true"})
    done = client.post(f"{own}desk/", filled_in(proposal, version=1) | {"submit": "1"})

    assert "satellite images" in desk.text
    assert ('value="1"' in saved.text, done.status_code) == (True, 302)
    assert reviewing.states(proposal)[0] == "reviewed"
    read = SealedRead.objects.get()
    assert (read.by, read.item, read.address) == (person, "file", "127.0.0.1")


def test_what_is_missing_stands_beside_its_field_and_the_draft_is_kept(client, proposal, rows):
    reviewing.at_work(rows[0])
    client.force_login(rows[0].reviewer.user)

    answers = filled_in(proposal, score="") | {"submit": "1"}
    refused = client.post(f"{LIST}{rows[0].pk}/desk/", answers)

    assert refused.text.count("Give a score, or abstain.") == 3
    assert Review.objects.get().comments == "A sound plan."
    again = client.post(f"{LIST}{rows[0].pk}/desk/", answers | {"version": 1})
    assert "Somebody else changed this" not in again.text


def test_the_form_of_an_older_tab_is_refused_with_its_answers_kept(client, proposal, rows):
    reviewing.at_work(rows[0])
    client.force_login(rows[0].reviewer.user)
    client.post(f"{LIST}{rows[0].pk}/desk/", filled_in(proposal))

    stale = client.post(f"{LIST}{rows[0].pk}/desk/", filled_in(proposal, score="1"))

    assert "Somebody else changed this" in stale.text
    assert Review.objects.get().scores.first().value == 4


def test_a_call_that_hides_applicants_hides_them_on_the_desk(client, proposal, rows):
    reviewing.at_work(rows[0])
    address = f"{LIST}{rows[0].pk}/desk/"
    assert proposal.organisation.name in page(client, rows[0].reviewer.user, address).text

    proposal.call.hides_applicants = True
    proposal.call.save()

    hidden = client.get(address).text
    assert proposal.organisation.name not in hidden
    assert "https://example.org/cv" not in hidden
    assert "satellite images" in hidden


def test_nobody_opens_the_desk_of_another(client, rows):
    for row in rows[:2]:
        reviewing.at_work(row)

    assert page(client, rows[1].reviewer.user, f"{LIST}{rows[0].pk}/desk/").status_code in {
        302,
        403,
    }


def test_the_rapporteur_reads_the_others_and_writes_the_consensus(client, proposal, rows, officer):
    appoint_rapporteur(reviewing.at_work(rows[0]), by=officer)
    reviewing.reviewed(rows[1])
    client.force_login(rows[0].reviewer.user)
    address = f"{LIST}{rows[0].pk}/desk/"
    assert "Between us." not in client.get(address).text
    reviewing.save_and_submit(rows[0])

    assert "Between us." in client.get(address).text
    client.post(address, {"consensus": "1", "text": "Fund it.", "score": "11.5"})
    assert proposal.consensus.text == "Fund it."


def test_the_board_proposes_confirms_adds_and_closes(client, proposal, officer):
    experts = [reviewing.reviewer() for _number in range(3)]
    extra = reviewing.reviewer(keywords=["chemistry"])
    client.force_login(officer)
    address = f"{LIST}rounds/{proposal.round_id}/"

    client.post(address, {"propose": ""})
    client.post(address, {"by_hand": proposal.pk, "reviewer": extra.pk, "is_alternate": "on"})
    client.post(address, {"confirm": proposal.pk, "disclosure": "title"})
    assert sorted(reviewing.states(proposal)) == ["alternate", "invited", "invited", "invited"]
    invited = proposal.assignments.filter(reviewer__in=experts).select_related("reviewer__user")
    for row in invited[:2]:
        reviewing.reviewed(row)
    refused = client.post(address, {"confirm": proposal.pk, "disclosure": "title"}, follow=True)
    assert "There are no proposed reviewers to confirm." in refused.text
    client.post(address, {"close": proposal.pk})

    assert reviewing.step_of(proposal).state == "done"


def test_scores_are_for_the_office_and_reading_them_is_recorded(client, proposal, rows):
    reviewing.reviewed(rows[0], 5, 4, 3)
    reviewing.reviewed(rows[1], 2, 4, None)
    address = f"{LIST}scores/{proposal.pk}/"
    chair = UserFactory(role=Role.PANEL_CHAIR)

    found = page(client, chair, address)

    assert rows[0].reviewer.user.name in found.text
    assert found.context["sheet"].summary.totals == [12]
    assert found.context["sheet"].summary.disagree
    assert sorted(SealedRead.objects.values_list("item", flat=True)) == ["reviewers", "reviews"]
    assert page(client, rows[0].reviewer.user, address).status_code == 403
    assert page(client, UserFactory(role=Role.TECHNICAL_REVIEWER), address).status_code == 403
    assert page(client, proposal.applicant, address).status_code == 302


def test_a_chair_with_a_real_conflict_sees_nothing_of_the_proposal(client, proposal, rows):
    chair = UserFactory(role=Role.PANEL_CHAIR)
    profile = ReviewerProfile.objects.create(user=chair, institution="Here", keywords=[])
    proposal.conflicts.create(
        reviewer=profile,
        kind="declared",
        state="real",
        evidence="A joint firm.",
        found_at="2026-11-23T09:00Z",
    )

    assert page(client, chair, f"{LIST}scores/{proposal.pk}/").status_code == 403
    assert proposal.reference not in client.get(f"{LIST}rounds/{proposal.round_id}/").text
    assert proposal.reference not in client.get(LIST).text
    assert proposal.reference not in client.get("/admin/allocations/proposal/").text
    assert proposal.reference not in client.get("/admin/allocations/conflictofinterest/").text
    assert client.get(f"/api/v1/proposals/{proposal.pk}/").status_code == 404


def test_reads_are_exported_by_the_auditor(client, proposal, rows):
    officer = factories.officer()
    page(client, officer, f"{LIST}scores/{proposal.pk}/")
    client.force_login(UserFactory(role=Role.AUDITOR))

    ids = list(SealedRead.objects.values_list("pk", flat=True))
    answer = client.post(
        "/admin/allocations/sealedread/", {"action": "export", "_selected_action": ids}
    )

    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0] == "at,recorded_at,by,proposal,item,address"
    assert sorted(line.split(",")[2:5] for line in lines[1:]) == [
        [officer.email, proposal.reference, "reviewers"],
        [officer.email, proposal.reference, "reviews"],
    ]


def test_an_officer_weighs_a_conflict_with_a_reason(client, proposal, officer):
    expert = reviewing.reviewer()
    conflict = ConflictOfInterest.objects.create(
        proposal=proposal,
        reviewer=expert,
        kind="mail_domain",
        state="real",
        evidence="Both use addresses of x.example.",
        found_at="2026-11-23T09:00Z",
    )
    client.force_login(officer)

    client.post(
        f"/admin/allocations/conflictofinterest/{conflict.pk}/acts/reassess/",
        {"severity": "dismissed", "reason": "A shared provider."},
    )

    conflict.refresh_from_db()
    assert conflict.state == "dismissed"


def test_an_invitation_by_mail_makes_a_reviewer_once(client, officer):
    person = UserFactory(email="new@institute.example")
    client.force_login(officer)
    client.post(
        "/admin/allocations/reviewerinvitation/add/",
        {"email": "New@institute.example", "name": "Nele", "language": "en", "days": "7"},
    )
    mail = Mail.objects.get(recipient="new@institute.example")
    link = next(word for word in mail.body.split() if "/reviewing/join/" in word)
    address = "/" + link.split("/", 3)[3]
    answers = {"institution": "Institute", "keywords": "Climate,  graph Networks", "load_cap": 3}

    assert "This invitation is for new@institute.example." in client.post(address, answers).text
    client.force_login(person)
    client.post(address, answers)
    used = client.get(address)

    profile = ReviewerProfile.objects.get(user=person)
    assert (profile.keywords, profile.load_cap) == (["climate", "graph networks"], 3)
    assert person.groups.get().name == "peer reviewer"
    assert "has expired or was used already" in used.text
    assert ReviewerInvitation.objects.get().digest not in mail.body


def test_a_reviewer_keeps_the_own_profile_alone(client, rows):
    own, other = rows[0].reviewer, rows[1].reviewer
    client.force_login(own.user)
    inlines = {
        f"{name}-{field}": value
        for name in ("absences", "relations")
        for field, value in {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}.items()
    }
    answers = {
        "institution": "Elsewhere",
        "keywords": "physics",
        "load_cap": 2,
        "is_active": "on",
        "seen_version": 1,
    }
    address = "/admin/allocations/reviewerprofile/{}/change/"

    client.post(address.format(own.pk), answers | inlines)
    stale = client.post(address.format(own.pk), answers | inlines | {"institution": "Stale"})

    own.refresh_from_db()
    assert (own.institution, own.keywords, own.version) == ("Elsewhere", ["physics"], 2)
    assert "Somebody else changed this" in stale.text
    assert client.get(address.format(other.pk)).status_code == 302


@pytest.mark.parametrize("count", [1, 4])
def test_lists_and_boards_take_the_same_queries_for_any_number(
    client, travel, officer, django_assert_max_num_queries, count
):
    proposals = reviewing.in_peer_review(travel, count=count)
    for proposal in proposals:
        reviewing.assigned(proposal)
    client.force_login(officer)

    for address in (LIST, f"{LIST}rounds/{proposals[0].round_id}/"):
        with django_assert_max_num_queries(12):
            found = client.get(address)
        assert found.status_code == 200
    assert ReviewAssignment.objects.count() == 4 * count
