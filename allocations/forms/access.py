"""What staff enter to run the access modes: policies, modes, and series of rounds."""

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from onboarding.models import OrganisationType

from ..models import AccessMode, AccessPolicy, CompliancePart, Purpose, StepKind

MOST_ROUNDS = 60
LONGEST_MONTHS = 60


class NumbersField(forms.CharField):
    """Whole numbers, separated by commas; the clean value is a sorted list."""

    def __init__(self, *, least, most, **kwargs):
        self.least, self.most = least, most
        super().__init__(max_length=200, **kwargs)

    def prepare_value(self, value):
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value):
        words = super().clean(value).replace(",", " ").split()
        if not all(word.isascii() and word.isdecimal() for word in words):
            raise forms.ValidationError(_("Write whole numbers with commas between, such as 1, 2."))
        numbers = sorted({int(word[:9]) for word in words})
        if any(not self.least <= number <= self.most for number in numbers):
            raise forms.ValidationError(
                _("Each number lies between %(least)d and %(most)d."),
                params={"least": self.least, "most": self.most},
            )
        return numbers


class ChoicesField(forms.MultipleChoiceField):
    """Several of some choices, as boxes to tick; the clean value is a list in their order."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value):
        ticked = super().clean(value)
        return [key for key, _label in self.choices if key in ticked]


class AccessModeForm(forms.ModelForm):
    purposes = ChoicesField(
        label=_("What it serves"),
        choices=Purpose.choices,
        help_text=_("The mode adviser names the mode to those who come for this."),
    )

    class Meta:
        model = AccessMode
        fields = "__all__"  # noqa: DJ007  # the administration shows every column


class AccessPolicyForm(forms.ModelForm):
    """A policy with boxes and plain numbers, where the table keeps lists."""

    months = NumbersField(
        least=1,
        most=LONGEST_MONTHS,
        label=_("Months to choose from"),
        help_text=_("With commas between, such as 1, 2, 3."),
    )
    organisation_types = ChoicesField(label=_("Who may apply"), choices=OrganisationType.choices)
    eu_project_types = ChoicesField(
        label=_("Of these, only within an EU project"),
        choices=OrganisationType.choices,
        required=False,
        help_text=_("A project of Horizon Europe or the Digital Europe Programme."),
    )
    paying_types = ChoicesField(
        label=_("Of these, at their own expense"),
        choices=OrganisationType.choices,
        required=False,
    )
    open_research_types = ChoicesField(
        label=_("Of these, for open research only"),
        choices=OrganisationType.choices,
        required=False,
    )
    steps = ChoicesField(
        label=_("Evaluation steps"),
        choices=StepKind.choices,
        help_text=_("They follow each other in this order."),
    )
    compliance_parts = ChoicesField(
        label=_("Compliance questions"),
        choices=CompliancePart.choices,
        required=False,
        help_text=_("The parts that have to be answered before a proposal is submitted."),
    )

    class Meta:
        model = AccessPolicy
        fields = "__all__"  # noqa: DJ007  # the administration shows every column


class RoundSeriesForm(forms.Form):
    """For example: the 1st of each month at 10:00, 12 times."""

    first_on = forms.DateField(
        label=_("From this day on"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    days = NumbersField(
        least=1,
        most=31,
        label=_("Days of the month"),
        initial="1",
        help_text=_("With commas between, such as 1, 15. A month that lacks the day is left out."),
    )
    time = forms.TimeField(
        label=_("Time in Brussels"),
        initial=dt.time(10),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )
    every = forms.IntegerField(
        label=_("Every so many months"), min_value=1, max_value=12, initial=1
    )
    count = forms.IntegerField(
        label=_("Number of rounds"), min_value=1, max_value=MOST_ROUNDS, initial=12
    )
