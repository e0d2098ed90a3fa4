from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import AccessToken, Scope

LONGEST_LIFE = 365


class TokenForm(forms.ModelForm):
    """What a new token is for, what it may do, and for how long."""

    scopes = forms.MultipleChoiceField(
        label=_("What it may be used for"),
        choices=Scope,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose as little as your program needs."),
    )
    days = forms.IntegerField(
        label=_("Days until it expires"),
        min_value=1,
        max_value=LONGEST_LIFE,
        initial=90,
        help_text=_("1 to 365."),
    )

    class Meta:
        model = AccessToken
        fields = ["name"]
