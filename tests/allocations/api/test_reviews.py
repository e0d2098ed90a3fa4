import pytest

from tests.allocations import reviewing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def test_applicants_read_reviews_without_names_once_all_are_in(client, travel):
    (proposal,) = reviewing.in_peer_review(travel)
    rows = reviewing.assigned(proposal)
    client.force_login(proposal.applicant)
    reviewing.reviewed(rows[0], 5, 4, None)
    reviewing.reviewed(rows[1])
    address = f"/api/v1/proposals/{proposal.pk}/reviews/"
    assert client.get(address).json() == []

    reviewing.reviewed(rows[2])

    found = client.get(address)
    text = "For these reasons."
    assert found.json()[0] == {
        "number": 1,
        "comments": "A sound plan.",
        "scores": [
            {"criterion": "Excellence", "value": 5, "text": text},
            {"criterion": "Innovation and impact", "value": 4, "text": text},
            {
                "criterion": "Quality and efficiency of implementation",
                "value": None,
                "text": text,
            },
        ],
    }
    own_page = client.get(f"/proposals/{proposal.pk}/")
    assert "A sound plan." in own_page.text
    for door in (found, own_page, client.get(f"/api/v1/proposals/{proposal.pk}/")):
        for row in rows:
            assert row.reviewer.user.name not in door.text
            assert row.reviewer.user.email not in door.text
        assert "Between us." not in door.text
