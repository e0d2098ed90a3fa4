"""What the demo consists of, and where it listens."""

import errno
import http.client
import socket
import sys
import time
from xmlrpc.client import Fault

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .supervision import Program, ask

LAST_PORT = 65_535

# What to answer when an address cannot be taken. Whole sentences: they end the command.
REFUSALS = {
    errno.EADDRINUSE: "Port {port} on {host} is taken: name another one, for example PORT=8001.",
    errno.EACCES: "Port {port} needs more rights: name one above 1023, for example PORT=8001.",
    errno.EADDRNOTAVAIL: "HOST={host} is no address of this machine.",
}


class DemoRefused(ImproperlyConfigured):
    """The demo cannot start here; the message says what to do."""


def groups():
    """The demo's processes in starting order; without an embedded broker, one less."""
    broker = {"carrier": [Program("broker", _broker(), patience=2)]}
    portal = {
        "portal": [
            Program("web", _web(), patience=3),
            Program("worker", _worker("default,simulation,mail", processes=2), patience=4),
            Program("forecaster", _worker("forecasts", processes=1), patience=4),
            Program("beat", _beat(), patience=3),
        ]
    }
    return (broker if settings.BROKER_BINARY else {}) | portal


def wait_for_earlier_demo(*, patience):
    """Let a demo in the same folder that is ending end; refuse one that is running."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            if ask(settings.SUPERVISOR_SOCKET, "getState") is None:
                return
        except Fault:  # it is ending
            time.sleep(0.1)
        else:
            break
    raise DemoRefused(f"The demo is already running in {settings.VAR_DIR}: end that one first.")


def refuse_taken_port(*, patience):
    """Raise ``DemoRefused`` unless the port is free within ``patience`` seconds.

    An earlier demo that was killed may need this long to let it go.
    """
    deadline = time.monotonic() + patience
    family, address = _address()
    while True:
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise DemoRefused(_refusal(error)) from error
            time.sleep(0.1)
        else:
            return


def answers():
    """Whether the portal says that it is up."""
    family, (host, port, *_rest) = _address()
    if host in {"0.0.0.0", "::"}:  # noqa: S104  # compared, not bound
        host = "127.0.0.1" if family == socket.AF_INET else "::1"
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/health/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _address():
    host, port = settings.DEMO_HOST, settings.DEMO_PORT
    if not port.isdecimal() or not 1 <= int(port) <= LAST_PORT:
        raise DemoRefused(f"PORT={port} is no port: name a number between 1 and {LAST_PORT}.")
    try:
        found = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)
    except OSError as error:
        raise DemoRefused(REFUSALS[errno.EADDRNOTAVAIL].format(host=host)) from error
    family, _type, _protocol, _name, address = found[0]
    return family, address


def _refusal(error):
    sentence = REFUSALS.get(error.errno, "The demo cannot listen on {host}, port {port}: {error}")
    return sentence.format(host=settings.DEMO_HOST, port=settings.DEMO_PORT, error=error.strerror)


def _broker():
    settings.BROKER_DIR.mkdir(exist_ok=True)
    options = {
        "--port": "0",
        "--unixsocket": str(settings.BROKER_SOCKET),
        "--unixsocketperm": "700",
        "--dir": str(settings.BROKER_DIR),
        "--appendonly": "yes",
        "--save": "",
        "--maxmemory": "256mb",
        "--maxmemory-policy": "noeviction",
    }
    return [str(settings.BROKER_BINARY), *(word for option in options.items() for word in option)]


def _web():
    host = f"[{settings.DEMO_HOST}]" if ":" in settings.DEMO_HOST else settings.DEMO_HOST
    return [
        *(sys.executable, "-m", "gunicorn", "jaif_portal.wsgi"),
        *("--bind", f"{host}:{settings.DEMO_PORT}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload"),
        *("--graceful-timeout", "1", "--no-control-socket"),
    ]


def _worker(queues, *, processes):
    return [
        *(*_celery(), "worker", "--queues", queues, "--concurrency", str(processes)),
        *("--hostname", f"{queues.partition(',')[0]}@%h"),
        *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
    ]


def _beat():
    return [
        *_celery(),
        "beat",
        "--schedule",
        str(settings.BROKER_DIR / "beat-schedule"),
        "--pidfile",
        "",
    ]


def _celery():
    """Pages go first where processors are few: what works in the background is nice to them."""
    return "nice", "-n", "5", sys.executable, "-m", "celery", "--app", "jaif_portal", "--no-color"
