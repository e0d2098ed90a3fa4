"""How lists write what they show, so that they fit beside their filters."""

from django.contrib import admin
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from jaif_portal.templatetags.portal import node_hours

from ..flows.differences import answers_in_words


def two_lines(first, second):
    """What a row is called, and below it what it belongs to."""
    return format_html('{}<br><span class="quiet">{}</span>', first, second)


def moment(at):
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else None


def hours(node_seconds, partition):
    """An amount of the ledger in both units that people think in."""
    gpus = node_hours(node_seconds * partition.gpus_per_node)
    return two_lines(f"{gpus}\xa0GPU-h", f"{node_hours(node_seconds)}\xa0node-h")


@admin.display(description=_("further answers"))
def answers_cell(proposal):
    """What a proposal answers beside its columns, each under its question."""
    rows = [row for _section, answers in answers_in_words(proposal) for row in answers]
    return format_html_join("", "<p><b>{}</b><br>{}</p>", rows) or "–"
