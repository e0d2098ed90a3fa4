"""Whether a proposal asks for what another of the same organisation already covers.

Two texts are as alike as the share of their words that both have: words of four letters and
more of title and abstract, each counted once (the Jaccard index). It warns; people decide.
"""

import re
from dataclasses import dataclass

from django.db.models import Q

from ..models import AllocationState, Proposal, ProposalState
from .attachments import intake_policy

WORD = re.compile(r"\w{4,}")
MOST_WORDS = 8


@dataclass(frozen=True)
class Alike:
    proposal: Proposal
    percent: int
    words: list[str]  # some that both have, longest first


def alike(proposal, *, at):
    """The other active proposals and allocations that are alike, most alike first."""
    least = intake_policy(at=at).alike_percent
    own = words_of(proposal)
    found = []
    for other in _others(proposal):
        words = words_of(other)
        percent = 100 * len(own & words) // max(1, len(own | words))
        if percent >= least:
            shared = sorted(own & words, key=lambda word: (-len(word), word))
            found.append(Alike(other, percent, shared[:MOST_WORDS]))
    return sorted(found, key=lambda entry: (-entry.percent, entry.proposal.pk))


def words_of(proposal):
    return set(WORD.findall(f"{proposal.title} {proposal.abstract}".casefold()))


def _others(proposal):
    running = Q(state=ProposalState.AWARDED) & ~Q(
        project__allocations__state=AllocationState.EXPIRED
    )
    ended = [state for state in ProposalState if state.is_final]
    rows = Proposal.objects.filter(organisation=proposal.organisation).exclude(pk=proposal.pk)
    return rows.filter(running | ~Q(state__in=ended)).distinct()
