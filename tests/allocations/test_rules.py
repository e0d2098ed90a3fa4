import pytest
import rules

from allocations.models import (
    Allocation,
    Job,
    JobTemplate,
    Project,
    ProjectMember,
    ProjectRole,
    Proposal,
    TeamMember,
)
from onboarding.models import MemberRole, Role
from tests.allocations import factories
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db
READERS = set(Role) - {Role.PEER_REVIEWER}
ACTS = {
    "allocations.check_eligibility": {Role.ACCESS_OFFICER},
    "allocations.check_feasibility": {Role.TECHNICAL_REVIEWER},
    "allocations.handle_offers": {Role.ACCESS_OFFICER},
    "allocations.ask_applicant": {
        Role.ACCESS_OFFICER,
        Role.TECHNICAL_REVIEWER,
        Role.PANEL_CHAIR,
    },
    "allocations.edit_proposal": set(),
    "allocations.submit_proposal": set(),
    "allocations.recall_proposal": set(),
    "allocations.answer_questions": set(),
    "allocations.withdraw_proposal": set(),
    "allocations.answer_offer": set(),
}


@pytest.fixture
def staff():
    return {role: UserFactory(role=role) for role in Role}


def who(permission, people, subject=None):
    return {key for key, person in people.items() if rules.has_perm(permission, person, subject)}


def test_each_act_on_a_proposal_belongs_to_its_role_alone(staff, monday):
    proposal = factories.draft()

    assert {act: who(act, staff, proposal) for act in ACTS} == ACTS


def test_the_applicant_and_the_team_have_their_own_acts(monday):
    member = UserFactory()
    proposal = factories.draft(team=[member.email])
    people = {"applicant": proposal.applicant, "member": member, "stranger": UserFactory()}

    assert {act: who(act, people, proposal) for act in ACTS} == {
        "allocations.check_eligibility": set(),
        "allocations.check_feasibility": set(),
        "allocations.handle_offers": set(),
        "allocations.ask_applicant": set(),
        "allocations.edit_proposal": {"applicant", "member"},
        "allocations.submit_proposal": {"applicant"},
        "allocations.recall_proposal": {"applicant"},
        "allocations.answer_questions": {"applicant"},
        "allocations.withdraw_proposal": {"applicant"},
        "allocations.answer_offer": {"applicant"},
    }


@pytest.mark.parametrize("act", sorted(ACTS))
def test_acts_on_a_proposal_need_the_proposal(staff, act):
    """Without one nobody can tell whose it is, so the applicants' acts are nobody's."""
    assert who(act, staff) == ACTS[act]
    assert not rules.has_perm(act, UserFactory(), None)


@pytest.mark.parametrize("role", [Role.ACCESS_OFFICER, Role.TECHNICAL_REVIEWER])
def test_nobody_is_staff_for_the_own_proposal(role, monday):
    person = UserFactory(role=role)
    applied, invited, employed = (
        factories.submitted(by=person),
        factories.submitted(),
        factories.submitted(),
    )
    TeamMember.objects.create(proposal=invited, email=person.email)
    employed.organisation.memberships.create(user=person, role=MemberRole.MEMBER)

    for proposal in (applied, invited, employed):
        for act in (
            "allocations.check_eligibility",
            "allocations.check_feasibility",
            "allocations.handle_offers",
        ):
            assert not rules.has_perm(act, person, proposal)


def test_staff_read_everything_but_peer_reviewers_what_is_assigned(staff):
    assert who("allocations.see_everything", staff) == READERS
    for model in ("proposal", "award", "job", "ledgerentry", "allocation"):
        assert who(f"allocations.view_{model}", staff) == READERS


def test_nobody_deletes_and_the_ledger_is_written_by_nobody(staff):
    models = ("proposal", "job", "ledgerentry", "ledgeraccount", "allocation", "project", "award")
    acts = [f"allocations.{act}_{model}" for act in ("add", "change", "delete") for model in models]

    assert {act: who(act, staff) for act in acts} == {act: set() for act in acts}


def test_officers_run_calls_and_administrators_the_machine(staff):
    assert who("allocations.run_calls", staff) == {Role.ACCESS_OFFICER}
    for model in ("accesspolicy", "call", "round", "systemoffer"):
        assert who(f"allocations.change_{model}", staff) == {Role.ACCESS_OFFICER}
    assert who("allocations.change_partition", staff) == {Role.ADMINISTRATOR}


@pytest.fixture
def project(monday):
    """With a member in each role, and one job of the plain member."""
    allocation = factories.awarded()
    people = {ProjectRole.PI: allocation.project.proposal.applicant}
    for role in (ProjectRole.PA, ProjectRole.MEMBER, ProjectRole.MENTOR):
        people[role] = UserFactory()
        ProjectMember.objects.create(
            project=allocation.project, email=people[role].email, role=role
        )
    job = Job.objects.create(
        partition=allocation.partition,
        allocation=allocation,
        share=allocation.share,
        submitted_by=people[ProjectRole.MEMBER],
        name="train",
        nodes=1,
        time_limit=60,
        runtime=60,
        submitted_at=monday,
    )
    return allocation, job, people


