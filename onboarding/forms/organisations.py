import unicodedata

from django import forms
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from jaif_portal import clock

from ..models import Organisation, User


class InDictionaryOrder(ModelChoiceIterator):
    """Rows by name in the reader's language, Österreich under O; databases differ in this."""

    def __iter__(self):
        yield from sorted(super().__iter__(), key=lambda row: (row[0] != "", plain(row[1])))


def plain(name):
    """``name`` in lower case and without accents."""
    letters = unicodedata.normalize("NFKD", str(name))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).lower()


class CountryField(forms.ModelChoiceField):
    iterator = InDictionaryOrder


class OrganisationForm(forms.ModelForm):
    """An organisation; ``version`` is the one that the person saw."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Organisation
        fields = [
            "name",
            "kind",
            "country",
            "registration_number",
            "founded_on",
            "staff",
            "turnover_eur",
            "balance_sheet_eur",
        ]
        field_classes = {"country": CountryField}
        widgets = {"founded_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "name": _("As in the register, since the award is made out to it."),
            "kind": _("Decides which access modes are open to you, and which are free of charge."),
            "country": _(
                "Where the organisation is legally established. Organisations in EU Member States "
                "and in associated countries may apply."
            ),
            "registration_number": _(
                "As in the commercial register, for example HRB 12345, Köln. It keeps an "
                "organisation from being registered twice. Leave it out if there is none."
            ),
            "founded_on": _("Shows that a start-up is one. Leave it out for older organisations."),
            "staff": _(
                "Full-time equivalents in the last closed business year. Fewer than 250 is one "
                "of the conditions for a small or medium-sized enterprise."
            ),
            "turnover_eur": _(
                "In the last closed business year; 0 where there is none yet. At most 50 million "
                "euros for a small or medium-sized enterprise, or else the balance sheet counts."
            ),
            "balance_sheet_eur": _(
                "In the last closed business year; 0 where there is none yet. At most 43 million "
                "euros for a small or medium-sized enterprise with a higher turnover."
            ),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["version"] = self.instance.version

    def clean_founded_on(self):
        day = self.cleaned_data["founded_on"]
        if day and day > clock.now().date():
            raise forms.ValidationError(_("This day lies in the future."))
        return day


class MemberForm(forms.Form):
    """A colleague who has an account."""

    email = forms.EmailField(
        label=_("E-mail address of your colleague"),
        help_text=_("The address with which they signed up to this portal."),
    )

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        self.user = User.objects.filter(email=email, is_active=True).first()
        if self.user is None:
            raise forms.ValidationError(
                _("Nobody has signed up with this address yet. Ask your colleague to do so first.")
            )
        return email
