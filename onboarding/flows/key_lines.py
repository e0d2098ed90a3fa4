"""Reading a line as in ``authorized_keys``: ``from="networks" type key comment``."""

import base64
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_ssh_public_key
from django.utils.translation import gettext as _

from ..exceptions import KeyRefused
from .networks import read_networks

LONGEST_LINE = 8000
SHORTEST_RSA_BITS = 3072
ACCEPTED = {
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",
}
CREATE = "ssh-keygen -t ed25519"
PRIVATE_MARKS = ("PRIVATE KEY", "PuTTY-User-Key-File")
CONVERTIBLE_MARKS = ("BEGIN SSH2 PUBLIC KEY", "BEGIN PUBLIC KEY", "BEGIN RSA PUBLIC KEY")
TYPOGRAPHIC_QUOTES = "“”„‟«»″"
KEY_TYPE = re.compile(r"(?<!\S)(?:sk-)?(?:ssh|ecdsa)-")


@dataclass(frozen=True)
class KeyLine:
    """A line that follows the rules, written in one way only."""

    networks: list[str]
    key_type: str
    key: str
    comment: str
    fingerprint: str

    def __str__(self):
        networks = ",".join(self.networks)
        return f'from="{networks}" {self.key_type} {self.key} {self.comment}'.rstrip()


def read_key_line(text):
    """The key in ``text``. Raises ``KeyRefused`` with a sentence that says what to do."""
    line = text.strip()
    _require_public_key(line)
    _require_one_line(line)
    options, line = _split_options(line)
    key_type, blob, comment = _split_key(line)
    _require_accepted_type(key_type)
    _require_readable(key_type, blob)
    return KeyLine(
        networks=_read_options(options),
        key_type=key_type,
        key=blob,
        comment=comment,
        fingerprint=fingerprint(base64.b64decode(blob)),
    )


def fingerprint(key):
    """The fingerprint as OpenSSH prints it."""
    digest = base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"


def _require_public_key(line):
    if any(mark in line for mark in PRIVATE_MARKS):
        raise KeyRefused(
            _(
                "This is a private key, which nobody but you may ever see. Do not use it any "
                "more: create a new key pair with “%(command)s” and paste the line from the file "
                "that ends in .pub."
            )
            % {"command": CREATE}
        )
    if any(mark in line for mark in CONVERTIBLE_MARKS):
        raise KeyRefused(
            _(
                "This public key is in a format that OpenSSH does not read. Convert it with "
                "“ssh-keygen -i -f FILE” (add “-m PKCS8” if it begins with BEGIN PUBLIC KEY) "
                "and paste the result."
            )
        )


def _require_one_line(line):
    if not line:
        raise KeyRefused(_("Paste your public key: the line from the file that ends in .pub."))
    if len(line) > LONGEST_LINE:
        raise KeyRefused(
            _("This is longer than any key. Paste only the line from the file that ends in .pub.")
        )
    if not line.isprintable():
        raise KeyRefused(
            _(
                "A key is one single line. Remove line breaks and tabs, and add further keys one "
                "by one."
            )
        )
    if any(quote in line for quote in TYPOGRAPHIC_QUOTES):
        raise KeyRefused(
            _(
                "The line contains typographic quotes. Put the list after from= in straight "
                'quotes, for example: from="134.94.168.20".'
            )
        )


def _split_options(line):
    """What stands before the key, if anything, and the line from the key on."""
    key = KEY_TYPE.search(line)
    if key is None:
        raise KeyRefused(_unreadable())
    return line[: key.start()].strip(), line[key.start() :].strip()


def _split_key(line):
    parts = line.split(maxsplit=2)
    if len(parts) == 1:
        raise KeyRefused(
            _(
                "The key itself is missing after “%(type)s”. Paste the whole line from the file "
                "that ends in .pub."
            )
            % {"type": parts[0]}
        )
    key_type, blob, comment = [*parts, ""][:3]
    return key_type, blob, " ".join(comment.split())


def _require_accepted_type(key_type):
    if key_type == "ssh-dss":
        raise KeyRefused(
            _("DSA keys are no longer secure. Create a new key pair with “%(command)s”.")
            % {"command": CREATE}
        )
    if key_type not in ACCEPTED:
        raise KeyRefused(
            _(
                "Keys of the type “%(type)s” are not accepted. Use Ed25519 (recommended), ECDSA, "
                "or RSA with at least 3072 bits; “%(command)s” creates a suitable key pair."
            )
            % {"type": key_type, "command": CREATE}
        )


def _require_readable(key_type, key):
    try:
        loaded = load_ssh_public_key(f"{key_type} {key}".encode())
    except (ValueError, UnsupportedAlgorithm) as failure:
        raise KeyRefused(_unreadable()) from failure
    if isinstance(loaded, RSAPublicKey) and loaded.key_size < SHORTEST_RSA_BITS:
        raise KeyRefused(
            _(
                "This RSA key has %(bits)d bits, and at least %(least)d are required. Create a "
                "new key pair with “%(command)s”."
            )
            % {"bits": loaded.key_size, "least": SHORTEST_RSA_BITS, "command": CREATE}
        )


def _unreadable():
    return _(
        "This is not a public key that can be read. Paste the whole line from the file that "
        "ends in .pub, unchanged."
    )


def _read_options(options):
    """The networks of the one option that may, and must, stand before the key."""
    if not options:
        raise KeyRefused(
            _(
                "The line does not say from where the key may be used. Put the addresses or "
                "networks from which you connect before it, for example: "
                'from="134.94.168.20,2001:638:404::/48" ssh-ed25519 …'
            )
        )
    quoted = re.fullmatch(r'from="([^"]*)"', options, re.IGNORECASE)
    if quoted:
        return read_networks(quoted.group(1))
    if re.match(r'from=[^"]*$', options, re.IGNORECASE):
        raise KeyRefused(
            _('Put the list after from= in straight quotes, for example: from="134.94.168.20".')
        )
    raise KeyRefused(
        _(
            "Only the option from= may stand before the key. Remove everything else from "
            "“%(options)s”."
        )
        % {"options": options}
    )
