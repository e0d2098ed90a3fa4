"""Organisations: created by the person who then represents them, edited by representatives."""

from django.db import IntegrityError, transaction
from django.db.models import F

from jaif_portal.exceptions import StaleVersion
from jaif_portal.flows.permissions import require

from ..exceptions import OrganisationExists
from ..models import MemberRole, Membership, Organisation


@transaction.atomic
def create_organisation(*, by, **fields):
    """Register an organisation; ``by`` becomes its representative.

    Raises ``OrganisationExists`` where the country's register number is taken, also by
    a request that runs at the same moment.
    """
    organisation = Organisation(**_tidy(fields))
    _save(organisation)
    Membership.objects.create(organisation=organisation, user=by, role=MemberRole.REPRESENTATIVE)
    return organisation


@transaction.atomic
def edit_organisation(organisation, *, by, version=None, **fields):
    """Change ``fields`` of an organisation; only its representatives may.

    Raises ``StaleVersion`` where ``version``, the one that the person saw, is no longer
    the current one.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    require(by, "onboarding.edit_organisation", organisation)
    if version not in (None, organisation.version):
        raise StaleVersion
    for name, value in _tidy(fields).items():
        setattr(organisation, name, value)
    organisation.version = F("version") + 1
    _save(organisation, update_fields=[*fields, "version"])
    organisation.refresh_from_db(fields=["version"])
    return organisation


@transaction.atomic
def add_member(organisation, *, user, by):
    """Let ``user`` act for the organisation; somebody who already does keeps their role."""
    require(by, "onboarding.edit_organisation", organisation)
    membership, _created = Membership.objects.get_or_create(
        organisation=organisation, user=user, defaults={"role": MemberRole.MEMBER}
    )
    return membership


def _tidy(fields):
    """One way of writing a register number, so that the same one is found again."""
    if "registration_number" in fields:
        number = " ".join(fields["registration_number"].split())
        return {**fields, "registration_number": number}
    return fields


def _save(organisation, **how):
    """Save; the unique constraint decides between requests that run at the same moment."""
    try:
        with transaction.atomic():
            organisation.save(**how)
    except IntegrityError as failure:
        if _register_number_is_taken(organisation):
            raise OrganisationExists from failure
        raise


def _register_number_is_taken(organisation):
    others = Organisation.objects.exclude(pk=organisation.pk)
    return (
        bool(organisation.registration_number)
        and others.filter(
            country=organisation.country_id, registration_number=organisation.registration_number
        ).exists()
    )
