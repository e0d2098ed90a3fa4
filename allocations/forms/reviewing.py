"""What reviewers and officers enter in peer review."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Disclosure, ReviewerInvitation, ReviewerProfile, Severity

ABSTAIN = "abstain"
MOST_DAYS, MOST_REVIEWS = 90, 50


class KeywordsField(forms.CharField):
    """Words with commas between; the clean value is a list."""

    def __init__(self, **kwargs):
        super().__init__(max_length=1000, **kwargs)

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value):
        words = [word.strip() for word in super().clean(value).split(",") if word.strip()]
        if not words:
            raise forms.ValidationError(_("Write at least one keyword."))
        return words


def keywords_field():
    return KeywordsField(
        label=_("Expertise"),
        help_text=_("English keywords with commas between, such as climate, transformers."),
    )


class ProfileForm(forms.ModelForm):
    keywords = keywords_field()
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = ReviewerProfile
        fields = ["institution", "keywords", "load_cap", "is_active"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = self.instance.version


class JoinForm(forms.Form):
    institution = forms.CharField(label=_("Institution"), max_length=200)
    keywords = keywords_field()
    load_cap = forms.IntegerField(
        label=_("Most reviews at a time"), min_value=1, max_value=MOST_REVIEWS, initial=4
    )


class InvitationForm(forms.ModelForm):
    days = forms.IntegerField(
        label=_("Valid for days"), min_value=1, max_value=MOST_DAYS, initial=14
    )

    class Meta:
        model = ReviewerInvitation
        fields = ["email", "name", "language"]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea({"rows": 3}))


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The access office reads it. You need not give one."),
    )


class DeclarationForm(forms.Form):
    severity = forms.ChoiceField(
        label=_("Do you have a conflict of interest with this proposal?"),
        required=False,
        choices=[
            ("", _("No, I know of none.")),
            (Severity.POTENTIAL, _("There is a tie that I disclose; it does not sway me.")),
            (Severity.APPARENT, _("It may look as if I were partial; I follow a plan.")),
            (Severity.REAL, _("Yes: I must not review this proposal.")),
        ],
        widget=forms.RadioSelect,
        help_text=_(
            "Think of employment, offices, family, business, theses, joint projects and "
            "publications, of yours and of those close to you."
        ),
    )
    evidence = forms.CharField(
        label=_("What ties you to the proposal"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )
    management_plan = forms.CharField(
        label=_("How you stay impartial"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Needed where it may look as if you were partial."),
    )


class ConflictForm(forms.Form):
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices)
    evidence = forms.CharField(label=_("Evidence"), widget=forms.Textarea({"rows": 3}))
    management_plan = forms.CharField(
        label=_("Management plan"), required=False, widget=forms.Textarea({"rows": 3})
    )


class ReassessmentForm(ReasonForm):
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices)
    field_order = ["severity", "reason"]


class DisclosureForm(forms.Form):
    disclosure = forms.ChoiceField(
        label=_("The invitation tells"), choices=Disclosure.choices, initial=Disclosure.TITLE
    )


class ByHandForm(forms.Form):
    reviewer = forms.ModelChoiceField(ReviewerProfile.objects.none(), label=_("Reviewer"))
    is_alternate = forms.BooleanField(label=_("as alternate"), required=False)

    def __init__(self, *args, reviewers, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["reviewer"]
        field.queryset = reviewers
        # Read once: the board shows the form for every proposal.
        field.choices = [("", "–"), *((row.pk, str(row)) for row in reviewers)]


class ConsensusForm(forms.Form):
    text = forms.CharField(label=_("Consensus"), widget=forms.Textarea({"rows": 6}))
    score = forms.DecimalField(
        label=_("Score agreed on"), min_value=0, max_digits=5, decimal_places=2
    )


class ReviewForm(forms.Form):
    """A group of fields for each criterion of the policy; everything may be left for later."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    comments = forms.CharField(
        label=_("Summary for the applicant"),
        required=False,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("They read it without your name."),
    )
    confidential = forms.CharField(
        label=_("For the panel alone"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The applicant never sees it."),
    )

    def __init__(self, *args, policy, **kwargs):
        super().__init__(*args, **kwargs)
        self.criteria = list(policy.criteria.all())
        labels = {row.score: row.label for row in policy.scale.all()}
        choices = [
            (str(score), f"{score} {labels.get(score, '')}".strip())
            for score in range(policy.most_score, policy.least_score - 1, -1)
        ]
        for criterion in self.criteria:
            self.fields[f"score_{criterion.pk}"] = forms.ChoiceField(
                label=_("Score"),
                required=False,
                choices=[*choices, (ABSTAIN, _("I abstain"))],
                widget=forms.RadioSelect,
            )
            self.fields[f"text_{criterion.pk}"] = forms.CharField(
                label=_("Reasons"), required=False, widget=forms.Textarea({"rows": 4})
            )

    @property
    def groups(self):
        """The criteria with their fields, for the page."""
        return [
            {
                "criterion": criterion,
                "score": self[f"score_{criterion.pk}"],
                "text": self[f"text_{criterion.pk}"],
            }
            for criterion in self.criteria
        ]

    @property
    def scores(self):
        """As ``save_review`` takes them."""
        found = {}
        for criterion in self.criteria:
            score = self.cleaned_data[f"score_{criterion.pk}"]
            value = int(score) if score not in ("", ABSTAIN) else None
            text = self.cleaned_data[f"text_{criterion.pk}"]
            found[criterion] = (value, score == ABSTAIN, text)
        return found

    @staticmethod
    def answers_of(review):
        """A stored review as the form's initial answers."""
        if review is None:
            return {}
        found = {
            "version": review.version,
            "comments": review.comments,
            "confidential": review.confidential,
        }
        for row in review.scores.all():
            score = "" if row.value is None else str(row.value)
            found[f"score_{row.criterion_id}"] = ABSTAIN if row.abstains else score
            found[f"text_{row.criterion_id}"] = row.text
        return found
