from django import forms
from django.utils.translation import gettext_lazy as _

from ..flows.key_lines import LONGEST_LINE


class KeyForm(forms.Form):
    """A public key, and from where it may be used."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("So that you know it again, such as: laptop.")
    )
    public_key = forms.CharField(
        label=_("Public key"),
        max_length=LONGEST_LINE,
        widget=forms.Textarea(
            {"rows": 4, "spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
        ),
        help_text=_(
            "The line from the file that ends in .pub. Never paste the file without .pub: that "
            "is the private key."
        ),
    )
    networks = forms.CharField(
        label=_("From where"),
        required=False,
        help_text=_(
            "Addresses or networks from which you connect, separated by commas. Leave this out "
            "if your line begins with from= itself."
        ),
    )

    def line(self):
        """The answers as one line of ``authorized_keys``; a list in the line itself wins."""
        line, networks = self.cleaned_data["public_key"].strip(), self.cleaned_data["networks"]
        if networks and not line.lower().startswith("from="):
            return f'from="{networks.replace(chr(34), "")}" {line}'
        return line
