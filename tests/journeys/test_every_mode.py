"""Each mode from the first question to a submitted proposal, through the pages alone."""

import datetime as dt

import pytest

from allocations.models import Call, Proposal
from tests.allocations import factories
from tests.onboarding.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

COMPANY = {"staff": "12", "turnover": "400000", "balance": "900000"}
JOURNEYS = {
    # mode: (day, purpose, kind in the pre-check, type it gives, more answers, GPU-hours, months)
    "PG": ("2026-11-23", "try_out", "company", "sme", {}, 5000, 2),
    "FL": ("2026-11-23", "build", "company", "sme", {}, 20_000, 3),
    "LS": ("2026-11-23", "build", "company", "mid_cap", {"staff": "300"}, 60_000, 6),
    "SC": ("2026-11-23", "build", "company", "sme", {"eu_project": "on"}, 100_000, 6),
    "BEN": ("2026-11-23", "measure", "research", "research", {}, 4000, 3),
    "DEV": ("2026-11-23", "port", "public_sector", "public_sector", {}, 14_000, 6),
    "REG": ("2026-09-01", "research", "research", "research", {}, 400_000, 12),
    "EXT": ("2026-10-01", "research", "research", "research", {}, 8_000_000, 12),
}


@pytest.fixture(params=JOURNEYS)
def mode(request, frozen_clock):
    """The mode's code, on a day on which its call takes proposals."""
    day = dt.datetime.fromisoformat(JOURNEYS[request.param][0])
    frozen_clock.anchor = day.replace(hour=9, tzinfo=dt.UTC)
    frozen_clock.save(update_fields=["anchor"])
    return request.param


def test_from_the_pre_check_to_a_submitted_proposal(client, mode):
    _day, purpose, kind, organisation_type, more, gpu_hours, months = JOURNEYS[mode]
    call = Call.objects.get(mode__code=mode)

    may_apply = check(client, kind, more)
    advice = advise(client, purpose, organisation_type, more, gpu_hours)
    proposal = apply(client, call, organisation_type, advice, months)

    assert may_apply.kind == organisation_type
    assert mode in {row.way.mode.code for row in may_apply.open_to}
    assert mode in {row.way.mode.code for row in advice.context["result"] if row.fits}
    assert (proposal.gpu_hours, proposal.call) == (gpu_hours, call)
    assert proposal.state == ("in_evaluation" if mode in {"PG", "FL"} else "submitted")


def check(client, kind, more):
    answers = {"legal_entity": "yes", "country": "DE", "kind": kind, "civilian_use": "yes"}
    return client.get("/check/eligibility/", answers | COMPANY | more).context["result"]


def advise(client, purpose, kind, more, gpu_hours):
    answers = {"purpose": purpose, "kind": kind, "gpu_hours": gpu_hours}
    return client.get("/check/mode/", answers | more)


def apply(client, call, kind, advice, months):
    """Follow the adviser's link, start a draft, fill it in, submit it."""
    person = UserFactory()
    organisation = OrganisationFactory(representative=person, kind=kind)
    client.force_login(person)
    hours = advice.context["form"]["gpu_hours"].value()
    start = f"/calls/{call.pk}/apply/?gpu_hours={hours}"
    assert f'href="{start}"' in advice.text
    carried = client.get(start).context["form"]["gpu_hours"].value()
    client.post(start, {"organisation": organisation.pk, "title": "Towns", "gpu_hours": carried})
    proposal = Proposal.objects.get()
    edit = f"/proposals/{proposal.pk}/edit/"
    known = {"abstract": factories.ABSTRACT, "months": months, "eu_project": "AI4Towns 101000001"}
    for row in client.get(edit).context["outline"]:
        if row["section"].asked:
            write(client, row["url"], known)
    itemise(client, proposal)
    answer_compliance(client, proposal)
    client.post(edit)
    proposal.refresh_from_db()
    return proposal


def write(client, url, known):
    """Fill in every field of a section as a browser would, and save."""
    page = client.get(url).context
    answers = {}
    for row in page["fields"]:
        code, question = row["question"].code, row["question"]
        answers[f"seen-{code}"] = row["version"]
        value = row["field"].value() or known.get(code)
        value = value or factories.fitting_answer(question, page["proposal"])
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if question.kind == "rows":
            cells = {f"{code}-0-{name}": text for name, text in value[0].items()}
            answers |= cells
        else:
            answers[code] = value
    assert client.post(url, answers).status_code == 302


def itemise(client, proposal):
    """Say on the page of the resources what the hours are for."""
    page = f"/proposals/{proposal.pk}/resources/"
    gpus = 4 if proposal.policy.is_package else 40
    proposal.refresh_from_db()
    line = {"workload": "training", "runs": 40, "devices": gpus, "device": "gpu"}
    line["hours"] = proposal.gpu_hours / line["runs"] / line["devices"]
    lines = {f"form-0-{name}": value for name, value in line.items()}
    lines |= {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 0}
    version = client.get(page).context["form"]["version"].value()
    assert client.post(page, lines | {"version": version}).status_code == 302


def answer_compliance(client, proposal):
    """Answer one question after the other, as each page leads to the next."""
    page = client.get(f"/proposals/{proposal.pk}/compliance/")
    current = page.context["standing"].interview.current
    url = f"/proposals/{proposal.pk}/compliance/{current.id}/"
    while url.rstrip("/").rsplit("/", 1)[1] != "compliance":
        form = client.get(url).context["form"]
        name = form.question.id
        answers = {"version": form["version"].value(), name: factories.HARMLESS[name]}
        url = client.post(url, answers).url
    assert client.get(url).context["standing"].is_done
