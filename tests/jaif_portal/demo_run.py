"""A running demo, seen from outside: its processes, its address, its end."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from xmlrpc.client import Fault

from django.conf import settings

from jaif_portal.settings.embedded import socket_path
from jaif_portal.supervision import ask

LIMIT = 240  # seconds for what takes half a minute on an idle machine


class DemoRun:
    """``manage.py demo`` with its own folder and port."""

    def __init__(self, var, port, **environment):
        self.var, self.port = var, port
        inherited = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
        self.environment = inherited | {"JAIF_VAR": str(var), "PORT": str(port)} | environment

    def start(self):
        began = time.monotonic()
        self.said = (self.var / "said.txt").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo"],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=self.said,
            stderr=subprocess.STDOUT,
        )
        wait_until(lambda: "Ctrl-C ends the demo." in self.words(), also=self.is_up)
        return time.monotonic() - began

    def end(self, number=signal.SIGINT):
        """Send the signal; return the exit code and how many seconds it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(timeout=LIMIT)
        return code, time.monotonic() - began

    def clear(self):
        """Leave nothing behind, whatever a test has done."""
        for pid in self.pids():
            os.kill(pid, signal.SIGKILL)
        self.process.wait(timeout=LIMIT)
        self.said.close()

    def is_up(self):
        assert self.process.poll() is None, self.words()
        return True

    def words(self):
        return Path(self.said.name).read_text(encoding="utf-8")

    def answer(self, path="/health/"):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as page:
                return page.status
        except OSError as error:
            return getattr(error, "code", None)

    def running(self):
        """The process number of each program that is running, by name."""
        try:
            found = ask(socket_path(self.var, "supervisor.sock"), "getAllProcessInfo") or []
        except Fault:
            found = []
        return {each["name"]: each["pid"] for each in found if each["statename"] == "RUNNING"}

    def pids(self):
        """Every process that was started with this folder in its environment, children too."""
        mark = f"JAIF_VAR={self.var}".encode()
        found = Path("/proc").glob("[0-9]*")
        return [int(entry.name) for entry in found if mark in _environment(entry)]


def wait_until(condition, *, also=lambda: True):
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert also()
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _environment(entry):
    try:
        return (entry / "environ").read_bytes().split(b"\0")
    except OSError:  # it has ended meanwhile
        return []
