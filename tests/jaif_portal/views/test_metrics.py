import pytest
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families

from onboarding.models import Role
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-the-monitoring"


def ask(client, token=None, **headers):
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return client.get(reverse("metrics"), headers=headers)


def test_the_monitoring_reads_them_with_its_token(client, settings, frozen_clock):
    settings.METRICS_TOKEN = TOKEN

    answer = ask(client, TOKEN)

    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert families["jaif_clock_rate"].samples[0].value == frozen_clock.rate


def test_whoever_prefers_openmetrics_gets_it(client, settings):
    settings.METRICS_TOKEN = TOKEN

    answer = ask(client, TOKEN, Accept="application/openmetrics-text; version=1.0.0")

    assert answer.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.text.endswith("# EOF\n")


@pytest.mark.parametrize(
    ("known", "sent"),
    [(TOKEN, None), (TOKEN, "another"), (TOKEN, ""), (TOKEN, "träge"), ("", ""), ("", None)],
)
def test_whoever_does_not_know_the_token_is_refused(client, settings, known, sent):
    settings.METRICS_TOKEN = known

    answer = ask(client, sent)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="metrics"'


@pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 200), (None, 401)])
def test_staff_who_are_signed_in_read_them_too(client, role, status):
    client.force_login(UserFactory(role=role))

    assert ask(client).status_code == status


def test_nothing_is_written(client, settings):
    settings.METRICS_TOKEN = TOKEN

    assert client.post(reverse("metrics")).status_code == 405
