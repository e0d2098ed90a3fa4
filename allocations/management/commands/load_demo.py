"""Demo data: people, organisations, proposals at each stage, a project, and a busy machine."""

import datetime as dt
import functools

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand
from django.db import transaction

from allocations.flows import lifecycle
from allocations.flows.assessments import answer_questions
from allocations.flows.associations import acknowledge_associations
from allocations.flows.change_requests import request_change
from allocations.flows.clarifications import ask_applicant
from allocations.flows.closures import drain_nodes
from allocations.flows.evaluation import find_eligible, find_feasible
from allocations.flows.jobs import submit_job
from allocations.flows.offers import accept_offer
from allocations.flows.proposals import begin_proposal, submit_proposal
from allocations.flows.queue import advance_partition
from allocations.flows.reports import begin_interim_report
from allocations.flows.waits import sum_up_waits
from allocations.management.checklists import tick_all
from allocations.management.demo_compliance import HARMLESS, OF_ITS_OWN
from allocations.management.demo_requests import FIRMS, REQUESTS
from allocations.management.review_round import load_review_round
from allocations.models import (
    Allocation,
    Call,
    CallState,
    ChangeKind,
    Partition,
    Proposal,
    Round,
    SystemOffer,
)
from jaif_portal import clock
from jaif_portal.flows.clock import resume_clock, start_clock
from onboarding.flows.agreements import accept_terms, current_terms
from onboarding.flows.cases import check_case
from onboarding.flows.keys import add_key
from onboarding.flows.organisations import create_organisation
from onboarding.models import Country, OrganisationType, Role, Terms, User

from ..drafts import SHORT_ANSWERS, half_written

PASSWORD = "jupiter-demo-26"  # noqa: S105  # the demo's accounts are open to whoever runs it
RATE = 60  # an hour of the machine passes in a minute
WARM_UP = dt.timedelta(days=2)  # so that the machine is as busy as it usually is
KEY = (
    'from="192.0.2.0/24" ssh-ed25519 '
    "AAAAC3NzaC1lZDI1NTE5AAAAINYWXrY0HZGWrDq3zR3vVQHe8mGOF4Fz3YUnZbrzEPQO demo"
)

PEOPLE = [  # address, name, role, what for
    ("founder@demo.example", "Mara Lindqvist", None, "start-up PI with an active project"),
    ("member@demo.example", "Jonas Weber", None, "team member of that project"),
    ("offered@demo.example", "Sofia Marino", None, "start-up PI with an offer to accept"),
    ("waiting@demo.example", "Pieter de Vries", None, "start-up PI, proposal being checked"),
    ("asked@demo.example", "Lea Hoffmann", None, "start-up PI with questions to answer"),
    ("officer@demo.example", "Hannah Vogt", Role.ACCESS_OFFICER, "access officer"),
    ("technical@demo.example", "Emre Aydin", Role.TECHNICAL_REVIEWER, "technical reviewer"),
    ("lead@demo.example", "Signe Lund", Role.TECHNICAL_LEAD, "technical lead: second person"),
    ("peer@demo.example", "Claire Fontaine", Role.PEER_REVIEWER, "peer reviewer"),
    ("chair@demo.example", "Tomas Novak", Role.PANEL_CHAIR, "panel chair"),
    ("publisher@demo.example", "Piotr Zielinski", Role.PUBLISHER, "publisher: confirms a round"),
    ("officer2@demo.example", "Lea Brandt", Role.ACCESS_OFFICER, "access officer, second person"),
    ("onboarding@demo.example", "Ines Keller", Role.ONBOARDING_OFFICER, "onboarding officer"),
    ("auditor@demo.example", "Greta Olsen", Role.AUDITOR, "auditor: reads all, writes nothing"),
    ("admin@demo.example", "Ada Sommer", Role.ADMINISTRATOR, "administrator: clock, people"),
]


class Command(BaseCommand):
    help = "Load the demo data. What is already there is left alone."

    def handle(self, *args, **options):
        start_clock(rate=RATE)
        resume_clock()
        with transaction.atomic():
            people = {email: person(email, name, role) for email, name, role, _what in PEOPLE}
            lifecycle.fund_shares(at=clock.now())
            open_call(at=clock.now())
            stages = {
                "founder@demo.example": active,
                "offered@demo.example": offered,
                "waiting@demo.example": submitted,
                "asked@demo.example": asked,
            }
            for email, stage in stages.items():
                if not Proposal.objects.filter(applicant=people[email]).exists():
                    stage(people[email], people)
            load_review_round(people, make_person=person)
            half_written(people["founder@demo.example"], with_member=people["member@demo.example"])
        self._warm_up(operator=people["admin@demo.example"])
        self._submit_jobs(people["founder@demo.example"])
        ask_for_a_team(people["founder@demo.example"])
        self._print_accounts()

    def _warm_up(self, *, operator):
        """Let the other users' jobs fill the machine, once; a rack is out for repair."""
        for partition in Partition.objects.filter(advanced_until=None):
            now = clock.now()
            partition.advanced_until = now - WARM_UP
            partition.save(update_fields=["advanced_until"])
            advance_partition(partition.pk, until=now)
            reason = "New firmware for the switches"
            drain_nodes(partition, by=operator, nodes="61", reason=reason)
            partition.refresh_from_db()
            sum_up_waits(partition)

    def _submit_jobs(self, founder):
        allocation = Allocation.objects.filter(project__proposal__applicant=founder).first()
        if allocation is None or allocation.jobs.exists():
            return
        first = submit_job(allocation, by=founder, name="tokenise", nodes=1, time_limit=3600)
        second = submit_job(allocation, by=founder, name="lora-8b", nodes=8, time_limit=6 * 3600)
        submit_job(
            allocation,
            by=founder,
            name="evaluate",
            nodes=2,
            time_limit=2 * 3600,
            array="0-3%2",
            after=f"afterany:{first.pk}:{second.pk}",
        )

    def _print_accounts(self):
        self.stdout.write(f"Demo accounts (password of each: {PASSWORD})")
        width = max(len(email) for email, *_rest in PEOPLE)
        for email, _name, _role, what in PEOPLE:
            self.stdout.write(f"  {email:{width}}  {what}")


