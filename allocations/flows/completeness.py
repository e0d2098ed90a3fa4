"""What a proposal must answer before it can be handed in."""

from django.utils.translation import gettext as _

from ..exceptions import ProposalIncomplete
from ..models import Availability
from .limits import wrong_hours

SHORTEST_ABSTRACT = 100


def require_complete(proposal):
    """Raise ``ProposalIncomplete`` with a sentence for each field that does not fit."""
    fields = {field: [sentence] for field, sentence in gaps(proposal).items()}
    if fields:
        raise ProposalIncomplete(fields)


def gaps(proposal):
    """``{field: sentence}`` for what is missing or outside the policy's limits."""
    found = _unanswered(proposal)
    policy = proposal.policy
    hours = proposal.gpu_hours
    if hours and proposal.offer:
        wrong = wrong_hours(policy, gpu_hours=hours, partition=proposal.offer.partition)
        found |= {"gpu_hours": wrong} if wrong else {}
    if proposal.months and proposal.months not in policy.months:
        found["months"] = _("Choose one of these numbers of months: %(months)s.") % {
            "months": ", ".join(map(str, policy.months))
        }
    if proposal.offer and not (
        proposal.offer.availability == Availability.OPEN
        and proposal.offer.call_id == proposal.call_id
    ):
        found["offer"] = _("This system takes no new proposals at the moment. Choose another.")
    return found


def _unanswered(proposal):
    asked = {
        "title": (proposal.title.strip(), _("Give the proposal a title.")),
        "abstract": (
            len(proposal.abstract.strip()) >= SHORTEST_ABSTRACT,
            _("Describe the work in at least %(least)d characters.") % {"least": SHORTEST_ABSTRACT},
        ),
        "sector": (proposal.sector, _("Choose a sector.")),
        "offer": (proposal.offer_id, _("Choose the system that you want to use.")),
        "gpu_hours": (proposal.gpu_hours, _("Say how many GPU-hours you need.")),
        "months": (proposal.months, _("Say for how many months.")),
        "civilian_use": (
            proposal.civilian_use,
            _("Compute time is for civilian purposes only. Confirm that yours are."),
        ),
    }
    if proposal.organisation.kind in proposal.policy.eu_project_types:
        asked["eu_project"] = (
            proposal.eu_project.strip(),
            _(
                "Organisations of your type apply under this mode within a Horizon Europe or "
                "Digital Europe project. Name it, or choose another mode."
            ),
        )
    return {field: sentence for field, (answer, sentence) in asked.items() if not answer}
