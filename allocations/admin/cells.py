"""How lists write what they show, so that they fit beside their filters."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

from jaif_portal.templatetags.portal import node_hours


def two_lines(first, second):
    """What a row is called, and below it what it belongs to."""
    return format_html('{}<br><span class="quiet">{}</span>', first, second)


def moment(at):
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else None


def hours(node_seconds, partition):
    """An amount of the ledger in both units that people think in."""
    gpus = node_hours(node_seconds * partition.gpus_per_node)
    return two_lines(f"{gpus}\xa0GPU-h", f"{node_hours(node_seconds)}\xa0node-h")
