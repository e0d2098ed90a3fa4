"""Who reads the administration's pages, and that reading changes nothing."""

import pytest
from django.contrib import admin
from django.urls import reverse

from allocations.flows.jobs import submit_job
from allocations.models import (
    AccessMode,
    AccessPolicy,
    Allocation,
    Call,
    ComplianceCatalogue,
    ConflictRule,
    EmissionFactor,
    EnergyPolicy,
    FormSection,
    FormVersion,
    IntakePolicy,
    LedgerEntry,
    Obligation,
    Partition,
    Project,
    Proposal,
    PublicMailDomain,
    QoS,
    RelationWindow,
    ReportForm,
    ReviewerInvitation,
    ReviewerProfile,
    ReviewPolicy,
    Round,
    SystemOffer,
)
from jaif_portal import clock
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.admin.desk import EVERYBODY, READERS, address, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

OURS = sorted(
    (model for model in admin.site._registry if model._meta.app_label == "allocations"),
    key=lambda model: model._meta.model_name,
)
EDITED_BY_ADMINISTRATORS = [Partition, QoS]
EDITED_BY_OFFICERS = [
    AccessMode,
    AccessPolicy,
    Call,
    ComplianceCatalogue,
    ConflictRule,
    EmissionFactor,
    EnergyPolicy,
    FormSection,
    FormVersion,
    IntakePolicy,
    PublicMailDomain,
    RelationWindow,
    ReportForm,
    ReviewerInvitation,
    ReviewerProfile,
    ReviewPolicy,
    Round,
    SystemOffer,
]
SEES_REVIEWERS = {Role.ACCESS_OFFICER, Role.PANEL_CHAIR, Role.AUDITOR, Role.ADMINISTRATOR}
# Everybody who reads the administration reads what is not listed here.
READ_BY = {
    "conflictofinterest": SEES_REVIEWERS,
    "reviewassignment": SEES_REVIEWERS,
    "reviewerinvitation": SEES_REVIEWERS,
    "reviewerprofile": SEES_REVIEWERS,
    "sealedread": {Role.AUDITOR, Role.ADMINISTRATOR},
}
# A reviewer finds the own rows there; ``test_reviewing`` looks at which ones.
OWN_ROWS_OF_REVIEWERS = {"reviewassignment", "reviewerprofile"}


@pytest.fixture
def everything():
    """A row in every list, each brought there by the flows."""
    allocation = factories.active(team=["ben@example.org"])
    submit_job(allocation, by=allocation.case.owner, name="train", nodes=1, time_limit=600)
    now = clock.now()
    Obligation.objects.create(allocation=allocation, kind="final_report", opened_at=now, due_at=now)
    return allocation


def manager_of(model, client):
    """What the list of a model shows to whoever is signed in."""
    page = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
    return page, (page.context["cl"].result_list if page.status_code == 200 else None)


@pytest.mark.parametrize("role", READERS)
def test_staff_open_every_list_and_every_row(client, everything, role):
    sign_in(client, role)

    for model in OURS:
        page, rows = manager_of(model, client)
        name = model._meta.model_name
        reads = role in READ_BY.get(name, READERS)
        assert page.status_code == (200 if reads else 403), model
        for row in list(rows or [])[:1]:
            assert client.get(address(name, "change", row.pk)).status_code == 200, model
            assert client.get(address(name, "history", row.pk)).status_code == 200, model


def test_no_list_of_ours_is_empty_in_this_test(client, everything):
    """Otherwise the rows' pages would not be tried."""
    sign_in(client, Role.AUDITOR)
    rows = {"accessmode", "accesspolicy", "allocation", "award", "call", "fundingshare", "job"}
    rows |= {"ledgeraccount", "ledgerentry", "obligation", "partition", "project", "proposal"}

    found = {model._meta.model_name for model in OURS if manager_of(model, client)[1]}

    assert rows | {"system"} <= found


def test_the_auditor_opens_every_page_of_the_administration(client, everything):
    sign_in(client, Role.AUDITOR)

    statuses = {}
    apps = ("jaif_portal", "onboarding", "allocations")
    for model in (row for row in admin.site._registry if row._meta.app_label in apps):
        opts = model._meta
        page, rows = manager_of(model, client)
        statuses[opts.label] = {page.status_code}
        for row in list(rows or [])[:1]:
            url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
            statuses[opts.label].add(client.get(url).status_code)

    assert {label for label, found in statuses.items() if not found <= {200, 403}} == set()
    assert {label for label, found in statuses.items() if 403 in found} <= {
        "jaif_portal.AccessToken"  # for administrators alone
    }


def test_the_auditor_changes_nothing(client, everything):
    sign_in(client, Role.AUDITOR)

    for model in OURS:
        name = model._meta.model_name
        row = model._default_manager.first()
        assert client.get(address(name, "add")).status_code == 403, name
        assert client.post(address(name, "add"), {}).status_code == 403, name
        if row is not None:
            for page in ("change", "delete"):
                url = address(name, page, row.pk)
                assert client.post(url, {"post": "yes"}).status_code == 403, name


@pytest.mark.parametrize("role", [None, Role.PEER_REVIEWER])
def test_others_open_no_list_and_no_row(client, everything, role):
    sign_in(client, role)

    for model in OURS:
        name = model._meta.model_name
        if role == Role.PEER_REVIEWER and name in OWN_ROWS_OF_REVIEWERS:
            continue
        row = model._default_manager.first()
        urls = [address(name, "changelist"), address(name, "add")]
        urls += [address(name, "change", row.pk)] if row else []
        assert {client.get(url).status_code for url in urls} <= {302, 403}, name


@pytest.mark.parametrize("role", EVERYBODY)
def test_nobody_adds_changes_or_deletes_what_flows_write(client, everything, role):
    sign_in(client, role)
    ledger_before = LedgerEntry.objects.count()
    edited = {*EDITED_BY_OFFICERS, *EDITED_BY_ADMINISTRATORS}
    written_by_flows = [model for model in OURS if model not in edited]

    for model in written_by_flows:
        name = model._meta.model_name
        row = model._default_manager.first()
        assert client.post(address(name, "add"), {}).status_code == 403, name
        if row is not None:
            assert client.post(address(name, "change", row.pk), {}).status_code == 403, name
            answer = client.post(address(name, "delete", row.pk), {"post": "yes"})
            assert answer.status_code == 403, name

    assert LedgerEntry.objects.count() == ledger_before


def test_drafts_are_read_by_nobody_at_the_desk(client):
    draft = factories.draft()
    sign_in(client, Role.ACCESS_OFFICER)

    _page, rows = manager_of(Proposal, client)

    assert list(rows) == []
    assert client.get(address("proposal", "change", draft.pk)).status_code == 302


def test_a_project_leads_to_its_allocations_and_names_its_members(client, everything):
    sign_in(client, Role.AUDITOR)

    text = client.get(address("project", "change", Project.objects.get().pk)).text

    assert address("allocation", "change", Allocation.objects.get().pk) in text
    assert "ben@example.org" in text
