"""The questions before an account: which mode, and whether one may apply at all."""

from fractions import Fraction

from django import forms
from django.utils.translation import gettext_lazy as _

from onboarding.aid import Grant
from onboarding.forms import CountryField
from onboarding.models import Country, OrganisationType
from onboarding.sme import Figures, Firm, Relation

from ..flows.precheck import COMPANY, Answers
from ..models import Purpose
from .proposals import MOST_GPU_HOURS

FIRMS = range(1, 4)
GRANTS = range(1, 4)
LARGEST_AMOUNT = 10**13  # euros: beyond every company
LARGEST_STAFF = 10**7
YES_NO = [("yes", _("Yes")), ("no", _("No"))]


def day_field(**kwargs):
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, **kwargs)


def amount_field(**kwargs):
    return forms.IntegerField(min_value=0, max_value=LARGEST_AMOUNT, **kwargs)


def staff_field(**kwargs):
    return forms.DecimalField(
        min_value=0, max_value=LARGEST_STAFF, max_digits=9, decimal_places=1, **kwargs
    )


def percent_field(**kwargs):
    return forms.DecimalField(min_value=0, max_value=100, max_digits=5, decimal_places=2, **kwargs)


def yes_no_field(**kwargs):
    return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **kwargs)


class AdviserForm(forms.Form):
    """What you want to do, how much, and by when."""

    purpose = forms.ChoiceField(
        label=_("What do you want to do?"), choices=Purpose.choices, widget=forms.RadioSelect
    )
    kind = forms.ChoiceField(
        label=_("What is your organisation?"),
        choices=OrganisationType.choices,
        help_text=_("Not sure? The eligibility check works out your size."),
    )
    eu_project = forms.BooleanField(
        label=_("The work is part of a Horizon Europe or Digital Europe project."), required=False
    )
    gpu_hours = forms.IntegerField(
        label=_("How many GPU-hours?"),
        required=False,
        min_value=1,
        max_value=MOST_GPU_HOURS,
        help_text=_("The estimator works it out. Leave it empty to see every amount."),
    )
    decide_by = day_field(
        label=_("By when do you need the decision?"),
        required=False,
        help_text=_("Leave it empty if there is no hurry."),
    )