def person(email, name, role):
    """The account with this address; made with a confirmed address where there is none."""
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create(
            email=email, password=_hashed_password(), name=name, is_staff=role is not None
        )
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        if role is not None:
            user.groups.add(Group.objects.get(name=role))
    return user


@functools.cache
def _hashed_password():
    """The one password of all accounts, hashed once: for each anew it takes seconds."""
    return make_password(PASSWORD)


def open_call(*, at):
    """The Playground call that is open at portal time ``at``: another for each year."""
    calls = Call.objects.filter(mode__code="PG").order_by("-opens_at")
    if any(call.is_open(at=at) for call in calls):
        return
    last, year = calls.first(), at.year
    call = Call.objects.create(
        mode=last.mode,
        title_en=f"Playground access {year}",
        title_de=f"Playground-Zugang {year}",
        state=CallState.OPEN,
        opens_at=dt.datetime(year, 1, 1, tzinfo=dt.UTC),
        closes_at=dt.datetime(year + 1, 1, 1, tzinfo=dt.UTC),
    )
    Round.objects.create(call=call, year=year, number=1)
    partition = last.offers.get().partition
    share = partition.shares.filter(code="eurohpc", starts_at__lte=at, ends_at__gt=at).first()
    SystemOffer.objects.create(
        call=call, partition=partition, share=share or last.offers.get().share
    )


def submitted(applicant, _people):
    name, country, number, staff = FIRMS[applicant.email]
    organisation = create_organisation(
        by=applicant,
        name=name,
        kind=OrganisationType.START_UP,
        country=Country.objects.get(code=country),
        registration_number=number,
        founded_on=dt.date(2023, 4, 1),
        staff=staff,
        turnover_eur=600_000,
        balance_sheet_eur=1_400_000,
    )
    title, sector, abstract = REQUESTS[applicant.email]
    call = Call.objects.filter(mode__code="PG").latest("opens_at")
    proposal = begin_proposal(
        call,
        organisation=organisation,
        by=applicant,
        title=title,
        abstract=abstract,
        sector=sector,
        offer=call.offers.get(),
        gpu_hours=5000,
        months=2,
        civilian_use=True,
        **SHORT_ANSWERS,
        team=["member@demo.example"] if applicant.email == "founder@demo.example" else [],
    )
    answers = HARMLESS | OF_ITS_OWN.get(applicant.email, {})
    answer_questions(proposal, answers, by=applicant, version=1)
    return submit_proposal(proposal, by=applicant)


def asked(applicant, people):
    ask_applicant(
        submitted(applicant, people),
        by=people["officer@demo.example"],
        question=(
            "Where do the river levels come from, and under which licence?\n"
            "Please also say in the abstract how large the data set is."
        ),
        fields=["abstract"],
    )


def ask_for_a_team(founder):
    """A change request that waits for the officer, and an interim report that is begun, once."""
    allocation = Allocation.objects.filter(project__proposal__applicant=founder).first()
    if allocation is None or allocation.changes.exists():
        return
    request_change(
        allocation,
        by=founder,
        kind=ChangeKind.CHANGE_TEAM,
        people=["member@demo.example", "new-member@demo.example"],
        reason="A colleague joins us for the evaluation of the fine-tuned models.",
    )
    begin_interim_report(allocation, by=founder)


def offered(applicant, people):
    proposal = submitted(applicant, people)
    officer = people["officer@demo.example"]
    tick_all(proposal, by=officer)
    find_eligible(proposal, by=officer)
    return find_feasible(proposal, by=people["technical@demo.example"])


def active(applicant, people):
    """A project whose onboarding is complete.

    The second factor is taken away again at the end: visitors sign in with the password.
    """
    allocation = accept_offer(offered(applicant, people), by=applicant).allocations.get()
    now = clock.now()
    accept_terms(current_terms(Terms.Kind.USAGE, at=now), by=applicant)
    add_key(applicant, name="demo", public_key=KEY, at=now)
    factor = Authenticator.objects.create(
        user=applicant, type=Authenticator.Type.TOTP, data={"secret": ""}
    )
    acknowledge_associations(allocation.partition, at=now)
    check_case(allocation.case, at=now)
    factor.delete()
    lifecycle.activate_ready(at=now)
