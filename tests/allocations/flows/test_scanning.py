"""Asking ClamAV's daemon, in its own words, at a daemon of ours."""

import socket
import threading

import pytest

from allocations.exceptions import AttachmentRefused, ScannerNotReady
from allocations.flows.scanning import scan
from tests.allocations.uploads import pdf

CONTENT = pdf() * 300  # of several chunks


@pytest.fixture
def daemon(settings, tmp_path):
    """A daemon that takes one stream and gives the answer it was told to; what it took is kept."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(tmp_path / "clamd"))
    listener.listen(1)
    taken = bytearray()
    threads = []

    def serve(answer):
        connection, _address = listener.accept()
        with connection, connection.makefile("rb") as stream:
            taken.extend(stream.read(len(b"zINSTREAM\0")))
            while length := int.from_bytes(stream.read(4), "big"):
                taken.extend(stream.read(length))
            connection.sendall(answer)

    def start(answer):
        threads.append(threading.Thread(target=serve, args=(answer,)))
        threads[-1].start()
        return taken

    settings.ATTACHMENT_SCANNER = "allocations.flows.scanning.clamd"
    settings.CLAMD_ADDRESS = str(tmp_path / "clamd")
    yield start
    for thread in threads:
        thread.join(timeout=10)
    listener.close()


def test_a_clean_file_is_sent_whole_and_taken(daemon):
    taken = daemon(b"stream: OK\0")

    assert scan(CONTENT) == "allocations.flows.scanning.clamd"
    assert bytes(taken) == b"zINSTREAM\0" + CONTENT


def test_a_finding_is_named(daemon):
    daemon(b"stream: Win.Test.EICAR_HDB-1 FOUND\0")

    with pytest.raises(AttachmentRefused, match=r"found “Win\.Test\.EICAR_HDB-1” in this file"):
        scan(CONTENT)


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"\xff\xfe\0"])
def test_any_other_answer_is_none(daemon, answer):
    daemon(answer)

    with pytest.raises(ScannerNotReady):
        scan(CONTENT)


def test_a_daemon_that_is_not_there_gives_no_answer(settings, tmp_path):
    settings.ATTACHMENT_SCANNER = "allocations.flows.scanning.clamd"
    settings.CLAMD_ADDRESS = str(tmp_path / "nobody")

    with pytest.raises(ScannerNotReady):
        scan(CONTENT)


def test_a_daemon_is_asked_over_the_network_as_well(settings):
    settings.ATTACHMENT_SCANNER = "allocations.flows.scanning.clamd"
    settings.CLAMD_ADDRESS = "127.0.0.1:1"

    with pytest.raises(ScannerNotReady):
        scan(CONTENT)


def test_without_a_scanner_nothing_is_asked():
    assert scan(CONTENT) == ""
