from django import forms
from django.utils.translation import gettext_lazy as _


class AppealForm(forms.Form):
    text = forms.CharField(
        label=_("Your appeal"),
        max_length=5000,
        widget=forms.Textarea({"rows": 8}),
        help_text=_("Say what was overlooked or understood wrongly."),
    )
