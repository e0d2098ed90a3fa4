"""Whom applicants suggest as reviewers, and whom they ask not to be asked."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .proposals import EmailsField


class WishesForm(forms.Form):
    suggested = EmailsField(
        label=_("Reviewers that you suggest"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("One e-mail address per line. At most one of them is asked."),
    )
    excluded = EmailsField(
        label=_("Reviewers that we should not ask"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("One e-mail address per line, such as of competitors."),
    )
