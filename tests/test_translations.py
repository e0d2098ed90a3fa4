"""Every text of the portal is there in German."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
GERMAN = Path("locale/de/LC_MESSAGES/django.po")
SOURCES = ["manage.py", "jaif_portal", "onboarding", "allocations", "templates", "locale"]

pytestmark = pytest.mark.skipif(
    not (ROOT / GERMAN).exists(), reason="no texts have been collected: run make messages"
)


def messages(root):
    with (root / GERMAN).open("rb") as file:
        return [message for message in read_po(file, locale="de") if message.id]


def is_translated(message):
    parts = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(parts)


def key(message):
    return (message.context, message.id)


def test_no_german_text_is_missing():
    assert [message.id for message in messages(ROOT) if not is_translated(message)] == []


def test_no_german_text_is_a_guess():
    assert [message.id for message in messages(ROOT) if message.fuzzy] == []


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("xgettext"), reason="install gettext to run this test")
def test_every_text_has_been_collected(tmp_path):
    for source in SOURCES:
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        copy(ROOT / source, tmp_path / source)

    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--locale", "de"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )

    collected = {key(message) for message in messages(tmp_path)}
    assert collected == {key(message) for message in messages(ROOT)}, "run make messages"
