"""How peer review is done: numbers, criteria and scale, what counts as a conflict, for how long.

Conflicts and their windows follow the rules of PRACE's peer review; thresholds are those that
Horizon Europe uses, since EuroHPC publishes none.
"""

from django.db import migrations

# Working days for a review and to the reminder; a mode decides in 10, 21, 84 or 126.
DAYS = {"LS": (5, 3), "SC": (10, 5), "REG": (21, 10), "EXT": (21, 10)}
CRITERIA = [
    ("Excellence", "Exzellenz"),
    ("Innovation and impact", "Innovation und Wirkung"),
    ("Quality and efficiency of implementation", "Qualität und Effizienz der Umsetzung"),
]
SCALE = [
    (5, "excellent", "hervorragend"),
    (4, "very good", "sehr gut"),
    (3, "good", "gut"),
    (2, "satisfactory", "befriedigend"),
    (1, "weak", "schwach"),
    (0, "inadequate", "ungenügend"),
]
CONFLICTS = {
    "same_organisation": "real",
    "mail_domain": "real",
    "team": "real",
    "same_call": "real",
    "relation": "real",
    "excluded": "real",
    "declared": "potential",
}
# Months after the end of the relation; none: for ever.
WINDOWS = {
    "employment": 12,
    "office": 12,
    "family": None,
    "business": 12,
    "thesis": None,
    "joint_work": 48,
    "spouse": 12,
}
PUBLIC_DOMAINS = [
    "aol.com", "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.de", "gmx.net",
    "googlemail.com", "hotmail.com", "icloud.com", "live.com", "mail.de", "mailbox.org", "me.com",
    "msn.com", "orange.fr", "outlook.com", "posteo.de", "posteo.net", "proton.me",
    "protonmail.com", "t-online.de", "web.de", "yahoo.com", "yahoo.de", "yahoo.fr", "yahoo.it",
]  # fmt: skip


def load(apps, _schema_editor):
    model = {name: apps.get_model("allocations", name) for name in NAMES}
    for policy in model["AccessPolicy"].objects.filter(mode__code__in=DAYS):
        review_days, reminder_days = DAYS[policy.mode.code]
        rules = model["ReviewPolicy"].objects.create(
            policy=policy, review_days=review_days, reminder_days=reminder_days
        )
        for position, (name_en, name_de) in enumerate(CRITERIA, start=1):
            rules.criteria.create(position=position, name_en=name_en, name_de=name_de)
        for score, label_en, label_de in SCALE:
            rules.scale.create(score=score, label_en=label_en, label_de=label_de)
    for kind, severity in CONFLICTS.items():
        model["ConflictRule"].objects.create(kind=kind, severity=severity)
    for kind, months in WINDOWS.items():
        model["RelationWindow"].objects.create(kind=kind, months=months)
    model["PublicMailDomain"].objects.bulk_create(
        model["PublicMailDomain"](domain=domain) for domain in PUBLIC_DOMAINS
    )


def unload(apps, _schema_editor):
    for name in NAMES:
        if name != "AccessPolicy":
            apps.get_model("allocations", name).objects.all().delete()


NAMES = ["AccessPolicy", "ReviewPolicy", "ConflictRule", "RelationWindow", "PublicMailDomain"]


class Migration(migrations.Migration):
    dependencies = [("allocations", "0030_peer_review")]

    operations = [migrations.RunPython(load, unload)]
