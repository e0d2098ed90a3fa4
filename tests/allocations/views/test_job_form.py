"""Submitting a job: what it can cost, what is refused and why, and that nothing typed is lost."""

import pytest

from allocations.flows.jobs import submit_job
from allocations.models import Job, JobState, LedgerAccount, ProjectMember
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.views.pages import address, errors, messages, somebody, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

URL = address("job_new")
COST = address("job_cost")
NO_LIMIT = (
    "The time limit must lie between 1 minute and 12 hours. Split longer work into jobs that "
    "save their state and go on from it."
)
TOO_DEAR = (
    "This job may use up to 1,251.0 node-hours, and the allocation has 1,250.0 left. Ask for fewer "
    "nodes or a shorter time limit."
)
FREE = 1250 * 3600  # node-seconds of a new Playground allocation


@pytest.fixture
def allocation(client):
    allocation = factories.active()
    visit(client, allocation.project.proposal.applicant)
    return allocation


def typed(allocation, **answers):
    """The form's answers as a browser sends them."""
    return {
        "allocation": allocation.pk,
        "name": "train",
        "nodes": 2,
        "hours": 1,
        "minutes": 30,
        "script": "#!/bin/bash\r\nsrun python train.py\r\n",
        "runtime_minutes": "",
        "exit_code": "",
    } | answers


def figures(page):
    cost = page.context["cost"]
    return cost and (cost.most, cost.available, cost.rest, cost.warning)


def test_a_job_goes_into_the_queue_as_it_was_typed(client, allocation):
    answers = typed(allocation, runtime_minutes=7, exit_code=3)

    page = client.post(URL, answers, follow=True)

    job = Job.objects.get()
    assert page.redirect_chain[-1][0] == address("job", job.pk)
    assert messages(page) == ["Your job is in the queue."]
    assert (job.name, job.nodes, job.time_limit, job.script) == (
        "train",
        2,
        5400,
        "#!/bin/bash\nsrun python train.py\n",
    )
    assert (job.runtime, job.exit_code, job.state) == (420, 3, JobState.PENDING)


def test_the_only_allocation_is_chosen_from_the_start(client, allocation):
    form = client.get(URL).context["form"]

    assert form["allocation"].value() == allocation.pk


def test_the_allocation_that_the_address_names_is_chosen(client, allocation):
    named = client.get(f"{URL}?allocation={allocation.pk}").context["form"]
    nonsense = client.get(f"{URL}?allocation=²")

    assert named["allocation"].value() == allocation.pk
    assert nonsense.status_code == 200


def test_without_an_active_allocation_the_page_says_what_to_do(client):
    allocation = factories.awarded()
    visit(client, allocation.project.proposal.applicant)

    text = client.get(URL).text

    assert "You have no active allocation" in text
    assert 'name="nodes"' not in text


@pytest.mark.parametrize(
    ("answers", "refusals"),
    [
        (
            {"nodes": 5885, "hours": 0},
            {"__all__": ["JUPITER booster has 5,884 nodes. Ask for 1 to 5,884."]},
        ),
        (
            {"hours": 12, "minutes": 1},
            {"__all__": [NO_LIMIT]},
        ),
        (
            {"hours": 0, "minutes": 0},
            {"__all__": [NO_LIMIT]},
        ),
        (
            {"nodes": 1251, "hours": 1, "minutes": 0},
            {"__all__": [TOO_DEAR]},
        ),
        ({"nodes": 0}, {"nodes": ["Ensure this value is greater than or equal to 1."]}),
        ({"nodes": 10**30}, {"nodes": ["Ensure this value is less than or equal to 1000000."]}),
        ({"hours": -1}, {"hours": ["Ensure this value is greater than or equal to 0."]}),
        ({"hours": 10**30}, {"hours": ["Ensure this value is less than or equal to 10000."]}),
        ({"minutes": 60}, {"minutes": ["Ensure this value is less than or equal to 59."]}),
        ({"minutes": "ten"}, {"minutes": ["Enter a whole number."]}),
        ({"name": ""}, {"name": ["This field is required."]}),
        (
            {"script": "x" * 20_001},
            {"script": ["Ensure this value has at most 20000 characters (it has 20001)."]},
        ),
        (
            {"runtime_minutes": 10**30},
            {"runtime_minutes": ["Ensure this value is less than or equal to 1000000."]},
        ),
        ({"exit_code": 256}, {"exit_code": ["Ensure this value is less than or equal to 255."]}),
    ],
)
def test_what_is_not_possible_is_refused_and_shown_again(client, allocation, answers, refusals):
    answers = typed(allocation, **answers)

    page = client.post(URL, answers)

    assert errors(page) == refusals
    shown = {name: page.context["form"][name].value() for name in answers}
    assert shown == {name: str(answer) for name, answer in answers.items()}
    assert not Job.objects.exists()


@pytest.mark.parametrize("member", [None, "mentor"])
def test_the_allocation_of_others_is_no_choice(client, allocation, member):
    kim = visit(client, somebody())
    factories.active(by=kim)
    if member:
        ProjectMember.objects.create(project=allocation.project, email=kim.email, role=member)

    page = client.post(URL, typed(allocation))

    assert list(errors(page)) == ["allocation"]
    assert not Job.objects.exists()


