"""The demo's processes under one supervisor: each comes back when killed, none outlives it.

The supervisor is started in a session of its own, so that a Ctrl-C at the terminal reaches only
the command that started it, which then ends the processes in order: first those that work, last
the broker between them. Where ``setpriv`` is there, the kernel ends each process with its
parent, so that even ``kill -9`` of the supervisor leaves none behind.
"""

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from xmlrpc.client import ServerProxy

from supervisor.xmlrpc import SupervisorTransport

HEADER = """\
[supervisord]
nodaemon = true
silent = true
directory = {directory}
logfile = {log}/supervisor.log
logfile_maxbytes = 1MB
logfile_backups = 1
pidfile = {var}/supervisor.pid
childlogdir = {log}
{user}
[unix_http_server]
file = {socket}
chmod = 0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl = unix://{socket}
"""

GROUP = """
[group:{name}]
programs = {programs}
priority = {priority}
"""

PROGRAM = """
[program:{name}]
command = {command}
autorestart = true
startretries = 20
stopwaitsecs = {patience}
killasgroup = true
redirect_stderr = true
stdout_logfile = {log}/{name}.log
stdout_logfile_maxbytes = 5MB
stdout_logfile_backups = 2
"""


@dataclass(frozen=True)
class Program:
    """One process: its command, and how many seconds it has to end when told to."""

    name: str
    command: list[str]
    patience: int


@dataclass
class Supervisor:
    """supervisord over ``groups`` of programs, with everything it writes under ``var``.

    Groups start in their order and end in the opposite one; the programs of one end together.
    """

    groups: dict[str, list[Program]]
    var: Path
    socket: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __enter__(self):
        self.log.mkdir(parents=True, exist_ok=True)
        self.configuration.write_text(self._written())
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(self.configuration)]
        self.process = subprocess.Popen(  # noqa: S603  # our own command
            dying_with_parent(command),
            env=os.environ | self.environment,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
        )
        return self

    def __exit__(self, *_exception):
        """End every process; what does not end in its time is killed."""
        self.process.terminate()
        try:
            self.process.wait(timeout=sum(map(_patience, self.groups.values())) + 2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @property
    def log(self):
        return self.var / "log"

    @property
    def configuration(self):
        return self.var / "supervisor.conf"

    @property
    def has_ended(self):
        return self.process.poll() is not None

    def given_up(self):
        """The names of the programs that ended again and again while starting."""
        processes = ask(self.socket, "getAllProcessInfo") or []
        return [process["name"] for process in processes if process["statename"] == "FATAL"]

    def _written(self):
        places = {"log": self.log, "var": self.var, "socket": self.socket, "directory": Path.cwd()}
        places = {name: _escaped(str(path)) for name, path in places.items()}
        user = "user = root\n" if os.geteuid() == 0 else ""
        parts = [HEADER.format(**places, user=user)]
        for priority, (name, programs) in enumerate(self.groups.items(), start=1):
            names = ",".join(program.name for program in programs)
            parts.append(GROUP.format(name=name, programs=names, priority=priority))
            parts += [
                PROGRAM.format(
                    name=program.name,
                    command=_escaped(shlex.join(dying_with_parent(program.command))),
                    patience=program.patience,
                    log=places["log"],
                )
                for program in programs
            ]
        return "".join(parts)


def ask(socket, question):
    """The answer of the supervisor that listens on ``socket``; ``None`` where none does.

    One that is ending answers with a ``Fault``.
    """
    transport = SupervisorTransport(None, None, f"unix://{socket}")
    remote = ServerProxy("http://localhost", transport=transport)
    try:
        return getattr(remote.supervisor, question)()
    except OSError:
        return None
    finally:
        transport.close()


def dying_with_parent(command):
    """``command``, to be ended by the kernel when the process that starts it ends."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", *command] if setpriv else command


def _escaped(text):
    """``text`` as supervisord's configuration reads it, where % begins an expansion."""
    return text.replace("%", "%%")


def _patience(programs):
    return max(program.patience for program in programs)
