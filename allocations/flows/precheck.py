"""Whether an organisation may apply, from answers alone: nothing is stored.

Every reason comes with a way out. The SME test and the sum of aid are in ``onboarding``.
"""

from dataclasses import dataclass
from fractions import Fraction

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from onboarding.aid import CEILING_EUR, Grant, de_minimis_left, de_minimis_sum, free_again_on
from onboarding.models import Country, OrganisationType
from onboarding.sme import (
    PUBLIC_PERCENT,
    Figures,
    Firm,
    Relation,
    Size,
    aggregate,
    size_over_years,
    status,
)

from .advice import Way, barriers, ways

COMPANY = "company"  # its type follows from its size


@dataclass(frozen=True)
class Answers:
    """``kind`` is ``COMPANY`` or a type of organisation; ``years`` are own figures, oldest first.

    The figures of other firms, in ``relations``, count in each of the years.
    """

    legal_entity: bool
    country: Country
    kind: str
    civilian_use: bool
    eu_project: bool = False
    is_start_up: bool = False
    years: tuple[Figures, ...] = ()
    relations: tuple[Relation, ...] = ()
    public_percent: Fraction = Fraction()
    ownership_changed: bool = False
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True)
class Reason:
    text: str
    way_out: str


@dataclass(frozen=True)
class ModeCheck:
    way: Way
    barriers: list[str]
    pays: bool


@dataclass(frozen=True)
class Result:
    """``reasons`` keep the organisation from every mode; ``notes`` only ask for attention."""

    reasons: list[Reason]
    notes: list[Reason]
    kind: OrganisationType
    size: Size | None
    figures: Figures | None
    aid_eur: int
    aid_left_eur: int
    modes: list[ModeCheck]

    @property
    def open_to(self):
        """The modes under which it may apply."""
        return [] if self.reasons else [row for row in self.modes if not row.barriers]


def check(answers, *, at):
    """The result of ``answers`` under the policies of the moment ``at``."""
    years = [aggregate(Firm(own, answers.relations)) for own in answers.years]
    size = _size(answers, years)
    kind = _kind(answers, size)
    on = at.date()
    return Result(
        reasons=_reasons(answers),
        notes=[*_size_notes(answers, years, size), *_aid_notes(answers, on=on)],
        kind=kind,
        size=size,
        figures=years[-1] if years else None,
        aid_eur=de_minimis_sum(list(answers.grants), on=on),
        aid_left_eur=de_minimis_left(list(answers.grants), on=on),
        modes=[
            ModeCheck(
                way=way,
                barriers=barriers(way.policy, kind=kind, eu_project=answers.eu_project),
                pays=kind in way.policy.paying_types,
            )
            for way in ways(at=at)
        ],
    )


def _size(answers, years):
    if not years:
        return None
    return status(
        years,
        public_percent=answers.public_percent,
        ownership_changed=answers.ownership_changed,
    )


def _kind(answers, size):
    if answers.kind != COMPANY:
        return OrganisationType(answers.kind)
    if size is not None and size.is_sme:
        return OrganisationType.START_UP if answers.is_start_up else OrganisationType.SME
    return (
        OrganisationType.MID_CAP if size == Size.SMALL_MID_CAP else OrganisationType.LARGE_INDUSTRY
    )


def _reasons(answers):
    found = []
    if not answers.legal_entity:
        found.append(
            Reason(
                _("Compute time goes to legal entities."),
                _(
                    "Found a company or an association first, or apply through a host, for "
                    "example a university or a company that takes part in the work."
                ),
            )
        )
    if not answers.country.is_eligible:
        found.append(
            Reason(
                _(
                    "%(country)s is neither an EU Member State nor associated with Horizon "
                    "Europe or the Digital Europe Programme."
                )
                % {"country": answers.country},
                _(
                    "An organisation established in such a country can apply instead, for "
                    "example a subsidiary or a project partner."
                ),
            )
        )
    if not answers.civilian_use:
        found.append(
            Reason(
                _("Compute time is for civilian purposes only."),
                _("Apply for the civilian part of the work alone, as a project of its own."),
            )
        )
    return found


def _size_notes(answers, years, size):
    found = []
    if answers.kind == COMPANY and answers.public_percent >= PUBLIC_PERCENT:
        found.append(
            Reason(
                _("Public bodies hold a quarter or more: it is no SME, whatever its size."),
                _(
                    "Leave out universities, venture-capital companies, regional funds and small "
                    "municipalities, which may hold up to half. Otherwise choose a mode that is "
                    "open to large companies."
                ),
            )
        )
    elif len(years) > 1 and size != size_over_years(years[-1:]):
        found.append(
            Reason(
                _("The newest year alone would give another size."),
                _("A size changes only after two years in a row; that is why it stays for now."),
            )
        )
    if answers.is_start_up and size is not None and not size.is_sme:
        found.append(
            Reason(
                _("A start-up of this size counts as a larger company here."),
                _("Choose a mode that is open to companies of your size."),
            )
        )
    return found


def _aid_notes(answers, on):
    day = free_again_on(list(answers.grants), on=on)
    if day is None:
        return []
    return [
        Reason(
            _("The de minimis aid of three years has reached %(ceiling)s euros.")
            % {"ceiling": number_format(CEILING_EUR, force_grouping=True)},
            _(
                "This does not rule out an application: time of the EuroHPC share is commonly not "
                "counted as State aid. Tell the access office. There is room again from %(day)s on."
            )
            % {"day": date_format(day, "DATE_FORMAT")},
        )
    ]
