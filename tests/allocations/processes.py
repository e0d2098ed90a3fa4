"""Real processes for tests: Celery's worker and beat, and a Redis of one's own."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import connection

from jaif_portal.settings.embedded import valkey_server

QUEUES = "default,simulation,mail"
WORKER = ("worker", "--queues", QUEUES, "--concurrency", "2", "--without-mingle")


def wait_until(condition, *, seconds=40):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not get there in time"
        time.sleep(0.05)


class Process:
    """A process in a group of its own, which can be killed, and started again as before."""

    def __init__(self, *command, log, **environment):
        self.command = [str(part) for part in command]
        self.environment = os.environ | environment
        self.log = log
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            self.command,
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def kill(self):
        self._send(signal.SIGKILL)

    def end(self):
        """Let it end as it likes to; the CPU time of its children counts as ours then."""
        self._send(signal.SIGTERM)

    def _send(self, number):
        os.killpg(self.process.pid, number)
        self.process.wait(timeout=20)

    def kill_and_restart(self):
        self.kill()
        self.start()

    def kill_a_child(self, rng=random):
        """Kill one of the processes that it has started, if there is one."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if children:
            os.kill(int(rng.choice(children)), signal.SIGKILL)

    def keep_alive(self):
        """Start it again where it has ended, as a supervisor does."""
        if self.process.poll() is not None:
            self.start()


def database_url():
    """Where other processes find the test's database."""
    url = urlsplit(os.environ["DATABASE_URL"])
    return url._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def celery(*arguments, log, **environment):
    """A Celery process on the test's database and broker."""
    command = (sys.executable, "-m", "celery", "-A", "jaif_portal", *arguments)
    surroundings = {"DATABASE_URL": database_url(), "CELERY_EAGER": "false"} | environment
    return Process(*command, log=log, **surroundings)


class Broker(Process):
    """A Redis on a free port, which forgets everything when it is killed."""

    def __init__(self, *, folder, log):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        binary = shutil.which("redis-server") or valkey_server()
        options = ("--port", self.port, "--bind", "127.0.0.1", "--save", "", "--dir", folder)
        super().__init__(binary, *options, log=log)

    def answers(self):
        with redis.Redis(port=self.port) as client:
            try:
                return client.ping()
            except redis.ConnectionError:
                return False
