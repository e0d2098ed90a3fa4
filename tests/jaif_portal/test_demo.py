"""The real demo in a folder of its own: it answers, survives kills, and leaves nothing behind."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from .demo_run import DemoRun, free_port, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into /proc"),
]
PROGRAMS = {"broker", "web", "worker", "forecaster", "beat"}
needs_setpriv = pytest.mark.skipif(not shutil.which("setpriv"), reason="setpriv is missing")


@pytest.fixture
def demo(tmp_path):
    run = DemoRun(tmp_path, free_port())
    run.start()
    yield run
    run.clear()


def database(demo):
    return closing(sqlite3.connect(demo.var / "demo.sqlite3"))


def people(demo):
    with database(demo) as connection:
        return connection.execute("SELECT email FROM onboarding_user ORDER BY email").fetchall()


def test_a_killed_process_comes_back_and_ctrl_c_ends_them_all(demo):
    wait_until(lambda: set(demo.running()) == PROGRAMS)
    before = demo.running()

    for name, pid in before.items():
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda n=name, p=pid: demo.running().get(n, p) != p)
        wait_until(lambda: demo.answer() == 200)
    code, seconds = demo.end(signal.SIGINT)

    assert set(before) == PROGRAMS
    assert code == 0
    assert seconds < 10
    assert demo.pids() == []
    with database(demo) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@needs_setpriv
def test_a_killed_supervisor_takes_every_process_along(demo):
    before = people(demo)

    os.kill(int((demo.var / "supervisor.pid").read_text()), signal.SIGKILL)
    code = demo.process.wait(timeout=20)
    wait_until(lambda: demo.pids() == [])

    assert code == 1
    assert "Start the demo again: nothing is lost." in demo.words()
    seconds = demo.start()
    print(f"The second start took {seconds:.1f} s.")  # noqa: T201  # measured, not asserted
    assert people(demo) == before


@needs_setpriv
def test_a_killed_command_takes_every_process_along_and_can_start_at_once(demo):
    before = people(demo)

    demo.end(signal.SIGKILL)
    demo.start()

    assert demo.answer() == 200
    assert people(demo) == before
    assert demo.end(signal.SIGTERM)[0] == 0
    assert demo.pids() == []


def test_a_second_demo_in_the_same_folder_is_refused(demo):
    refusal = refused(demo.var, free_port())

    assert refusal == (
        f"CommandError: The demo is already running in {demo.var}: end that one first."
    )


def test_a_taken_port_is_refused_in_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refusal = refused(tmp_path, port)

    assert refusal == (
        f"CommandError: Port {port} on 127.0.0.1 is taken: name another one, for example PORT=8001."
    )


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "many"}, "PORT=many is no port: name a number between 1 and 65535."),
        ({"PORT": "70000"}, "PORT=70000 is no port: name a number between 1 and 65535."),
        ({"HOST": "192.0.2.1"}, "HOST=192.0.2.1 is no address of this machine."),
        (
            {"DJANGO_SETTINGS_MODULE": "jaif_portal.settings.test"},
            "The demo runs with DJANGO_SETTINGS_MODULE=jaif_portal.settings.demo alone.",
        ),
    ],
)
def test_what_cannot_work_is_refused_in_one_sentence(tmp_path, environment, sentence):
    assert refused(tmp_path, free_port(), **environment) == f"CommandError: {sentence}"


def refused(var, port, **environment):
    run = DemoRun(var, port, **environment)
    answer = subprocess.run(
        [sys.executable, "manage.py", "demo"],
        env=run.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 1
    return answer.stderr.strip()


def test_the_demo_runs_without_the_embedded_server(tmp_path):
    run = DemoRun(tmp_path, free_port(), JAIF_BROKER="files")
    try:
        run.start()
        assert set(run.running()) <= PROGRAMS - {"broker"}
        wait_until(lambda: any((tmp_path / "broker" / "control").iterdir()))
        assert run.end()[0] == 0
    finally:
        run.clear()
