"""Print who may do what with a proposal, where it stands, as a page of the reference."""

from types import SimpleNamespace

import rules
from django.core.management.base import BaseCommand

from allocations.flows.matrix import EVENTS, PLACES
from onboarding.models import Role, User

HEAD = """# Who may do what with a proposal

Printed by `manage.py permissions` from the table of the process and the rules; a test tries every
event at every place as every role and compares. Nobody acts as staff on a proposal whose team or
organisation they belong to, and whoever took part in a decision does not decide on the appeal.
"""


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        self.stdout.write(page(), ending="")


def page():
    lines = [HEAD, "| event | possible | leads to | who |", "|---|---|---|---|"]
    for event in EVENTS:
        places = [place for place in PLACES if place in event.leads]
        led = sorted({str(state.value) for state in event.leads.values()})
        who = ", ".join(people(event.permission))
        possible = "anywhere before the end" if len(places) > MANY else ", ".join(places)
        lines.append(f"| {event.name} | {possible} | {', '.join(led)} | {who} |")
    return "\n".join(lines) + "\n"


MANY = 5


def people(permission):
    """The applicant and the roles that the rules give ``permission`` to."""
    proposal = SimpleNamespace(applicant_id=APPLICANT)
    found = ["applicant"] if rules.has_perm(permission, _person(APPLICANT), proposal) else []
    roles = (role.value for role in Role if rules.has_perm(permission, _person(2, role), None))
    return [*found, *roles]


APPLICANT = 1


def _person(pk, *roles):
    """Nobody of the database: the groups are put where django-rules remembers them."""
    person = User(pk=pk)
    person._group_names_cache = {role.value for role in roles}
    return person