def test_staff_who_see_everything_submit_for_nobody(client, allocation):
    visit(client, somebody(Role.ACCESS_OFFICER))

    page = client.post(URL, typed(allocation))

    assert list(errors(page)) == ["allocation"]


def test_the_cost_of_what_stands_in_the_form_is_said_from_the_start(client, allocation):
    page = client.get(URL)

    assert figures(page) == (600, FREE, FREE - 600, "")
    assert "0.667&nbsp;<abbr" in page.text  # GPU-hours
    assert "0.167&nbsp;<abbr" in page.text  # node-hours


@pytest.mark.parametrize(
    ("shape", "rest", "warning"),
    [
        ({"nodes": 2, "hours": 1, "minutes": 30}, FREE - 10_800, ""),
        ({"nodes": 1250, "hours": 1, "minutes": 0}, 0, ""),
        (
            {"nodes": 1251, "hours": 1, "minutes": 0},
            0,
            TOO_DEAR,
        ),
        (
            {"nodes": 5885, "hours": 0, "minutes": 1},
            FREE - 353_100,
            "JUPITER booster has 5,884 nodes. Ask for 1 to 5,884.",
        ),
        (
            {"nodes": 1, "hours": 12, "minutes": 1},
            FREE - 43_260,
            NO_LIMIT,
        ),
        (
            {"nodes": 1, "hours": 0, "minutes": 0},
            FREE,
            NO_LIMIT,
        ),
    ],
)
def test_the_cost_is_worked_out_while_the_person_types(client, allocation, shape, rest, warning):
    page = client.get(COST, {"allocation": allocation.pk, **shape})

    most = shape["nodes"] * (shape["hours"] * 3600 + shape["minutes"] * 60)
    assert figures(page) == (most, FREE, rest, warning)
    assert warning in page.text
    assert "<html" not in page.text


def test_a_job_that_would_wait_for_reserved_hours_is_told_so(client, allocation):
    LedgerAccount.objects.filter(allocation=allocation).update(held=FREE - 3600)

    page = client.get(COST, {"allocation": allocation.pk, "nodes": 2, "hours": 1, "minutes": 0})

    assert figures(page) == (
        7200,
        3600,
        0,
        "The job would wait until running jobs give back hours that are reserved for them.",
    )


@pytest.mark.parametrize(
    "shape", [{}, {"nodes": "", "hours": 1, "minutes": 0}, {"nodes": "x", "hours": 10**30}]
)
def test_an_unfinished_shape_has_no_cost_and_no_error(client, allocation, shape):
    page = client.get(COST, {"allocation": allocation.pk, **shape})

    assert figures(page) is None
    assert "to see what the job can cost" in page.text


def test_the_cost_of_the_allocation_of_others_is_not_told(client, allocation):
    visit(client, somebody())

    page = client.get(COST, {"allocation": allocation.pk, "nodes": 1, "hours": 1, "minutes": 0})

    assert figures(page) is None


def test_without_javascript_a_button_works_out_the_cost_and_loses_nothing(client, allocation):
    answers = typed(allocation, cost="1")

    page = client.post(URL, answers)

    assert figures(page) == (10_800, FREE, FREE - 10_800, "")
    assert errors(page) == {}
    assert page.context["form"]["script"].value() == answers["script"]
    assert not Job.objects.exists()


def test_the_form_asks_for_the_cost_without_script_or_eval(client, allocation):
    text = client.get(URL).text

    assert f'hx-get="{COST}" hx-trigger="input from:#shape delay:300ms"' in text
    assert 'id="shape"' in text


def test_a_second_submission_is_a_second_job(client, allocation):
    for _time in range(2):
        client.post(URL, typed(allocation))

    assert Job.objects.count() == 2


def test_a_job_that_waits_for_hours_is_taken_in(client, allocation):
    applicant = allocation.project.proposal.applicant
    submit_job(allocation, by=applicant, name="all", nodes=1250, time_limit=3600)

    client.post(URL, typed(allocation))

    assert Job.objects.count() == 2


def test_a_qos_is_offered_where_it_counts(client, allocation):
    before = client.get(URL)
    allocation.partition.policy = "slurm"
    allocation.partition.save(update_fields=["policy"])
    offered = client.get(URL)

    answers = typed(allocation, qos="devel", hours=0, minutes=20)
    page = client.post(URL, answers, follow=True)
    refused = client.post(URL, answers | {"minutes": 40})

    assert [choice for choice, _label in offered.context["form"].fields["qos"].choices] == [
        "",
        "devel",
    ]
    assert ("id_qos" in before.content.decode(), "id_qos" in offered.content.decode()) == (
        False,
        True,
    )
    assert Job.objects.get().qos.name == "devel"
    assert "<dd>devel</dd>" in page.content.decode()
    assert errors(refused)["__all__"] == [
        "Jobs of the QoS “devel” run 30 minutes at most. Ask for less, or no QoS."
    ]
