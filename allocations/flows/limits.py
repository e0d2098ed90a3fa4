"""How much a mode grants, as numbers of one machine and in words."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from ..models import HourUnit


def in_words(policy):
    """The amount of a policy in the unit that the mode counts in."""
    least, most = _grouped(policy.least_hours), _grouped(policy.most_hours)
    if policy.unit == HourUnit.NODE_HOURS:
        if policy.is_package:
            return _("%(most)s node-hours, a fixed package") % {"most": most}
        return _("%(least)s to %(most)s node-hours") % {"least": least, "most": most}
    if policy.is_package:
        return _("%(most)s GPU-hours, a fixed package") % {"most": most}
    return _("%(least)s to %(most)s GPU-hours") % {"least": least, "most": most}


def on_partition(policy, partition):
    """The same as GPU-hours of ``partition``, for a mode that counts in node-hours."""
    least, most = (_grouped(hours) for hours in policy.gpu_hours_on(partition))
    return _("On %(system)s these are %(least)s to %(most)s GPU-hours.") % {
        "system": partition,
        "least": least,
        "most": most,
    }


def wrong_hours(policy, *, gpu_hours, partition):
    """Why an amount does not fit the policy, as a sentence; nothing where it does."""
    least, most = policy.gpu_hours_on(partition)
    if least <= gpu_hours <= most:
        return ""
    words = {"mode": policy.mode.name, "least": _grouped(least), "most": _grouped(most)}
    if policy.is_package:
        return _("%(mode)s grants a fixed package of %(most)s GPU-hours.") % words
    return _("%(mode)s grants between %(least)s and %(most)s GPU-hours.") % words


def extension_in_words(policy):
    """What happens when the hours or the months do not suffice."""
    if policy.renewals:
        return _("It can be renewed %(times)d times for the same period.") % {
            "times": policy.renewals
        }
    if policy.extension_months:
        return _(
            "Once by up to %(months)d months and %(percent)d percent of the hours, after an "
            "interim report."
        ) % {
            "months": policy.extension_months,
            "percent": policy.extension_percent,
        }
    return _("None: apply again when you need more.")


def _grouped(number):
    """As the reader's language writes large numbers."""
    return number_format(number, force_grouping=True)
