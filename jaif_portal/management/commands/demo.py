"""The whole portal in one command: database, demo data, broker, web server, worker and beat."""

import io
import os
import signal
import time

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from ...demo import DemoRefused, answers, groups, refuse_taken_port, wait_for_earlier_demo
from ...flows.clock import pause_clock
from ...supervision import Supervisor

SETTINGS = "jaif_portal.settings.demo"
STARTING_LIMIT = 90  # seconds until the portal must answer
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = "Start the portal with demo data on this machine; Ctrl-C ends it."
    requires_system_checks = ()

    def handle(self, **_options):
        if os.environ["DJANGO_SETTINGS_MODULE"] != SETTINGS:
            raise CommandError(f"The demo runs with DJANGO_SETTINGS_MODULE={SETTINGS} alone.")
        for number in ENDING_SIGNALS:
            signal.signal(number, _end)
        self.began = time.monotonic()
        try:
            self._run()
        except KeyboardInterrupt:
            pause_clock()  # the loader of the demo data lets it go on
            self._say("Every process has ended. The data stay in", settings.VAR_DIR)

    def _run(self):
        try:
            wait_for_earlier_demo(patience=10)
            refuse_taken_port(patience=3)
        except DemoRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        accounts = self._prepare()
        self._say("Starting broker, web server, worker and beat ...")
        with Supervisor(
            groups(),
            var=settings.VAR_DIR,
            socket=settings.SUPERVISOR_SOCKET,
            environment={"DJANGO_SETTINGS_MODULE": SETTINGS, "PYTHONUNBUFFERED": "1"},
        ) as supervisor:
            try:
                self._wait_until_it_answers(supervisor)
                self._welcome(accounts)
                self._watch(supervisor)
            finally:
                for number in ENDING_SIGNALS:
                    signal.signal(number, signal.SIG_IGN)
                self._say("\nEnding every process ...")

    def _prepare(self):
        """Bring database and demo data up to date; return what the loader says of its accounts."""
        self._say("Preparing the database in", settings.VAR_DIR, "...")
        call_command("migrate", verbosity=0)
        said = io.StringIO()
        if "load_demo" in get_commands():
            self._say("Loading the demo data ...")
            call_command("load_demo", stdout=said)
        connections.close_all()
        return said.getvalue()

    def _wait_until_it_answers(self, supervisor):
        deadline = time.monotonic() + STARTING_LIMIT
        while not answers():
            self._check(supervisor)
            if time.monotonic() > deadline:
                raise CommandError(f"The portal does not answer: see {supervisor.log}/web.log")
            time.sleep(0.1)

    def _watch(self, supervisor):
        while True:
            self._check(supervisor)
            time.sleep(1)

    def _check(self, supervisor):
        if supervisor.has_ended:
            raise CommandError(
                "The supervisor was killed, and the other processes end with it. "
                "Start the demo again: nothing is lost."
            )
        for name in supervisor.given_up():
            raise CommandError(
                f"The process {name} does not start: see {supervisor.log}/{name}.log"
            )

    def _welcome(self, accounts):
        url = settings.PORTAL_URL
        self._say(f"\nThe portal answers at {url}/ (after {time.monotonic() - self.began:.1f} s)\n")
        self._say(accounts)
        self._say(f"\nAn API token: sign in and open {url}/tokens/, or run")
        self._say("    .venv/bin/python manage.py issue_token EMAIL")
        self._say(f"Mail that the portal sends: {url}/mailbox/    REST: {url}/api/docs/")
        self._say(f"Logs: {settings.VAR_DIR}/log/")
        self._say("Ctrl-C ends the demo.")

    def _say(self, *words):
        self.stdout.write(" ".join(map(str, words)))
        self.stdout.flush()


def _end(_number, _frame):
    raise KeyboardInterrupt
