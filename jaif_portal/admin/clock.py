from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from ..flows.clock import set_clock
from ..models import ClockChange, PortalClock
from .acts import Act, ActsMixin, ReadOnlyMixin
from .display import moment

FASTEST = 3600


class RateForm(forms.Form):
    rate = forms.IntegerField(
        label=_("Portal seconds per second"),
        min_value=1,
        max_value=FASTEST,
        help_text=_("1 is real time; at 60 an hour passes in a minute."),
    )


class JumpForm(forms.Form):
    to = forms.DateTimeField(
        label=_("New portal time"),
        help_text=_(
            "Everything that is due by then happens as if the time had passed. "
            "There is no way back."
        ),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


def set_rate(_row, *, by, rate):
    set_clock(by=by, rate=rate)


def pause(_row, *, by):
    set_clock(by=by, rate=0)


def jump(_row, *, by, to):
    set_clock(by=by, to=to)


@admin.register(PortalClock)
class PortalClockAdmin(ActsMixin, ReadOnlyMixin, admin.ModelAdmin):
    acts = [
        Act(
            name="set_rate",
            label=_("Set the rate"),
            form=RateForm,
            initial=lambda row: {"rate": row.rate or 1},
            flow=set_rate,
            permission="jaif_portal.set_clock",
        ),
        Act(
            name="pause",
            label=_("Pause"),
            flow=pause,
            permission="jaif_portal.set_clock",
            possible=lambda row: "" if row.rate else translate("The clock stands still already."),
            text=_("Portal time stands still until a rate is set again. Jobs do not move on."),
            in_bulk=False,
        ),
        Act(
            name="jump",
            label=_("Jump forward"),
            form=JumpForm,
            initial=lambda row: {"to": row.at(timezone.now())},
            flow=jump,
            permission="jaif_portal.set_clock",
            grave=True,
        ),
    ]
    list_display = ["__str__", "portal_time", "rate"]
    fields = ["portal_time", "rate", "anchor", "anchored_at"]
    readonly_fields = ["portal_time"]

    @admin.display(description=_("portal time"))
    def portal_time(self, row):
        return moment(row.at(timezone.now()))


@admin.register(ClockChange)
class ClockChangeAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["changed_at", "by", "old_time", "old_rate", "new_time", "new_rate"]
    list_select_related = ["by"]
