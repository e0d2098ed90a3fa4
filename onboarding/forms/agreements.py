from django import forms
from django.utils.translation import gettext_lazy as _


class AgreementForm(forms.Form):
    """A signature. ``terms`` is the version that the person has read."""

    terms = forms.IntegerField(widget=forms.HiddenInput)
    agree = forms.BooleanField(label=_("I have read this text and agree to it."))
