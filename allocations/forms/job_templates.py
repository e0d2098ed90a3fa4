from django import forms
from django.utils.translation import gettext_lazy as _


class TemplateForm(forms.Form):
    """What a template is called, and whose it is."""

    title = forms.CharField(
        label=_("Title"), max_length=100, help_text=_("For you, to find the template again.")
    )
    shared = forms.BooleanField(
        label=_("For everybody in the project"),
        required=False,
        help_text=_("Left empty, only you see it."),
    )
