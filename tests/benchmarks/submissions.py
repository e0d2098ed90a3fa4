"""Jobs that eight programs submit at the same time, by REST, to a real server."""

import json
import os
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

from django.db import connection

from allocations.models import Job
from jaif_portal.flows.tokens import issue_token
from jaif_portal.models import Scope
from tests.allocations.processes import Process, database_url, free_port, wait_until

from .portal import active_allocation, fresh_database

CLIENTS = 8
AGAIN = 10  # each client sends every tenth request twice, as if it had not seen the answer


class Server(Process):
    """The portal behind gunicorn, as the demo runs it, without limits on requests."""

    def __init__(self, log):
        self.port = free_port()
        super().__init__(
            *(sys.executable, "-m", "gunicorn", "jaif_portal.wsgi"),
            *("--bind", f"127.0.0.1:{self.port}", "--no-control-socket"),
            *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload"),
            log=log,
            DATABASE_URL=database_url(),
            DJANGO_SETTINGS_MODULE=os.environ["DJANGO_SETTINGS_MODULE"],
            API_RATE_USER="1000000/min",
        )

    def answers(self):
        link = HTTPConnection("127.0.0.1", self.port)
        try:
            link.request("GET", "/health/")
            return link.getresponse().status == 200
        except ConnectionRefusedError:
            return False
        finally:
            link.close()


class Client:
    def __init__(self, name, *, port, secret, allocation):
        self.name, self.allocation = name, allocation
        self.link = HTTPConnection("127.0.0.1", port)
        self.headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    def submit_all(self, number):
        """The numbers of the jobs that it was told."""
        told = []
        for count in range(number):
            told.append(self._submit(count))
            if count % AGAIN == 0:
                assert self._submit(count) == told[-1]
        return told

    def _submit(self, count):
        name = f"{self.name}-{count}"
        body = {"allocation": self.allocation, "name": name, "nodes": 1, "time_limit": 60}
        self.link.request(
            "POST", "/api/v1/jobs/", json.dumps(body), self.headers | {"Idempotency-Key": name}
        )
        answer = self.link.getresponse()
        text = answer.read()
        assert answer.status == 201, text
        return json.loads(text)["id"]


def _cpu_of_children():
    """CPU seconds of the processes that have ended, the database's not among them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(number, *, log):
    """``{figure: value}`` of ``number`` submissions."""
    with fresh_database():
        allocation = active_allocation()
        person = allocation.project.proposal.applicant
        _token, secret = issue_token(person, name="benchmark", scopes=Scope.values, days=1)
        cpu_before = _cpu_of_children()
        server = Server(log)
        try:
            wait_until(server.answers)
            clients = [
                Client(f"client-{i}", port=server.port, secret=secret, allocation=allocation.pk)
                for i in range(CLIENTS)
            ]
            began = time.perf_counter()
            with ThreadPoolExecutor(CLIENTS) as pool:
                told = list(pool.map(lambda client: client.submit_all(number // CLIENTS), clients))
            taken = time.perf_counter() - began
        finally:
            server.end()
        stored = list(Job.objects.filter(allocation=allocation).values_list("pk", "name"))
        connection.close()
    known = {pk for numbers in told for pk in numbers}
    return {
        "jobs": number,
        "lost": len(known - {pk for pk, _name in stored}),
        "doubled": len(stored) - len({name for _pk, name in stored}),
        "s": taken,
        "jobs/s": number / taken,
        "CPU ms/job": 1000 * (_cpu_of_children() - cpu_before) / number,
    }
