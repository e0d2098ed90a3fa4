import pytest

from allocations.exceptions import TemplateExists
from allocations.flows.job_templates import drop_template, save_template, shape_of
from allocations.flows.jobs import submit_job
from allocations.models import JobTemplate, ProjectMember
from jaif_portal.exceptions import NotPermitted
from tests.allocations import factories
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def allocation():
    return factories.active(team=["ben@example.org"])


@pytest.fixture
def founder(allocation):
    return allocation.project.proposal.applicant


@pytest.fixture
def ben(allocation):
    return UserFactory(email="ben@example.org")


@pytest.fixture
def job(allocation, founder):
    return submit_job(
        allocation,
        by=founder,
        name="train",
        nodes=3,
        time_limit=5400,
        script="#!/bin/sh\nsrun a",
        comment="paper",
        array="0-3,7%2",
        may_requeue=False,
    )


def test_a_template_keeps_the_shape_of_a_job(job, founder):
    template = save_template(job, by=founder, title="Tune")

    assert shape_of(template) == shape_of(job)
    assert (template.array, template.nodes, template.may_requeue) == ("0-3,7%2", 3, False)


@pytest.mark.parametrize(("shared", "seen"), [(False, False), (True, True)])
def test_a_template_is_for_its_owner_or_for_the_project(job, founder, ben, shared, seen):
    template = save_template(job, by=founder, title="Tune", shared=shared)

    rows = [JobTemplate.objects.visible_to(who) for who in (founder, ben, UserFactory())]
    assert [template in row for row in rows] == [True, seen, False]


def test_a_title_is_taken_once_by_each(job, founder, ben):
    save_template(job, by=founder, title="Tune")
    save_template(job, by=ben, title="Tune")

    with pytest.raises(TemplateExists):
        save_template(job, by=founder, title="Tune", shared=True)


def test_who_may_not_submit_saves_no_template(job, allocation):
    mentor = UserFactory()
    ProjectMember.objects.create(project=allocation.project, email=mentor.email, role="mentor")

    for person in (mentor, UserFactory()):
        with pytest.raises(NotPermitted):
            save_template(job, by=person, title="Tune")


def test_a_template_is_dropped_by_its_owner_and_the_leaders_of_its_project(job, founder, ben):
    private, shared = (
        save_template(job, by=ben, title=f"{shared}", shared=shared) for shared in (False, True)
    )
    founders = save_template(job, by=founder, title="mine", shared=True)

    for template, person in ((private, founder), (founders, ben), (shared, UserFactory())):
        with pytest.raises(NotPermitted):
            drop_template(template, by=person)
    drop_template(private, by=ben)
    drop_template(shared, by=founder)

    assert list(JobTemplate.objects.all()) == [founders]
