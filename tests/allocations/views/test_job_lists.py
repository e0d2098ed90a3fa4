"""Jobs that are chosen from the list, exported, repeated, and kept as templates; chains."""

import csv

import pytest

from allocations.flows.job_templates import save_template
from allocations.flows.jobs import submit_job
from allocations.flows.sacct import FIELDS
from allocations.models import Job, JobTemplate, LedgerAccount
from tests.allocations import factories
from tests.allocations.views.pages import address, auditor, errors, messages, somebody, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
FREE = 1250 * 3600  # node-seconds of a new Playground allocation


@pytest.fixture
def allocation(client):
    allocation = factories.active(team=["ben@example.org"])
    visit(client, allocation.project.proposal.applicant)
    return allocation


@pytest.fixture
def submit(allocation):
    def submit(**wishes):
        wishes = {"name": "train", "nodes": 2, "time_limit": 3600} | wishes
        return submit_job(allocation, by=allocation.project.proposal.applicant, **wishes)

    return submit


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["eval", "train"]),
        ("state=pending", ["eval", "train"]),
        ("state=running", []),
        ("name=AIN", ["train"]),
        ("since=2026-11-23", ["eval", "train"]),
        ("since=2026-11-24", []),
        ("state=nonsense&since=x&project=x&array=-1", ["eval", "train"]),
    ],
)
def test_jobs_are_chosen(client, submit, query, names):
    submit(), submit(name="eval")

    page = client.get(f"{address('jobs')}?{query}")

    assert [job.name for job in page.context["jobs"]] == names


def test_jobs_are_chosen_by_project_and_array(client, submit, allocation):
    head = submit(array="0-2")
    submit()
    other = factories.active(by=allocation.project.proposal.applicant)
    submit_job(other, by=other.case.owner, name="x", nodes=1, time_limit=60)

    def found(query):
        return client.get(f"{address('jobs')}?{query}").context["jobs"].count()

    assert (found(f"array={head.pk}"), found(f"project={other.project_id}")) == (3, 1)


def test_a_search_without_hits_says_so_and_keeps_its_form(client, submit):
    submit()

    page = client.get(f"{address('jobs')}?name=nothing")

    assert "No job is like that" in page.text
    assert 'value="nothing"' in page.text


def test_the_jobs_of_the_list_are_exported_as_records(client, submit):
    submit(name="=1+1"), submit(name="eval")

    answer = client.get(f"{address('jobs_csv')}?name=1%2B1")

    header, *rows = csv.reader(b"".join(answer.streaming_content).decode().splitlines())
    assert header == list(FIELDS)
    assert [row[2] for row in rows] == ["'=1+1"]
    assert answer["Content-Disposition"] == 'attachment; filename="jobs.csv"'


def test_the_export_has_nothing_of_others(client, submit):
    submit()
    visit(client, somebody())

    answer = client.get(address("jobs_csv"))

    assert len(b"".join(answer.streaming_content).splitlines()) == 1


def filled_in(client, query):
    form = client.get(f"{address('job_new')}?{query}").context["form"]
    return {name: form[name].value() for name in form.fields}


def test_a_job_is_repeated_with_the_form_filled_in(client, submit, allocation):
    job = submit(time_limit=5430, array="0-3%2", script="#!/bin/sh\nsrun a", may_requeue=False)

    answers = filled_in(client, f"repeat={job.pk}")

    assert (
        answers.items()
        >= {
            "allocation": allocation.pk,
            "name": "train",
            "nodes": 2,
            "hours": 1,
            "minutes": 31,
            "array": "0-3%2",
            "script": "#!/bin/sh\nsrun a",
            "may_requeue": False,
        }.items()
    )


@pytest.mark.parametrize("query", ["repeat={}", "template={}"])
def test_what_others_have_fills_in_nothing(client, submit, query):
    job = submit()
    template = save_template(job, by=job.submitted_by, title="Tune")
    visit(client, somebody())

    url = f"{address('job_new')}?{query.format(job.pk if 'repeat' in query else template.pk)}"

    assert client.get(url).status_code == 404


