"""Key pairs' public halves, made by ``ssh-keygen`` together with the fingerprints it prints."""

import base64
import struct
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

FINGERPRINTS = {
    "ed25519_256": "SHA256:vaGIO4wCK8NCebloXu4wtrEVtge8Bj+sp0y5OYB3Lmk",
    "ecdsa_256": "SHA256:52YNxGDbioqQGjn9v/pTjhA7D+zucb/vTqglmkdMDE4",
    "ecdsa_384": "SHA256:Cjs66FZBjjV4N6K2NE0de5/KusJd924deJVL7cxj35k",
    "ecdsa_521": "SHA256:MIdD+8Nzi0KCs9Ve82Yai7TlchZCySE4H1x3knxaP/s",
    "rsa_3072": "SHA256:XT541fJvJzvwRnqkQPsPDirmBGiW7/di/+4NYbcqdQU",
}
FROM = 'from="134.94.0.0/16"'


def stored(name):
    """The line of a ``.pub`` file, with its comment."""
    return (Path(__file__).parent / "keys" / f"{name}.pub").read_text("ascii").strip()


ED25519 = stored("ed25519_256")
BLOB = ED25519.split()[1]


def fresh_line(networks="134.94.0.0/16"):
    """A line with a key that nobody has seen before."""
    public = Ed25519PrivateKey.generate().public_key()
    key = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return f'from="{networks}" {key} laptop'


def packed(*parts):
    """A key's binary form: each part with its length before it, in base64."""
    binary = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    return base64.b64encode(binary).decode()
