"""How proposals are reviewed, carried over from one access policy to the next."""

from django.db import transaction

from ..models import ReviewPolicy, StepKind


@transaction.atomic
def carry_over(policy):
    """Give a policy with peer review the review rules of another one, if it has none.

    Those of the mode's latest policy come first; of any mode where it has none yet.
    """
    if StepKind.PEER_REVIEW not in policy.steps:
        return None
    if ReviewPolicy.objects.filter(policy=policy).exists():
        return None
    others = ReviewPolicy.objects.order_by("-policy__valid_from", "-pk")
    found = others.filter(policy__mode=policy.mode).first() or others.first()
    if found is None:
        return ReviewPolicy.objects.create(policy=policy)
    criteria, scale = list(found.criteria.all()), list(found.scale.all())
    found.pk, found.policy, found._state.adding = None, policy, True
    found.save()
    for row in [*criteria, *scale]:
        row.pk, row.review_policy, row._state.adding = None, found, True
        row.save()
    return found
