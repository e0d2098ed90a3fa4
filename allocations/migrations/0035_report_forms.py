"""What reports ask, after the final-report templates that EuroHPC projects handed in since 2023,
and what electricity emits.
"""

import datetime as dt

from django.db import migrations

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
TEMPLATES = "Final-report templates of EuroHPC access, 2023"


def ask(key, en, de, *, words, required=True, help_en="", help_de="", modes=()):
    return {
        "key": key,
        "label_en": en,
        "label_de": de,
        "help_en": help_en,
        "help_de": help_de,
        "words": words,
        "required": required,
        "modes": list(modes),
    }


UNSPENT = ask(
    "unspent",
    "Why hours were not used",
    "Warum Stunden nicht genutzt wurden",
    words=300,
    required=False,
    help_en="Planned and used hours stand beside this form. Say what kept you from using the rest.",
    help_de=(
        "Geplante und genutzte Stunden stehen neben diesem Formular. Schreiben Sie, was die "
        "Nutzung der übrigen verhindert hat."
    ),
)
DEVELOPMENT = [
    ask("code", "The code", "Der Code", words=300, modes=["DEV"],
        help_en="What was ported or developed, its languages and libraries.",
        help_de="Was portiert oder entwickelt wurde, mit Sprachen und Bibliotheken."),
    ask("compilation", "Compilation", "Übersetzen des Codes", words=300, modes=["DEV"],
        help_en="Compilers, flags and containers that worked on the machine's Arm processors.",
        help_de="Compiler, Optionen und Container, die auf den Arm-Prozessoren funktioniert haben."),
    ask("scaling", "Scaling", "Skalierung", words=300, modes=["DEV"],
        help_en="Strong or weak scaling that you measured, with numbers of nodes and times.",
        help_de="Gemessene starke oder schwache Skalierung mit Knotenzahlen und Zeiten."),
    ask("io", "Input and output", "Ein- und Ausgabe", words=300, modes=["DEV"],
        help_en="File systems, formats and rates.",
        help_de="Dateisysteme, Formate und Datenraten."),
    ask("optimisation", "Optimisation", "Optimierung", words=300, modes=["DEV"],
        help_en="What made the code faster, and by how much.",
        help_de="Was den Code schneller gemacht hat, und um wie viel."),
]  # fmt: skip
FINAL = [
    ask("summary", "Summary", "Zusammenfassung", words=500,
        help_en="What you set out to do and what came of it, for readers outside your field.",
        help_de="Was Sie vorhatten und was daraus wurde, für Menschen außerhalb Ihres Gebiets."),
    ask("results", "Results", "Ergebnisse", words=1000,
        help_en="What was achieved, with figures: compare it with the plan of your proposal.",
        help_de="Was erreicht wurde, mit Zahlen: im Vergleich zum Plan Ihres Antrags."),
    UNSPENT,
    *DEVELOPMENT,
    ask("publications", "Publications and data sets", "Veröffentlichungen und Datensätze",
        words=500, required=False,
        help_en="They name the project, the machine and EuroHPC JU.",
        help_de="Sie nennen das Projekt, die Maschine und EuroHPC JU."),
    ask("patents", "Patents", "Patente", words=200, required=False),
    ask("talks", "Talks and press", "Vorträge und Presse", words=300, required=False),
    ask("funding", "Further funding", "Weitere Förderung", words=200, required=False,
        help_en="Investments and grants that this work helped to win.",
        help_de="Investitionen und Förderungen, zu denen diese Arbeit beigetragen hat."),
    ask("feedback", "How was the access?", "Wie war der Zugang?", words=300, required=False,
        help_en="What helped, what was in the way.",
        help_de="Was geholfen hat und was im Weg stand."),
    ask("future", "What comes next", "Wie es weitergeht", words=200, required=False,
        help_en="Calls in which you want to apply again.",
        help_de="Ausschreibungen, in denen Sie wieder einen Antrag stellen möchten."),
]  # fmt: skip
INTERIM = [
    ask("progress", "Progress", "Fortschritt", words=500,
        help_en="What was done so far, compared with the plan.",
        help_de="Was bisher getan wurde, im Vergleich zum Plan."),
    ask("plan", "Plan for the rest", "Plan für die übrige Zeit", words=500,
        help_en="What is still to be done, with hours and dates.",
        help_de="Was noch zu tun ist, mit Stunden und Terminen."),
    *DEVELOPMENT,
]  # fmt: skip


def load(apps, _schema_editor):
    forms = apps.get_model("allocations", "ReportForm").objects
    forms.create(
        kind="final_report",
        valid_from=START,
        questions=FINAL,
        reminders=[-30, -7, 7, 30],
        unspent_percent=5,
        source=TEMPLATES,
    )
    forms.create(
        kind="interim_report",
        valid_from=START,
        questions=INTERIM,
        reminders=[],
        unspent_percent=100,
        source="The portal's own",
    )
    apps.get_model("allocations", "EmissionFactor").objects.create(
        valid_from=dt.date(2025, 1, 1),
        grams_per_kwh=363,
        source="Umweltbundesamt, German electricity mix of 2024",
    )


class Migration(migrations.Migration):
    dependencies = [("allocations", "0034_reports")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
