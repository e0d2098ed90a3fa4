"""Where an allocation stands with its quota, from its account and its open month alone.

An ``account`` comes with its ``allocation`` and the allocation's ``month``: one row in one
query. Amounts are node-seconds.
"""

from ..models import Enforcement, ExhaustionPolicy

SMALLEST_JOB = 60  # node-seconds: one node for the shortest time limit


def used_this_month(account):
    return account.charged - account.allocation.month.charged_before


def corrected_this_month(account):
    return account.granted - account.allocation.month.granted_before


def balance(account):
    """What the open month has left, advance not counted; negative for an overdraft."""
    month = account.allocation.month
    quota = month.carried + month.node_seconds + corrected_this_month(account)
    return quota - used_this_month(account)


def left_at_full_priority(account):
    """What may still be used at full priority; running jobs may hold some of it."""
    month = account.allocation.month
    if month is None:
        return account.left
    return min(account.left, balance(account) + month.advance)


def startable(account):
    """What the jobs that start now at full priority may cost together."""
    return left_at_full_priority(account) - account.held


def enforcement(account):
    """What the quota means for the allocation's jobs at the moment."""
    if account.left < SMALLEST_JOB:
        return Enforcement.BLOCKED
    if left_at_full_priority(account) >= SMALLEST_JOB:
        return Enforcement.FULL
    if account.allocation.exhaustion_policy == ExhaustionPolicy.LOW_PRIORITY:
        return Enforcement.LOW_PRIORITY
    return Enforcement.BLOCKED