def test_a_job_is_kept_as_a_template_and_another_started_from_it(client, submit):
    job = submit()

    page = client.post(
        address("job_template_save", job.pk), {"title": "Tune", "shared": "on"}, follow=True
    )
    again = client.post(address("job_template_save", job.pk), {"title": "Tune"})

    template = JobTemplate.objects.get()
    assert messages(page) == ["The template has been saved."]
    assert list(errors(again)) == ["title"]
    assert filled_in(client, f"template={template.pk}")["nodes"] == 2
    assert f"?template={template.pk}" in client.get(address("job_new")).text


def test_who_submits_no_jobs_keeps_no_templates(client, submit):
    job = submit()
    visit(client, auditor())

    assert client.get(address("job_template_save", job.pk)).status_code == 403


def test_a_template_is_deleted_by_those_who_may(client, submit):
    job = submit()
    template = save_template(job, by=job.submitted_by, title="Tune", shared=True)
    url = address("job_template_drop", template.pk)
    ben = factories.UserFactory(email="ben@example.org")
    visit(client, ben)
    listed = client.get(address("job_templates"))
    refused = client.post(url).status_code

    visit(client, job.submitted_by)
    client.post(url)

    assert (listed.context["droppable"], refused) == (set(), 403)
    assert not JobTemplate.objects.exists()


def typed(allocation, **answers):
    return {
        "allocation": allocation.pk,
        "name": "gpt",
        "nodes": 5,
        "unit": "gpus",
        "total_hours": 30,
        "piece_hours": 12,
        "kind": "afterany",
        "script": "python train.py",
    } | answers


def test_a_chain_is_submitted(client, allocation):
    page = client.post(address("chain_new"), typed(allocation), follow=True)

    jobs = Job.objects.order_by("pk")
    assert messages(page) == ["Your chain of jobs is in the queue."]
    assert [(job.name, job.nodes, job.time_limit) for job in jobs] == [
        ("gpt-1", 2, 43_200),
        ("gpt-2", 2, 43_200),
        ("gpt-3", 2, 21_600),
    ]
    assert jobs[2].dependencies.get().kind == "afterany"


def test_the_pieces_and_the_cost_of_a_chain_are_said_before(client, allocation):
    query = {name: typed(allocation)[name] for name in ("allocation", "nodes", "unit")}

    part = client.get(address("chain_cost"), query | {"total_hours": 30, "piece_hours": 12})
    whole = client.post(address("chain_new"), typed(allocation, cost="1"))

    for page in (part, whole):
        cost = page.context["cost"]
        assert (len(cost.chain.pieces), cost.chain.most) == (3, 2 * 30 * 3600)
        assert (cost.rest, cost.warning) == (FREE - 2 * 30 * 3600, "")
        assert "3 pieces of up to 12 h 00 min" in page.text
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("answers", "warning"),
    [
        ({"nodes": 50, "unit": "nodes"}, "The allocation has not enough hours for all pieces"),
        ({"piece_hours": 13, "total_hours": 40}, "The time limit must lie between"),
        ({"nodes": 5885, "unit": "nodes"}, "JUPITER booster has 5,884 nodes."),
    ],
)
def test_what_stands_in_the_way_of_a_chain_is_said_before(client, allocation, answers, warning):
    page = client.post(address("chain_new"), typed(allocation, cost="1", **answers))

    assert page.context["cost"].warning.startswith(warning)


def test_a_chain_of_too_many_pieces_is_refused_at_its_field(client, allocation):
    page = client.post(address("chain_new"), typed(allocation, total_hours=500, piece_hours=1))

    assert list(errors(page)) == ["piece_hours"]
    assert not Job.objects.exists()


def test_the_cost_of_an_array_is_that_of_all_its_tasks(client, allocation):
    shape = {"allocation": allocation.pk, "nodes": 3, "unit": "gpus", "hours": 1, "minutes": 0}

    cost = client.get(address("job_cost"), shape | {"array": "0-9%2"}).context["cost"]
    wrong = client.get(address("job_cost"), shape | {"array": "x"}).context["cost"]
    LedgerAccount.objects.filter(allocation=allocation).update(held=FREE - 3600)
    waits = client.get(address("job_cost"), shape | {"array": "0-1"}).context["cost"]

    assert (cost.nodes, cost.tasks, cost.most, cost.warning) == (1, 10, 36_000, "")
    assert wrong is None
    assert "would wait" in waits.warning
