"""The application form that all modes share, from the sections of real application packs of 2026.

Playground asks for little; each larger mode asks for what its reviewers need. Staff copy the
form and change the copy in the administration.
"""

import datetime as dt

from django.db import migrations

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ALL = ["PG", "FL", "LS", "SC", "BEN", "DEV", "REG", "EXT"]
NOT_PG = ALL[1:]
REVIEWED = ["LS", "SC", "REG", "EXT"]
CLASSIC = ["BEN", "DEV", "REG", "EXT"]
LED = ["LS", "SC", *CLASSIC]
INDUSTRIAL = ["FL", "LS", "SC", "DEV", "REG", "EXT"]
NEED = {"required": True}

# code, kind, modes; label and help in English and German; then the questions:
# code, kind, more fields; label and help in English and German; why we ask, in both
FORM = [
    (
        "project", "questions", [],
        "Your project", "Ihr Vorhaben",
        "What you want to do, in words that somebody understands who does not know you.",
        "Was Sie vorhaben, in Worten, die auch versteht, wer Sie nicht kennt.",
        [
            ("title", "short_text", {**NEED, "least": 1, "most": 150},
             "Title", "Titel",
             "One line that says what you will do. It is public after an award.",
             "Eine Zeile, die sagt, was Sie tun werden. Nach einer Zusage ist sie öffentlich."),
            ("abstract", "long_text", {**NEED, "least": 100, "most": 3000},
             "Abstract", "Zusammenfassung",
             "What you want to build, with which data and methods, and what it is good for.",
             "Was Sie bauen wollen, mit welchen Daten und Methoden, und wozu es gut ist.",
             "Everybody who checks your proposal reads this first.",
             "Alle, die Ihren Antrag prüfen, lesen das zuerst."),
            ("sector", "choice", NEED,
             "Sector", "Branche",
             "The field in which the result will be used. Choose the nearest one.",
             "Das Gebiet, in dem das Ergebnis genutzt wird. Wählen Sie das nächstliegende."),
            ("keywords", "short_text", {"most": 200, "modes": REVIEWED, **NEED},
             "Keywords", "Stichwörter",
             "Three to six words with commas between, such as “speech, low-rank adaptation”.",
             "Drei bis sechs Wörter mit Kommas dazwischen, etwa „Sprache, Low-Rank-Anpassung“.",
             "They lead to reviewers who know your field.",
             "Sie führen zu Gutachterinnen und Gutachtern, die Ihr Gebiet kennen."),
            ("eu_project", "short_text", {**NEED, "most": 60},
             "EU project", "EU-Projekt",
             ("Acronym and grant number of the Horizon Europe or Digital Europe project that this "
             "work is part of."),
             ("Akronym und Fördernummer des Projekts von Horizont Europa oder Digitales Europa, zu "
             "dem diese Arbeit gehört.")),
            ("civilian_use", "confirmation", NEED,
             "The work serves civilian purposes only.",
             "Die Arbeit dient ausschließlich zivilen Zwecken.",
             "The rules of EuroHPC JU allow no military use of this compute time.",
             "Die Regeln des EuroHPC JU erlauben keine militärische Nutzung dieser Rechenzeit."),
        ],
    ),
    (
        "team", "team", [],
        "Team", "Team",
        "Who works on this with you. They can write the proposal with you.",
        "Wer mit Ihnen daran arbeitet. Diese Personen können den Antrag mitschreiben.",
        [],
    ),
    (
        "lead", "questions", LED,
        "Principal investigator", "Projektleitung",
        "About the person who leads the work and signs for it.",
        "Über die Person, die die Arbeit leitet und dafür unterschreibt.",
        [
            ("cv_link", "link", {**NEED, "most": 500},
             "Link to a curriculum vitae", "Link zum Lebenslauf",
             "A public page with the career and the main publications or products.",
             ("Eine öffentliche Seite mit Werdegang und wichtigsten Veröffentlichungen oder "
             "Produkten.")),
            ("contract_until", "date", {**NEED, "modes": CLASSIC},
             "Contract ends on", "Vertrag endet am",
             ("The last day of your contract with the applying organisation. Without an end, "
             "enter 31 December 2099."),
             ("Der letzte Tag Ihres Vertrags mit der antragstellenden Organisation. Ohne Ende "
             "geben Sie den 31. Dezember 2099 ein."),
             "You must be employed there until three months after the allocation ends.",
             "Sie müssen dort bis drei Monate nach Ende der Zuteilung beschäftigt sein."),
            ("track", "choice",
             {**NEED, "modes": ["REG", "EXT"], "choices": [
                 ["scientific", "Scientific", "Wissenschaft"],
                 ["industry", "Industry", "Wirtschaft"],
                 ["public_administration", "Public administration", "Öffentliche Verwaltung"],
             ]},
             "Track", "Sparte",
             "Proposals compete within their track.",
             "Anträge stehen innerhalb ihrer Sparte im Wettbewerb."),
        ],
    ),
    (
        "background", "questions", INDUSTRIAL,
        "Background", "Hintergrund",
        "Where you stand today, with evidence.",
        "Wo Sie heute stehen, mit Belegen.",
        [
            ("product", "long_text", {**NEED, "least": 50, "most": 2000},
             "Organisation and product", "Organisation und Produkt",
             "What you do, for whom, and what this project adds to it.",
             "Was Sie tun, für wen, und was dieses Vorhaben hinzufügt."),
            ("prior_results", "long_text", {**NEED, "least": 50, "most": 3000},
             "Results so far", "Bisherige Ergebnisse",
             "What you have measured: model, data, hardware, run time, quality. Numbers convince.",
             ("Was Sie gemessen haben: Modell, Daten, Hardware, Laufzeit, Qualität. Zahlen "
             "überzeugen."),
             "They show that the hours asked for are realistic.",
             "Sie zeigen, dass die beantragten Stunden realistisch sind."),
        ],
    ),
    (
        "work_plan", "questions", NOT_PG,
        "Work plan", "Arbeitsplan",
        "What you will do in which order, and how you know that a step has worked.",
        ("Was Sie in welcher Reihenfolge tun werden und woran Sie erkennen, dass ein Schritt "
        "gelungen ist."),
        [
            ("work_plan", "long_text", {**NEED, "least": 50, "most": 4000},
             "Steps", "Schritte",
             "The steps with their methods, and what you do if one fails.",
             "Die Schritte mit ihren Methoden, und was Sie tun, wenn einer misslingt."),
            ("milestones", "rows",
             {"least": 1, "most": 12, "modes": INDUSTRIAL, **NEED, "choices": [
                 ["milestone", "Milestone", "Meilenstein"],
                 ["month", "Month", "Monat"],
                 ["proof", "Proof that it is reached", "Nachweis, dass er erreicht ist"],
             ]},
             "Milestones", "Meilensteine",
             "One row each: what is done, in which month of the allocation, and how it shows.",
             ("Je eine Zeile: was fertig ist, in welchem Monat der Zuteilung, und woran man es "
             "sieht.")),
        ],
    ),
    (
        "compute", "questions", [],
        "Compute time", "Rechenzeit",
        "How much of which machine you need, and for how long.",
        "Wie viel von welcher Maschine Sie brauchen, und wie lange.",
        [
            ("offer", "choice", NEED,
             "System", "System",
             "The machine that you want to use. Only machines that take proposals are listed.",
             ("Die Maschine, die Sie nutzen wollen. Nur Maschinen, die Anträge annehmen, stehen "
             "hier.")),
            ("gpu_hours", "number", {**NEED, "least": 1, "most": 2147483647,
                                     "unit_en": "GPU-hours", "unit_de": "GPU-Stunden"},
             "GPU-hours", "GPU-Stunden",
             ("One graphics processor for one hour. A node has several and is always counted "
             "as a whole."),
             "Ein Grafikprozessor für eine Stunde. Ein Knoten hat mehrere und zählt immer ganz."),
            ("months", "choice", NEED,
             "Months", "Monate",
             "How long you want to use the machine. Unused hours lapse at the end.",
             "Wie lange Sie die Maschine nutzen wollen. Unverbrauchte Stunden verfallen am Ende."),
            ("why_this_machine", "long_text",
             {**NEED, "least": 50, "most": 2000, "modes": ["LS", "SC", "REG", "EXT"]},
             "Why a smaller machine will not do", "Warum eine kleinere Maschine nicht genügt",
             "What your work needs that a regional machine or a cloud cannot give.",
             "Was Ihre Arbeit braucht und eine regionale Maschine oder eine Cloud nicht bietet."),
            ("gpus_per_job", "number",
             {**NEED, "least": 1, "most": 23536, "modes": NOT_PG,
              "unit_en": "GPUs", "unit_de": "GPUs"},
             "GPUs of a typical job", "GPUs eines typischen Jobs",
             "How many graphics processors one run uses at the same time.",
             "Wie viele Grafikprozessoren ein Lauf gleichzeitig nutzt."),
            ("gpus_at_once", "number",
             {"least": 1, "most": 23536, "modes": NOT_PG, "unit_en": "GPUs", "unit_de": "GPUs"},
             "Most GPUs at the same time", "Höchstens gleichzeitig genutzte GPUs",
             "Over all of your jobs together.",
             "Über alle Ihre Jobs zusammen."),
            ("storage_tb", "number",
             {**NEED, "least": 0, "most": 20000, "modes": NOT_PG,
              "unit_en": "terabytes", "unit_de": "Terabyte"},
             "Storage", "Speicherplatz",
             ("For data, checkpoints and results. A project has 20 terabytes without further "
             "questions."),
             ("Für Daten, Zwischenstände und Ergebnisse. Ein Projekt hat 20 Terabyte ohne weitere "
             "Rückfragen.")),
            ("transfer_tb", "number",
             {"least": 0, "most": 20000, "modes": NOT_PG,
              "unit_en": "terabytes", "unit_de": "Terabyte"},
             "Data to transfer", "Zu übertragende Daten",
             "What you bring to the machine at the beginning.",
             "Was Sie zu Beginn auf die Maschine bringen."),
            ("fallback_system", "short_text", {"most": 100, "modes": NOT_PG},
             "Another system that would do", "Ein anderes System, das auch genügt",
             "In case that the machine is full. Leave it empty if there is none.",
             "Falls die Maschine ausgebucht ist. Lassen Sie es leer, wenn es keines gibt."),
        ],
    ),
    (
        "resources", "resources", NOT_PG,
        "Itemised resources", "Ressourcen im Einzelnen",
        "How the hours add up, run by run.",
        "Wie sich die Stunden zusammensetzen, Lauf für Lauf.",
        [],
    ),
    (
        "software", "questions", [],
        "Software", "Software",
        "What will run on the machine.",
        "Was auf der Maschine laufen wird.",
        [
            ("frameworks", "short_text", {**NEED, "least": 2, "most": 300},
             "Frameworks and codes", "Frameworks und Programme",
             "With versions, such as “PyTorch 2.8, DeepSpeed 0.17”.",
             "Mit Versionen, etwa „PyTorch 2.8, DeepSpeed 0.17“.",
             "The site checks whether they are installed or who installs them.",
             "Das Rechenzentrum prüft, ob sie installiert sind oder wer sie installiert."),
            ("containers", "choice",
             {"modes": NOT_PG, "choices": [
                 ["none", "No containers", "Keine Container"],
                 ["apptainer", "Apptainer", "Apptainer"],
                 ["docker", "Docker images, converted", "Docker-Images, umgewandelt"],
             ]},
             "Containers", "Container",
             "The machine runs Apptainer; Docker images are converted.",
             "Auf der Maschine läuft Apptainer; Docker-Images werden umgewandelt."),
            ("arm_ready", "choice",
             {**NEED, "modes": NOT_PG, "choices": [
                 ["tested", "Tested on Arm", "Auf Arm getestet"],
                 ["builds", "Should build, not tested", "Sollte sich bauen lassen, ungetestet"],
                 ["x86_only", "Only built for x86 so far", "Bisher nur für x86 gebaut"],
                 ["unknown", "We do not know", "Wissen wir nicht"],
             ]},
             "Ready for Arm processors", "Bereit für Arm-Prozessoren",
             "JUPITER has Arm processors (aarch64). Programs built for x86 do not run there.",
             "JUPITER hat Arm-Prozessoren (aarch64). Für x86 gebaute Programme laufen dort nicht.",
             "The technical check offers help with porting where it is needed.",
             "Die technische Prüfung bietet Hilfe beim Portieren an, wo sie nötig ist."),
            ("scaling", "long_text",
             {**NEED, "least": 50, "most": 3000, "modes": ["LS", "DEV", "REG", "EXT"]},
             "How the code scales", "Wie das Programm skaliert",
             ("Run times on 1, 2, 4 … nodes of a machine that you name. Estimates are fine where "
             "you say so."),
             ("Laufzeiten auf 1, 2, 4 … Knoten einer genannten Maschine. Schätzungen genügen, wo "
             "Sie es dazusagen.")),
        ],
    ),
    (
        "data", "questions", [],
        "Data", "Daten",
        "Which data you bring, and whose they are.",
        "Welche Daten Sie mitbringen, und wem sie gehören.",
        [
            ("personal_data", "yes_no", NEED,
             "Do the data contain personal data?", "Enthalten die Daten personenbezogene Daten?",
             ("Anything about people who can be recognised: names, faces, voices, records. "
             "Pseudonymised data count as well."),
             ("Alles über erkennbare Menschen: Namen, Gesichter, Stimmen, Akten. Auch "
             "pseudonymisierte Daten zählen."),
             "Such data may be uploaded only after a data-processing agreement is signed.",
             ("Solche Daten dürfen erst hochgeladen werden, wenn ein "
             "Auftragsverarbeitungsvertrag unterschrieben ist.")),
            ("pseudonymised", "choice",
             {"modes": NOT_PG, "required_if": "personal_data", "choices": [
                 ["anonymous", "Anonymised", "Anonymisiert"],
                 ["pseudonymous", "Pseudonymised", "Pseudonymisiert"],
                 ["plain", "Neither", "Keines von beiden"],
             ]},
             "How are people protected?", "Wie werden Personen geschützt?",
             "Only where the data contain personal data.",
             "Nur, wenn die Daten personenbezogene Daten enthalten."),
            ("data_origin", "long_text", {**NEED, "least": 20, "most": 2000, "modes": NOT_PG},
             "Origin and size", "Herkunft und Umfang",
             "Each data set with its source and size, in terabytes or records.",
             "Jeder Datensatz mit Quelle und Umfang, in Terabyte oder Einträgen."),
            ("data_licence", "short_text", {**NEED, "least": 2, "most": 300, "modes": NOT_PG},
             "Licence or right to use", "Lizenz oder Nutzungsrecht",
             "Such as “CC BY 4.0”, “own data”, or the contract with the owner.",
             "Etwa „CC BY 4.0“, „eigene Daten“ oder der Vertrag mit dem Eigentümer."),
        ],
    ),
    (
        "compliance", "compliance", NOT_PG,
        "Trustworthy AI", "Vertrauenswürdige KI",
        "A guided interview on the AI Act, data protection and ethics.",
        "Ein geführtes Interview zu KI-Verordnung, Datenschutz und Ethik.",
        [],
    ),
    (
        "openness", "questions", INDUSTRIAL,
        "Openness", "Offenheit",
        "What becomes public, and what stays with you.",
        "Was öffentlich wird und was bei Ihnen bleibt.",
        [
            ("confidentiality", "choice",
             {**NEED, "choices": [
                 ["open", "Results will be public", "Ergebnisse werden öffentlich"],
                 ["partly", "Public in parts", "Teilweise öffentlich"],
                 ["confidential", "Confidential", "Vertraulich"],
             ]},
             "Results", "Ergebnisse",
             ("Free access in the classic modes is for open research. SMEs may ask for "
             "confidentiality in the AI Factory modes."),
             ("Freier Zugang in den klassischen Zugangswegen dient offener Forschung. KMU können "
             "in den Wegen der AI Factory um Vertraulichkeit bitten.")),
            ("intellectual_property", "long_text", {"most": 1500},
             "Intellectual property", "Geistiges Eigentum",
             "Whose the results will be, and which licences you plan.",
             "Wem die Ergebnisse gehören werden und welche Lizenzen Sie planen."),
        ],
    ),
    (
        "energy", "questions", REVIEWED,
        "Energy", "Energie",
        "How you keep the energy for your work low.",
        "Wie Sie den Energiebedarf Ihrer Arbeit gering halten.",
        [
            ("energy", "long_text", {**NEED, "least": 50, "most": 1500},
             "Energy statement", "Energie-Erklärung",
             ("Such as mixed precision, early stopping, starting from a trained model. The GPU-hour "
             "estimator gives you the energy in kilowatt-hours."),
             ("Etwa gemischte Genauigkeit, frühes Abbrechen, Start von einem trainierten Modell. "
             "Der GPU-Stunden-Schätzer nennt Ihnen die Energie in Kilowattstunden."),
             "The final report compares it with what was used.",
             "Der Abschlussbericht vergleicht sie mit dem Verbrauch."),
        ],
    ),
    (
        "support", "questions", [],
        "Support", "Unterstützung",
        "What the AI Factory can do for you, at no charge.",
        "Was die AI Factory für Sie tun kann, kostenlos.",
        [
            ("support_wanted", "choices",
             {"most": 7, "choices": [
                 ["onboarding", "First steps on the machine", "Erste Schritte auf der Maschine"],
                 ["porting", "Porting and tuning", "Portieren und Optimieren"],
                 ["data", "Preparing data", "Daten aufbereiten"],
                 ["adaptation", "Adapting models", "Modelle anpassen"],
                 ["compliance", "AI Act and data protection", "KI-Verordnung und Datenschutz"],
                 ["training", "Courses", "Kurse"],
                 ["matchmaking", "Finding partners", "Partner finden"],
             ]},
             "Help that you would like", "Hilfe, die Sie sich wünschen",
             "Tick what fits, or nothing. It does not change your chances.",
             "Kreuzen Sie an, was passt, oder nichts. Ihre Aussichten ändern sich dadurch nicht."),
        ],
    ),
    (
        "other_support", "questions", NOT_PG,
        "Other allocations and aid", "Andere Zuteilungen und Beihilfen",
        "What you have or have asked for elsewhere.",
        "Was Sie anderswo haben oder beantragt haben.",
        [
            ("has_other_allocations", "yes_no", NEED,
             "Do you have or await other compute time?",
             "Haben oder erwarten Sie andere Rechenzeit?",
             "On any public machine, for this or related work.",
             "Auf einer öffentlichen Maschine, für diese oder verwandte Arbeit.",
             "Two proposals must not ask for the same work.",
             "Zwei Anträge dürfen nicht für dieselbe Arbeit gestellt werden."),
            ("other_allocations", "long_text",
             {"most": 1500, "required_if": "has_other_allocations"},
             "Which?", "Welche?",
             "Machine, amount, period, and how the work differs from this one.",
             "Maschine, Menge, Zeitraum, und worin sich die Arbeit von dieser unterscheidet."),
            ("aid_declared", "confirmation", {**NEED, "modes": ["FL", "LS", "SC"]},
             "Our aid of the last three years is declared with our organisation.",
             "Unsere Beihilfen der letzten drei Jahre sind bei unserer Organisation angegeben.",
             "De minimis and other State aid. Nothing received counts as declared.",
             ("De-minimis- und andere staatliche Beihilfen. Wer nichts erhalten hat, bestätigt "
             "ebenfalls.")),
        ],
    ),
    (
        "attachments", "attachments", NOT_PG,
        "Attachments", "Anlagen",
        "Documents that belong to the proposal.",
        "Dokumente, die zum Antrag gehören.",
        [],
    ),
    (
        "declarations", "declarations", [],
        "Declarations", "Erklärungen",
        "What you sign with by submitting.",
        "Was Sie mit dem Einreichen unterschreiben.",
        [
            ("declared_true", "confirmation", NEED,
             "What we say is true and complete.",
             "Unsere Angaben sind wahr und vollständig.",
             "Whoever learns later that something has changed tells the access office.",
             "Wer später erfährt, dass sich etwas geändert hat, teilt es der Zugangsstelle mit."),
            ("declared_authority", "confirmation", NEED,
             "I may act for the organisation.",
             "Ich darf für die Organisation handeln.",
             "The organisation knows of this proposal and would accept the award.",
             "Die Organisation kennt diesen Antrag und würde die Zusage annehmen."),
        ],
    ),
]  # fmt: skip


def load(apps, _schema_editor):
    form_versions = apps.get_model("allocations", "FormVersion")
    proposals = apps.get_model("allocations", "Proposal")
    form = form_versions.objects.create(title="Application form 2026", valid_from=START)
    for place, row in enumerate(FORM, start=1):
        code, kind, modes, label_en, label_de, help_en, help_de, questions = row
        section = form.sections.create(
            position=10 * place,
            code=code,
            kind=kind,
            modes=modes,
            label_en=label_en,
            label_de=label_de,
            help_en=help_en,
            help_de=help_de,
        )
        for number, question in enumerate(questions, start=1):
            _add(section, question, position=10 * number)
    proposals.objects.update(form=form)


def _add(section, question, *, position):
    code, kind, more, label_en, label_de, help_en, help_de, *why = question
    why_en, why_de = why or ["", ""]
    section.questions.create(
        position=position,
        code=code,
        kind=kind,
        label_en=label_en,
        label_de=label_de,
        help_en=help_en,
        help_de=help_de,
        why_en=why_en,
        why_de=why_de,
        **more,
    )


class Migration(migrations.Migration):
    dependencies = [("allocations", "0027_application_form")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
