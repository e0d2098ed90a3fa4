from django import forms
from django.utils.translation import gettext_lazy as _


class SignupForm(forms.Form):
    """What is asked at sign-up beside address and password."""

    name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput({"autocomplete": "name"})
    )

    def signup(self, request, user):
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
