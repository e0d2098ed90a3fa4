"""The catalogue and the panel of a proposal, as the access officer sees them."""

import copy
import json

import pytest

from allocations.models import ComplianceCatalogue
from tests.allocations import factories
from tests.allocations.compliance.documents import DOCUMENT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

ADD = "/admin/allocations/compliancecatalogue/add/"


@pytest.fixture
def desk(client, officer):
    client.force_login(officer)
    return client


def version(document, **more):
    text = document if isinstance(document, str) else json.dumps(document)
    form = {"valid_from_0": "2027-01-01", "valid_from_1": "00:00:00", "source": "Ours"}
    return form | {"document": text} | more


def test_a_new_version_begins_as_a_copy_and_is_added_without_code(desk):
    page = desk.get(ADD)
    offered = page.context["adminform"].form["document"].value()
    # PostgreSQL writes 1e23 out, which is read as another kind of number.
    assert json.loads(offered, parse_int=float) == json.loads(json.dumps(DOCUMENT), parse_int=float)

    document = copy.deepcopy(DOCUMENT)
    document["questions"][0]["text"] = {"en": "What now?", "de": "Was nun?"}
    desk.post(ADD, version(document))

    newest = ComplianceCatalogue.objects.first()
    assert newest.document["questions"][0]["text"]["de"] == "Was nun?"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda rows: rows[1].update(when={"answer": "stage", "is": ["on_market"]}),
            "“prohibited” names “stage”, which is not there or comes later.",
        ),
        (
            lambda rows: rows[0]["why"].pop("de"),
            "$.questions[0].why does not have the form that is needed (required).",
        ),
        (
            lambda rows: rows[2].update(when={"answer": "prohibited", "is": ["social_scoring"]}),
            "No answers lead to “stage”.",
        ),
    ],
)
def test_what_is_wrong_with_a_version_is_said_and_it_is_not_kept(desk, change, sentence):
    document = copy.deepcopy(DOCUMENT)
    change(document["questions"])

    page = desk.post(ADD, version(document))

    assert sentence in page.context["adminform"].form.errors["document"]
    assert ComplianceCatalogue.objects.count() == 1


@pytest.mark.parametrize("text", ["", "{", "null", "[" * 100_000, "[]", "5", "x" * 1_100_000])
def test_what_is_no_document_is_refused(desk, text):
    page = desk.post(ADD, version(text))

    assert page.context["adminform"].form.errors["document"]
    assert ComplianceCatalogue.objects.count() == 1


def test_a_version_that_was_answered_stays_as_it_is(desk):
    catalogue = ComplianceCatalogue.objects.get()
    url = f"/admin/allocations/compliancecatalogue/{catalogue.pk}/change/"
    assert desk.get(url).context["has_change_permission"]

    factories.draft()

    assert not desk.get(url).context["has_change_permission"]
    assert desk.post(url, version(DOCUMENT)).status_code == 403


def test_the_page_of_a_proposal_shows_answers_results_and_what_to_look_at(desk):
    proposal = factories.submitted(compliance=factories.PERSONAL | {"dual_use": "unsure"})

    page = desk.get(f"/admin/allocations/proposal/{proposal.pk}/change/").text

    assert "Dual-use items: clear whether a licence is needed." in page
    assert "Personal data: the agreement becomes a step." in page
    assert "Risk class by the AI Act: <strong>Minimal risk</strong>" in page
    assert "Pseudonymised data" in page


def test_a_figure_on_energy_is_added_from_a_date_on(desk):
    partition = factories.booster()
    desk.post(
        "/admin/allocations/energypolicy/add/",
        {
            "partition": partition.pk,
            "valid_from_0": "2027-01-01",
            "valid_from_1": "00:00:00",
            "pue": "1.07",
            "source": "Measured",
        },
    )

    assert partition.energy_policies.count() == 2
