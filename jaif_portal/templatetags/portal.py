"""What the portal's templates need beyond Django's own tags."""

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

SECONDS_PER_HOUR = 3600


@register.inclusion_tag("components/nav_item.html", takes_context=True)
def nav_item(context, name, label, *, exact=False):
    """A link of the navigation, marked where the reader is on that page or below it.

    Nothing where no page of that name is wired, so that an error page can always be shown.
    """
    try:
        href = reverse(name)
    except NoReverseMatch:
        return {}
    path = getattr(context.get("request"), "path", "")
    current = path == href if exact else path.startswith(href)
    return {"href": href, "label": label, "current": current}


@register.inclusion_tag("components/catching_up.html", takes_context=True)
def catching_up(context, reached):
    """Say that what is shown was computed up to ``reached``, where that is too long ago."""
    row, wall = context["portal_time"].row, timezone.now()
    late = reached is not None and row.is_late(row.lag(reached, wall=wall))
    return {"reached": reached, "late": late, "now": row.at(wall)}


@register.simple_tag
def link_to(href, label):
    """``label`` as a link, or as plain text where ``href`` is empty."""
    return format_html('<a href="{}">{}</a>', href, label) if href else label


# Hours. The ledger counts node-seconds of a partition; people think in hours.


@register.filter
def node_hours(node_seconds):
    """Node-seconds as node-hours, written for the reader's language."""
    return _hours(node_seconds)


@register.filter
def gpu_hours(node_seconds, partition):
    """Node-seconds as GPU-hours of ``partition``."""
    return _hours(node_seconds * partition.gpus_per_node)


@register.filter
def core_hours(node_seconds, partition):
    """Node-seconds as core-hours of ``partition``."""
    return _hours(node_seconds * partition.cores_per_node)


def _hours(seconds):
    hours = seconds / SECONDS_PER_HOUR
    places = next((places for most, places in ((1, 3), (100, 1)) if abs(hours) < most), 0)
    text = f"{hours:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return formats.number_format(text, use_l10n=True, force_grouping=True)


@register.filter
def kilowatt_hours(joules):
    """Joules as kWh, written for the reader's language."""
    return f"{_hours(joules / 1000)} kWh"


@register.filter
def power_of_ten(number):
    """A very large number as 4.2 × 10²²."""
    mantissa, _e, exponent = f"{number:.1e}".partition("e")
    shown = formats.number_format(mantissa, use_l10n=True)
    return format_html("{}\xa0×\xa010<sup>{}</sup>", shown, int(exponent))


@register.filter
def duration(seconds):
    """Seconds as ``2 h 05 min``, ``45 s`` or ``3 days 4 h``: two units at most."""
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        text = ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
        return _("%(days)s %(hours)d h") % {"days": text, "hours": hours} if hours else text
    if hours:
        return _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": minutes}
    if minutes and not rest:
        return _("%(minutes)d min") % {"minutes": minutes}
    if minutes:
        return _("%(minutes)d min %(seconds)02d s") % {"minutes": minutes, "seconds": rest}
    return _("%(seconds)d s") % {"seconds": rest}


@register.filter
def roughly(seconds):
    """Seconds in full minutes: as exactly as anybody plans by."""
    minutes = (seconds + 30) // 60
    return duration(60 * minutes) if minutes else _("%(minutes)d min") % {"minutes": 0}


@register.inclusion_tag("components/budget.html")
def budget(*, granted, charged, held, partition):
    """The bar of an allocation: used, reserved by running jobs, available (node-seconds)."""
    whole = max(granted, charged + held, 1)
    return {
        "granted": granted,
        "charged": charged,
        "held": held,
        "available": granted - charged - held,
        "partition": partition,
        "charged_width": round(100 * charged / whole, 2),
        "held_width": round(100 * held / whole, 2),
    }


# History


@register.filter
def state_label(transition, field="to_state"):
    """What the state that a ``Transition`` reached (or left) is called for its subject."""
    value = getattr(transition, field)
    return dict(_choices(transition.subject_type.model_class())).get(value, value)


def _choices(model):
    names = {field.name for field in model._meta.get_fields()} if model else set()
    return model._meta.get_field("state").flatchoices if "state" in names else []
