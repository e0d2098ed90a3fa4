from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import JobState, Project

LARGEST_ID = 2**63 - 1


class JobSearchForm(forms.Form):
    """Which jobs to list. Whatever is left empty, or makes no sense, chooses nothing."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("any")), *JobState.choices]
    )
    project = forms.ModelChoiceField(
        Project.objects.none(), label=_("Project"), required=False, empty_label=_("any")
    )
    name = forms.CharField(label=_("Name contains"), required=False, max_length=100)
    since = forms.DateField(
        label=_("Submitted from"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    array = forms.IntegerField(label=_("Array"), required=False, min_value=1, max_value=LARGEST_ID)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = Project.objects.visible_to(user)

    @property
    def is_open(self):
        """Whether anything is chosen."""
        return any(self.data.get(name) for name in self.fields)

    def apply(self, jobs):
        self.is_valid()
        lookups = {
            "state": "state",
            "project": "allocation__project",
            "name": "name__icontains",
            "since": "submitted_at__date__gte",
            "array": "array",
        }
        answers = {name: self.cleaned_data.get(name) for name in lookups}
        return jobs.filter(**{lookups[name]: value for name, value in answers.items() if value})