class EligibilityForm(forms.Form):
    """The pre-check of a legal entity. What concerns companies alone may stay empty for others."""

    KINDS = [
        (COMPANY, _("A company or a start-up")),
        (OrganisationType.PUBLIC_SECTOR, OrganisationType.PUBLIC_SECTOR.label),
        (OrganisationType.RESEARCH, OrganisationType.RESEARCH.label),
    ]
    RELATIONS = [
        ("", _("An ordinary firm")),
        ("controlled", _("Controls the other by contract or by appointing its board")),
        ("investor", _("University, venture capital, regional fund or small municipality")),
    ]

    legal_entity = yes_no_field(
        label=_("Does your organisation exist as a legal entity?"),
        help_text=_("For example a GmbH, an association or a public body; not a group of people."),
    )
    country = CountryField(
        Country.objects.all(),
        label=_("Where is it legally established?"),
        help_text=_("It counts where the organisation is, not where its people come from."),
    )
    kind = forms.ChoiceField(
        label=_("What is your organisation?"), choices=KINDS, widget=forms.RadioSelect
    )
    is_start_up = forms.BooleanField(label=_("We are a start-up."), required=False)
    civilian_use = yes_no_field(
        label=_("Does the work serve civilian purposes only?"),
        help_text=_("Nothing that is meant for weapons or for military operations."),
    )
    eu_project = forms.BooleanField(
        label=_("The work is part of a Horizon Europe or Digital Europe project."), required=False
    )
    staff = staff_field(
        label=_("Employees"),
        required=False,
        help_text=_("Full-time equivalents in the last closed business year, for companies."),
    )
    turnover = amount_field(label=_("Annual turnover in euros"), required=False)
    balance = amount_field(label=_("Balance sheet total in euros"), required=False)
    staff_before = staff_field(label=_("Employees"), required=False)
    turnover_before = amount_field(label=_("Annual turnover in euros"), required=False)
    balance_before = amount_field(label=_("Balance sheet total in euros"), required=False)
    ownership_changed = forms.BooleanField(
        label=_("A merger or a takeover has changed the ownership since then."), required=False
    )
    public_percent = percent_field(
        label=_("Percent held by public bodies"),
        required=False,
        help_text=_(
            "Capital or votes, whichever is more, all public bodies together. Leave out "
            "universities, regional funds and small municipalities."
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for number in FIRMS:
            self.fields |= {
                f"firm{number}_percent": percent_field(label=_("Percent held"), required=False),
                f"firm{number}_relation": forms.ChoiceField(
                    label=_("Kind of firm"), choices=self.RELATIONS, required=False
                ),
                f"firm{number}_staff": staff_field(label=_("Employees"), required=False),
                f"firm{number}_turnover": amount_field(
                    label=_("Annual turnover in euros"), required=False
                ),
                f"firm{number}_balance": amount_field(
                    label=_("Balance sheet total in euros"), required=False
                ),
            }
        for number in GRANTS:
            self.fields |= {
                f"aid{number}_on": day_field(label=_("Granted on"), required=False),
                f"aid{number}_amount": amount_field(label=_("Amount in euros"), required=False),
            }

    def clean(self):
        answers = super().clean()
        if answers.get("kind") == COMPANY:
            self._require_all("staff", "turnover", "balance")
        self._require_together("staff_before", "turnover_before", "balance_before")
        for number in FIRMS:
            names = ("percent", "staff", "turnover", "balance")
            self._require_together(*(f"firm{number}_{name}" for name in names))
        for number in GRANTS:
            self._require_together(f"aid{number}_on", f"aid{number}_amount")
        return answers

    def _require_all(self, *names):
        for name in names:
            if self.cleaned_data.get(name) is None and name not in self.errors:
                self.add_error(name, _("Fill this in; 0 where there is none yet."))

    def _require_together(self, *names):
        if any(self.cleaned_data.get(name) is not None for name in names):
            self._require_all(*names)

    def answers(self):
        """What ``check`` takes."""
        given = self.cleaned_data
        return Answers(
            legal_entity=given["legal_entity"] == "yes",
            country=given["country"],
            kind=given["kind"],
            civilian_use=given["civilian_use"] == "yes",
            eu_project=given["eu_project"],
            is_start_up=given["is_start_up"] and given["kind"] == COMPANY,
            years=self._years() if given["kind"] == COMPANY else (),
            relations=tuple(self._relations()),
            public_percent=Fraction(given["public_percent"] or 0),
            ownership_changed=given["ownership_changed"],
            grants=tuple(self._grants()),
        )

    def _years(self):
        """The own figures, oldest first."""
        found = [self._figures("", suffix) for suffix in ("_before", "")]
        return tuple(figures for figures in found if figures is not None)

    def _figures(self, prefix, suffix=""):
        names = (f"{prefix}{name}{suffix}" for name in ("staff", "turnover", "balance"))
        values = [self.cleaned_data[name] for name in names]
        return None if None in values else Figures(*map(Fraction, values))

    def _relations(self):
        for number in FIRMS:
            figures = self._figures(f"firm{number}_")
            if figures is not None:
                relation = self.cleaned_data[f"firm{number}_relation"]
                yield Relation(
                    Fraction(self.cleaned_data[f"firm{number}_percent"]),
                    Firm(figures),
                    is_controlled=relation == "controlled",
                    is_exempt_investor=relation == "investor",
                )

    def _grants(self):
        for number in GRANTS:
            day = self.cleaned_data[f"aid{number}_on"]
            if day is not None:
                yield Grant(day, self.cleaned_data[f"aid{number}_amount"])

    @property
    def firms(self):
        """The fields of each other firm, for the page."""
        names = ("percent", "relation", "staff", "turnover", "balance")
        return [[self[f"firm{number}_{name}"] for name in names] for number in FIRMS]

    @property
    def aid(self):
        return [[self[f"aid{number}_on"], self[f"aid{number}_amount"]] for number in GRANTS]
