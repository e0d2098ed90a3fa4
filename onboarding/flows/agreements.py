"""Terms: the version in force, and signing it."""

from django.db import transaction

from jaif_portal import clock

from ..exceptions import TermsOutdated
from ..models import Acceptance, Terms
from .cases import check_cases_of


def current_terms(kind, *, at):
    """The version of ``kind`` in force at ``at``. Raises ``Terms.DoesNotExist`` without one."""
    terms = Terms.objects.in_force(kind, at=at).first()
    if terms is None:
        raise Terms.DoesNotExist
    return terms


@transaction.atomic
def accept_terms(terms, *, by):
    """Sign ``terms`` as ``by``; signing again changes nothing.

    Raises ``TermsOutdated`` for any version but the one in force.
    """
    now = clock.now()
    if terms != current_terms(terms.kind, at=now):
        raise TermsOutdated
    acceptance, _created = Acceptance.objects.get_or_create(
        terms=terms, user=by, defaults={"accepted_at": now}
    )
    check_cases_of(by, at=now)
    return acceptance
