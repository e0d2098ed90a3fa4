"""Good answers for the pages before an account, and how to give them."""

from tests.allocations.views.pages import address

COMPANY = {
    "legal_entity": "yes",
    "country": "DE",
    "kind": "company",
    "civilian_use": "yes",
    "staff": "12",
    "turnover": "400000",
    "balance": "900000",
}
WISH = {"purpose": "build", "kind": "sme"}
MODEL = {
    "task": "train",
    "parameters": "7",
    "tokens": "1000",
    "gpu": "gh200",
    "gpus": "256",
    "precision": "bf16",
    "utilisation": "40",
    "margin": "0",
}
PAGES = {"eligibility": COMPANY, "adviser": WISH, "estimator": MODEL}


def ask(client, name, answers=None, **changes):
    return client.get(address(name), (PAGES[name] if answers is None else answers) | changes)
