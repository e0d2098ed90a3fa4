"""What the portal needs before anybody signs up: countries, roles, terms, the check-list.

All of it is data that staff may change; running this again adds only what is missing.
"""

import datetime as dt
from pathlib import Path

from babel import Locale
from django.db import migrations

# fmt: off
MEMBER_STATES = {
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
}
# fmt: on

# Countries whose organisations may apply although they lie outside the Union, as of November
# 2026. Taken in: participating states of the EuroHPC JU, and countries associated with both
# Horizon Europe and the Digital Europe Programme. Staff may change each row.
# - Participating states by the JU's own notice of 25 June 2025 (sure): AL IS ME MK NO RS TR GB;
#   IL by the notice of October 2023 (sure); MD, which also hosts an antenna (fairly sure).
# - Associated with both programmes: UA (sure), BA, XK (fairly sure); CH by the agreement of
#   November 2025, with an antenna (fairly sure).
# Left out until an officer confirms them: countries associated with one programme only, or
# with a part of it (LI with Digital Europe; AM CA FO GE KR NZ TN with Horizon Europe).
ASSOCIATED = {"AL", "BA", "CH", "GB", "IL", "IS", "MD", "ME", "MK", "NO", "RS", "TR", "UA", "XK"}

# Territories in CLDR that are no country code of ISO 3166-1. Kosovo's XK stays: the code is
# not in the standard either, but set aside for users and used by the EU.
NOT_ISO = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
CODE_LENGTH = 2

ROLES = [
    "access officer",
    "technical reviewer",
    "peer reviewer",
    "panel chair",
    "onboarding officer",
    "auditor",
    "administrator",
]

STANDARD_STEPS = [
    ("agreement", "applicant"),
    ("ssh_key", "applicant"),
    ("mfa", "applicant"),
    ("association", "system"),
]
WORKING_DAYS = 5

TERMS = Path(__file__).parent / "terms"
VALID_FROM = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def load(apps, _schema_editor):
    load_countries(apps.get_model("onboarding", "Country"))
    load_terms(apps.get_model("onboarding", "Terms"))
    load_template(apps.get_model("onboarding", "CaseTemplate"))
    for name in ROLES:
        apps.get_model("auth", "Group").objects.get_or_create(name=name)


def load_terms(terms):
    for kind in ("usage", "award"):
        texts = {
            f"text_{language}": (TERMS / f"{kind}-1.{language}.txt").read_text("utf-8")
            for language in ("en", "de")
        }
        terms.objects.get_or_create(
            kind=kind, version=1, defaults={"valid_from": VALID_FROM, **texts}
        )


def load_template(case_template):
    template, created = case_template.objects.get_or_create(name="Standard")
    if created:
        for position, (kind, owner) in enumerate(STANDARD_STEPS, start=1):
            template.steps.create(
                position=position, kind=kind, owner=owner, working_days=WORKING_DAYS
            )


def load_countries(country):
    english, german = Locale("en").territories, Locale("de").territories
    codes = {code for code in english if code.isalpha() and len(code) == CODE_LENGTH} - NOT_ISO
    country.objects.bulk_create(
        [
            country(code=code, name_en=english[code], name_de=german[code], basis=basis_of(code))
            for code in sorted(codes)
        ],
        ignore_conflicts=True,
    )


def basis_of(code):
    if code in MEMBER_STATES:
        return "member_state"
    return "associated" if code in ASSOCIATED else "none"


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("onboarding", "0001_initial"),
    ]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
