from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from onboarding.models import Organisation

LARGEST_TEAM = 50
LONGEST_ADDRESS = 254
MOST_GPU_HOURS = 2_147_483_647  # what the column holds


class EmailsField(forms.CharField):
    """E-mail addresses, one a line; the clean value is a list."""

    widget = forms.Textarea({"rows": 3, "spellcheck": "false"})

    def clean(self, value):
        text = super().clean(value)
        emails = text.replace(",", " ").replace(";", " ").split()
        wrong = [email for email in emails if not _is_address(email)]
        if wrong:
            raise forms.ValidationError(
                [
                    forms.ValidationError(
                        _("“%(address)s” is not an e-mail address."), params={"address": email}
                    )
                    for email in wrong
                ]
            )
        if len(emails) > LARGEST_TEAM:
            raise forms.ValidationError(
                _("A team has at most %(most)d members. Add others to the project later."),
                params={"most": LARGEST_TEAM},
            )
        return emails


class ProposalNewForm(forms.Form):
    """The little that a draft begins with."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Organisation"),
        help_text=_("The organisation that applies. The award goes to it."),
    )
    title = forms.CharField(
        label=_("Title"),
        max_length=150,
        help_text=_("One line that says what you will do. You can change it later."),
    )
    gpu_hours = forms.IntegerField(
        label=_("GPU-hours"),
        required=False,
        min_value=1,
        max_value=MOST_GPU_HOURS,
        help_text=_("Carried over from your estimate. You can change it later."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if "gpu_hours" not in {*self.data, *self.initial}:
            del self.fields["gpu_hours"]
        organisations = user.organisations.select_related("country").order_by("name")
        self.fields["organisation"].queryset = organisations
        if len(organisations) == 1:
            self.initial.setdefault("organisation", organisations[0])


class TeamForm(forms.Form):
    team = EmailsField(
        label=_("Team"),
        required=False,
        help_text=_(
            "E-mail addresses of those who work on this with you, one a line. They get a mail, "
            "can write the proposal with you, and become members of the project."
        ),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self):
        """The version of the team that the page was made from, as the flow compares it."""
        return {**self.cleaned_data, "seen": {"team": self.cleaned_data.get("seen")}}


class AcceptForm(forms.Form):
    """The signature under an offer."""

    starts_on = forms.DateField(
        label=_("Start"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The day from which the months count. Leave it empty to start at once."),
    )
    terms = forms.BooleanField(label=_("I accept the terms of the award."))


class WithdrawForm(forms.Form):
    note = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("It helps us to do better. You may leave it empty."),
    )


def _is_address(text):
    try:
        validate_email(text)
    except forms.ValidationError:
        return False
    return len(text) <= LONGEST_ADDRESS
