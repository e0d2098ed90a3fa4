"""What the team says to each other about a draft; none of it is handed in."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jaif_portal import clock
from jaif_portal.flows.outbox import write_mail

from ..exceptions import CommentNotPossible
from ..models import Comment
from .editing import lock_draft
from .questions import sections_of
from .values import clean_text

LONGEST = 2000  # characters


@transaction.atomic
def add_comment(proposal, *, by, section, text, to=None):
    """Say something about a section, or answer the comment ``to``, and tell the others.

    Raises ``CommentNotPossible``.
    """
    proposal = lock_draft(proposal, by=by)
    text = _cleaned(text)
    if section not in {row.code for row in sections_of(proposal)}:
        raise CommentNotPossible(_("This form has no such section."))
    if to is not None and (to.proposal_id != proposal.pk or to.parent_id is not None):
        raise CommentNotPossible(_("Answer the comment that began the conversation."))
    comment = Comment.objects.create(
        proposal=proposal, section=section, parent=to, by=by, at=clock.now(), text=text
    )
    if to is not None:
        Comment.objects.filter(pk=to.pk).update(resolved_at=None, resolved_by=None)
    _tell(proposal, by=by)
    return comment


@transaction.atomic
def resolve_comment(comment, *, by):
    """Say that a conversation is done with; doing it twice changes nothing."""
    lock_draft(comment.proposal, by=by)
    Comment.objects.filter(pk=comment.pk, resolved_at=None).update(
        resolved_at=clock.now(), resolved_by=by
    )


def open_comments(proposal):
    """``{section: how many}`` of the conversations that nobody has resolved."""
    rows = proposal.comments.filter(parent=None, resolved_at=None).order_by()
    counts = {}
    for section in rows.values_list("section", flat=True):
        counts[section] = counts.get(section, 0) + 1
    return counts


def _cleaned(text):
    try:
        cleaned = clean_text(text, lines=True)
    except ValidationError as error:
        raise CommentNotPossible(" ".join(error.messages)) from error
    if not cleaned:
        raise CommentNotPossible(_("Write a comment."))
    if len(cleaned) > LONGEST:
        raise CommentNotPossible(
            _("A comment has at most %(most)d characters.") % {"most": LONGEST}
        )
    return cleaned


def _tell(proposal, *, by):
    """One mail an hour to each of the others, however much is said."""
    hour = timezone.now().strftime("%Y%m%d%H")
    others = {proposal.applicant.email, *proposal.team.values_list("email", flat=True)}
    for email in sorted(others - {by.email}):
        write_mail(
            "allocations/mail/comments.txt",
            to=email,
            key=f"proposal:{proposal.pk}:comments:{hour}",
            language=by.language,
            proposal=proposal,
            by=by,
        )