def test_everybody_in_a_project_but_the_mentor_submits_jobs(project, staff):
    allocation, _job, people = project

    assert who("allocations.submit_job", people | staff, allocation) == {
        ProjectRole.PI,
        ProjectRole.PA,
        ProjectRole.MEMBER,
    }


def test_a_job_is_cancelled_by_its_owner_the_leaders_and_administrators(project, staff):
    _allocation, job, people = project
    job.submitted_by, other = UserFactory(), job.submitted_by

    everybody = people | staff | {"owner": job.submitted_by, "other": other}
    assert who("allocations.cancel_job", everybody, job) == {
        ProjectRole.PI,
        ProjectRole.PA,
        Role.ADMINISTRATOR,
        "owner",
    }


def test_a_job_is_steered_by_those_who_cancel_it_and_as_an_administrator_by_no_part_in_it(
    project, staff
):
    _allocation, job, people = project
    everybody = people | staff
    admin = staff[Role.ADMINISTRATOR]

    assert who("allocations.control_job", everybody, job) == {
        ProjectRole.PI,
        ProjectRole.PA,
        ProjectRole.MEMBER,  # submitted it
        Role.ADMINISTRATOR,
    }
    assert who("allocations.administer_job", everybody, job) == {Role.ADMINISTRATOR}
    ProjectMember.objects.create(
        project=job.allocation.project, email=admin.email, role=ProjectRole.PA
    )
    assert who("allocations.administer_job", everybody, job) == set()


def test_reports_and_changes_belong_to_the_leaders_and_are_decided_by_staff(project, staff):
    allocation, _job, people = project
    everybody = people | staff
    decides = {Role.ACCESS_OFFICER, Role.ADMINISTRATOR, Role.PANEL_CHAIR}

    assert {
        act: who(f"allocations.{act}", everybody, allocation)
        for act in ("write_report", "submit_report", "decide_report", "request_change")
    } == {
        "write_report": {ProjectRole.PI, ProjectRole.PA},
        "submit_report": {ProjectRole.PI},
        "decide_report": {Role.ACCESS_OFFICER},
        "request_change": {ProjectRole.PI},
    }
    assert who("allocations.decide_change", everybody, allocation) == decides
    ProjectMember.objects.create(
        project=allocation.project, email=staff[Role.ACCESS_OFFICER].email, role=ProjectRole.MEMBER
    )
    assert who("allocations.decide_report", everybody, allocation) == set()
    assert Role.ACCESS_OFFICER not in who("allocations.decide_change", everybody, allocation)


def test_a_template_is_dropped_by_its_owner_and_by_those_who_lead_its_project(project, staff):
    allocation, _job, people = project
    shape = {"name": "train", "nodes": 1, "time_limit": 60, "owner": people[ProjectRole.MEMBER]}
    private, shared = JobTemplate(**shape), JobTemplate(**shape, project=allocation.project)

    everybody = people | staff
    assert who("allocations.drop_job_template", everybody, private) == {ProjectRole.MEMBER}
    assert who("allocations.drop_job_template", everybody, shared) == {
        ProjectRole.PI,
        ProjectRole.PA,
        ProjectRole.MEMBER,
    }


def test_a_project_shows_its_rows_to_its_people_and_to_staff(project, staff):
    allocation, job, people = project
    everybody = people | staff | {"stranger": UserFactory()}

    for model, row in ((Project, allocation.project), (Allocation, allocation), (Job, job)):
        seen_by = {
            key for key, person in everybody.items() if row in model.objects.visible_to(person)
        }
        assert seen_by == set(people) | READERS


def test_jobs_of_other_users_of_the_machine_are_shown_to_nobody(project, staff):
    _allocation, job, people = project
    job.pk, job.allocation, job.submitted_by = None, None, None
    job.background_key = "1:1"
    job.save()

    for person in (people | staff).values():
        assert job not in Job.objects.visible_to(person)


def test_a_draft_is_shown_to_its_writers_alone_and_staff_see_it_once_submitted(staff, monday):
    member = UserFactory()
    proposal = factories.draft(team=[member.email])
    people = {"applicant": proposal.applicant, "member": member, "stranger": UserFactory()}
    everybody = people | staff

    def seen_by():
        return {
            key
            for key, person in everybody.items()
            if proposal in Proposal.objects.visible_to(person)
        }

    assert seen_by() == {"applicant", "member"}
    factories.submit_proposal(proposal, by=proposal.applicant)
    assert seen_by() == {"applicant", "member"} | READERS
