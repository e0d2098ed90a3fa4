from django import forms
from django.utils.translation import gettext_lazy as _

from ..flows.resources import MOST_LINES
from ..models import ResourceLine

LINE = ["workload", "description", "runs", "devices", "device", "hours"]


class LineForm(forms.ModelForm):
    """One line of a request; an untouched one counts for nothing."""

    class Meta:
        model = ResourceLine
        fields = LINE

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["workload"].choices = [
            ("", _("Choose …")),
            *self.fields["workload"].choices[1:],
        ]
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = str(field.label)
            if name == "hours":
                field.widget.attrs |= {"min": "0.01", "step": "0.01"}


class VersionForm(forms.Form):
    """The version of the proposal that the writer has seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class BaseLines(forms.BaseFormSet):
    """Lines that can be added, changed, and removed by ticking."""

    def answers(self):
        """The lines that stay, as dicts."""
        return [
            {name: form.cleaned_data[name] for name in LINE}
            for form in self.forms
            if form.has_changed() and form not in self.deleted_forms
        ]


LineFormSet = forms.formset_factory(
    LineForm, BaseLines, extra=2, can_delete=True, max_num=MOST_LINES, validate_max=True
)
