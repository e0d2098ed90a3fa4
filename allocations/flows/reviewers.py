"""Reviewers: invited by mail, and what they tell about themselves."""

import datetime as dt

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from jaif_portal.exceptions import NotPermitted, StaleVersion
from jaif_portal.flows.permissions import require
from jaif_portal.flows.tokens import digest
from onboarding.models import Role, User

from ..exceptions import InvitationNotValid, ProposalIncomplete
from ..models import (
    Proposal,
    ProposalState,
    ReviewerInvitation,
    ReviewerProfile,
    ReviewerWish,
    Wish,
)
from . import review_letters

LONGEST_SECRET = 40


@transaction.atomic
def invite_reviewer(*, by, email, name, language, days):
    """Send somebody a link with which they become a reviewer; it is valid for ``days``."""
    require(by, "allocations.invite_reviewers")
    secret, wall = get_random_string(LONGEST_SECRET), timezone.now()
    invitation = ReviewerInvitation.objects.create(
        email=email.lower(),
        name=name,
        language=language,
        digest=digest(secret),
        invited_by=by,
        invited_at=wall,
        expires_at=wall + dt.timedelta(days=days),
    )
    review_letters.reviewer_invited(invitation, secret=secret)
    return invitation


def find_invitation(secret):
    """The invitation with this secret that still can be accepted.

    Raises ``InvitationNotValid`` for an unknown, an expired or a used one, without saying which.
    """
    invitation = ReviewerInvitation.objects.filter(
        digest=digest(secret), accepted_at=None, expires_at__gt=timezone.now()
    ).first()
    if invitation is None:
        raise InvitationNotValid
    return invitation


@transaction.atomic
def accept_invitation(secret, *, by, institution, keywords, load_cap):
    """Become a reviewer; only the person whose confirmed address was invited can.

    Raises ``InvitationNotValid``, also for the second of two who use the link at once.
    """
    found = find_invitation(secret)
    invitation = ReviewerInvitation.objects.select_for_update().get(pk=found.pk)
    if invitation.accepted_at is not None:
        raise InvitationNotValid
    if by.email != invitation.email:
        raise NotPermitted(
            _("This invitation is for %(email)s. Sign in with that address.")
            % {"email": invitation.email}
        )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    profile, _created = ReviewerProfile.objects.update_or_create(
        user=by,
        defaults={
            "institution": institution,
            "keywords": tidy_keywords(keywords),
            "load_cap": load_cap,
            "is_active": True,
        },
    )
    by.groups.add(Group.objects.get(name=Role.PEER_REVIEWER))
    User.objects.filter(pk=by.pk).update(is_staff=True)  # the administration's door
    return profile


@transaction.atomic
def edit_reviewer(profile, *, by, version, **fields):
    """Change a profile; the reviewer and the officers may.

    Raises ``StaleVersion`` where somebody else has saved since.
    """
    profile = ReviewerProfile.objects.select_for_update(of=("self",)).get(pk=profile.pk)
    require(by, "allocations.edit_reviewer", profile)
    if profile.version != version:
        raise StaleVersion
    if "keywords" in fields:
        fields["keywords"] = tidy_keywords(fields["keywords"])
    for name, value in fields.items():
        setattr(profile, name, value)
    profile.version += 1
    profile.save(update_fields=[*fields, "version"])
    return profile


@transaction.atomic
def wish_reviewers(proposal, *, by, suggested=(), excluded=()):
    """Set whom the applicant suggests, and whom not to ask, while the proposal is a draft."""
    proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    require(by, "allocations.edit_proposal", proposal)
    if proposal.state != ProposalState.DRAFT:
        raise ProposalIncomplete(
            {"suggested": [_("A proposal that was submitted can no longer be edited.")]}
        )
    suggested, excluded = ({email.lower() for email in emails} for emails in (suggested, excluded))
    if suggested & excluded:
        sentence = _("Nobody can be both suggested and excluded: %(emails)s.")
        both = ", ".join(sorted(suggested & excluded))
        raise ProposalIncomplete({"excluded": [sentence % {"emails": both}]})
    proposal.reviewer_wishes.all().delete()
    ReviewerWish.objects.bulk_create(
        ReviewerWish(proposal=proposal, email=email, wish=wish)
        for wish, emails in ((Wish.SUGGESTED, suggested), (Wish.EXCLUDED, excluded))
        for email in sorted(emails)
    )
    return proposal


def tidy_keywords(keywords):
    """In lower case, each once, in alphabetical order."""
    return sorted({" ".join(word.lower().split()) for word in keywords if word.strip()})
