"""Whether an organisation may apply, and what it can do where it may not."""

from django.utils.translation import gettext as _

from jaif_portal.exceptions import NotPermitted
from onboarding.models import OrganisationType

from ..exceptions import NotEligible, ReportOverdue
from ..models import Obligation, ObligationState, ProjectRole


def require_member(organisation, user):
    """Raise ``NotPermitted`` unless ``user`` acts for the organisation, today."""
    if not organisation.memberships.filter(user=user).exists():
        raise NotPermitted(_("You can only apply for an organisation that you belong to."))


def require_eligible(organisation, *, policy):
    """Raise ``NotEligible`` with every reason and a way out."""
    reasons = obstacles(organisation, policy=policy)
    if reasons:
        raise NotEligible(" ".join(reasons))


def obstacles(organisation, *, policy):
    """Whole sentences that say why ``organisation`` may not apply; none where it may."""
    found = []
    if not organisation.country.is_eligible:
        found.append(
            _(
                "Organisations established in %(country)s cannot apply: the country is neither "
                "an EU Member State nor associated with Horizon Europe or the Digital Europe "
                "Programme. An organisation established in such a country can apply instead, "
                "for example a subsidiary or a project partner."
            )
            % {"country": organisation.country}
        )
    if organisation.kind not in policy.organisation_types:
        allowed = ", ".join(str(OrganisationType(kind).label) for kind in policy.organisation_types)
        found.append(
            _("%(mode)s is open to: %(allowed)s. Look for a call of another access mode.")
            % {"mode": policy.mode.name, "allowed": allowed}
        )
    return found


def require_no_overdue_report(user):
    """Raise ``ReportOverdue`` while a project that ``user`` leads owes its final report."""
    if overdue_reports(user).exists():
        raise ReportOverdue


def overdue_reports(user):
    """Those that keep ``user`` from new proposals."""
    return Obligation.objects.filter(
        state=ObligationState.OVERDUE,
        allocation__project__members__email=user.email,
        allocation__project__members__role=ProjectRole.PI,
    ).select_related("allocation__project")
