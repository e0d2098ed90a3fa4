"""The estimator over REST, without a token."""

import pytest

pytestmark = pytest.mark.django_db

URL = "/api/v1/estimate/"
MODEL = {
    "task": "train",
    "parameters": 7,
    "tokens": 1000,
    "gpu": "gh200",
    "gpus": 256,
    "precision": "bf16",
    "utilisation": 40,
    "margin": 0,
}


def test_anybody_gets_an_estimate(client):
    body = client.get(URL, MODEL).json()

    assert (body["flop"], round(body["gpu_hours"]), body["pieces"]) == (4.2e22, 29_491, 10)
    assert (body["threshold"], body["charged_gpus"]) == ("below", 256)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("task", "cook"),
        ("parameters", "NaN"),
        ("tokens", "1e999"),
        ("gpus", "9" * 5000),
        ("utilisation", "\x00"),
        ("margin", "-1"),
        ("gpu", "h100"),
        ("precision", ""),
    ],
)
def test_what_is_not_possible_is_named(client, field, value):
    answer = client.get(URL, MODEL | {field: value})

    body = answer.json()
    assert (answer.status_code, body["code"], list(body["errors"])) == (400, "invalid", [field])
