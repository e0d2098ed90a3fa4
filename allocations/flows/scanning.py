"""Asking a virus scanner about a file before it is kept.

``ATTACHMENT_SCANNER`` names a callable that takes the content and answers with the name of what
it found, or with nothing. It is asked while the person waits: a file is either clean and kept,
or refused, so that nobody ever meets one that is still being looked at.
"""

import socket

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from ..exceptions import AttachmentRefused, ScannerNotReady

CHUNK = 1 << 16
PATIENCE = 30  # seconds for an answer


def scan(content):
    """The scanner's name, empty where none is set.

    Raises ``AttachmentRefused`` for a finding, and ``ScannerNotReady`` without an answer.
    """
    name = settings.ATTACHMENT_SCANNER
    if not name:
        return ""
    try:
        finding = import_string(name)(content)
    except OSError as error:
        raise ScannerNotReady from error
    if finding:
        raise AttachmentRefused(
            _("The virus scanner found “%(finding)s” in this file. Clean the file, then try again.")
            % {"finding": finding}
        )
    return name


def clamd(content):
    """Ask ClamAV's daemon at ``CLAMD_ADDRESS``, a socket's path or host:port, by INSTREAM."""
    with _connect(settings.CLAMD_ADDRESS) as connection:
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), CHUNK):
            chunk = content[start : start + CHUNK]
            connection.sendall(len(chunk).to_bytes(4, "big") + chunk)
        connection.sendall(bytes(4))
        answer = _read(connection)
    if answer == "stream: OK":
        return ""
    if answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise OSError(f"clamd answered {answer!r}")


def _connect(address):
    host, colon, port = address.rpartition(":")
    if colon and port.isdigit():
        return socket.create_connection((host, int(port)), timeout=PATIENCE)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(PATIENCE)
    try:
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def _read(connection):
    answer = b""
    while not answer.endswith(b"\0") and (part := connection.recv(4096)):
        answer += part
    return answer.rstrip(b"\0").decode(errors="replace").strip()
