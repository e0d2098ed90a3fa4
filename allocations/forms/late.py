from django import forms
from django.utils.translation import gettext_lazy as _


class LateCodeForm(forms.Form):
    """What a receiver types in."""

    late_code = forms.CharField(
        label=_("Late code"),
        max_length=40,
        help_text=_("16 letters and digits from the access office’s mail; dashes do not matter."),
    )


class LateCodeIssueForm(forms.Form):
    """What staff say when they let somebody hand in late."""

    email = forms.EmailField(
        label=_("E-mail address"), help_text=_("Of the principal investigator’s account.")
    )
    until = forms.SplitDateTimeField(
        label=_("Until"),
        widget=forms.SplitDateTimeWidget(
            date_attrs={"type": "date"}, time_attrs={"type": "time"}, date_format="%Y-%m-%d"
        ),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Kept with the code. The applicant does not read it."),
    )
