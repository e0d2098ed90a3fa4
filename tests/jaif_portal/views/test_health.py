from django.db import DatabaseError


def test_the_portal_is_up_with_one_query_and_one_for_each_report(
    client, db, django_assert_num_queries
):
    with django_assert_num_queries(4):
        response = client.get("/health/")

    assert (response.status_code, response.json()["status"]) == (200, "ok")


def test_the_portal_is_down_without_its_database(client, db, monkeypatch):
    def fail():
        raise DatabaseError

    with monkeypatch.context() as patched:
        patched.setattr("jaif_portal.views.health.connection.cursor", fail)
        response = client.get("/health/")

    assert response.status_code == 503
