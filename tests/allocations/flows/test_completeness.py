import pytest

from allocations.exceptions import ProposalIncomplete
from allocations.flows.completeness import gaps, require_complete
from allocations.models import AccessPolicy, Call, SystemOffer
from tests.allocations import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def test_a_complete_draft_has_no_gaps():
    proposal = factories.draft()

    require_complete(proposal)

    assert gaps(proposal) == {}


def test_an_empty_draft_lists_every_question():
    proposal = factories.draft(
        title=" ",
        abstract="",
        sector="",
        offer=None,
        gpu_hours=None,
        months=None,
        civilian_use=False,
        **dict.fromkeys(factories.SHORT_ANSWERS),
    )

    with pytest.raises(ProposalIncomplete) as refusal:
        require_complete(proposal)

    assert refusal.value.code == "proposal_incomplete"
    assert str(refusal.value) == ("Some answers are missing or do not fit. They are marked below.")
    assert refusal.value.fields == {
        "title": ["Fill in “Title”."],
        "abstract": ["Fill in “Abstract”."],
        "sector": ["Choose an answer to “Sector”."],
        "civilian_use": ["Confirm: “The work serves civilian purposes only.”"],
        "offer": ["Choose an answer to “System”."],
        "gpu_hours": ["Fill in “GPU-hours”."],
        "months": ["Choose an answer to “Months”."],
        "frameworks": ["Fill in “Frameworks and codes”."],
        "personal_data": ["Choose an answer to “Do the data contain personal data?”."],
        "declared_true": ["Confirm: “What we say is true and complete.”"],
        "declared_authority": ["Confirm: “I may act for the organisation.”"],
    }


@pytest.mark.parametrize(("length", "complete"), [(99, False), (100, True)])
def test_an_abstract_has_at_least_100_characters_without_the_space_around(length, complete):
    proposal = factories.draft(abstract=" " * 20 + "x" * length + "\n" * 20)

    assert ("abstract" not in gaps(proposal)) is complete


@pytest.mark.parametrize("hours", [4999, 5001])
def test_a_fixed_package_is_named(hours):
    proposal = factories.draft(gpu_hours=hours)

    assert gaps(proposal) == {"gpu_hours": "Playground grants a fixed package of 5,000 GPU-hours."}


@pytest.mark.parametrize(("hours", "complete"), [(9, False), (10, True), (20, True), (21, False)])
def test_a_range_is_named_with_both_ends(hours, complete):
    AccessPolicy.objects.update(least_hours=10, most_hours=20)
    sentence = "Playground grants between 10 and 20 GPU-hours."

    found = gaps(factories.itemised(factories.draft(gpu_hours=hours)))

    assert found == ({} if complete else {"gpu_hours": sentence})


@pytest.mark.parametrize("months", [4, 12])
def test_months_are_among_those_of_the_mode(months):
    proposal = factories.draft()
    proposal.months = months

    assert gaps(proposal) == {"months": "Choose one of these numbers of months: 1, 2, 3."}


def test_a_system_of_another_call_is_not_offered():
    proposal = factories.draft()
    call = Call.objects.get(mode__code="PG")
    call.pk = None
    call.save()
    SystemOffer.objects.create(
        call=call, partition=proposal.offer.partition, share=proposal.offer.share
    )
    proposal.offer = call.offers.get()

    assert gaps(proposal) == {
        "offer": "This system takes no new proposals at the moment. Choose another."
    }
