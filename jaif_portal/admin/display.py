"""Columns that several lists of the administration share."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _


@admin.display(description=_("state"), ordering="state")
def state_badge(obj):
    """The state as the portal's pages show it; for ``list_display`` and ``readonly_fields``."""
    return render_to_string("components/badge.html", {"object": obj})


def moment(at):
    """A moment as the pages write it: Django leaves what a method answers as it is."""
    return date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else "–"
