import pytest

from onboarding.exceptions import KeyRefused
from onboarding.flows.key_lines import LONGEST_LINE, read_key_line
from tests.onboarding.ssh_keys import BLOB, ED25519, FINGERPRINTS, FROM, packed, stored

UNREADABLE = (
    "This is not a public key that can be read. Paste the whole line from the file that ends in "
    ".pub, unchanged."
)
PRIVATE = (
    "This is a private key, which nobody but you may ever see. Do not use it any more: create a "
    "new key pair with “ssh-keygen -t ed25519” and paste the line from the file that ends in .pub."
)
CONVERT = (
    "This public key is in a format that OpenSSH does not read. Convert it with “ssh-keygen -i -f "
    "FILE” (add “-m PKCS8” if it begins with BEGIN PUBLIC KEY) and paste the result."
)
ONE_LINE = "A key is one single line. Remove line breaks and tabs, and add further keys one by one."
NO_FROM = (
    "The line does not say from where the key may be used. Put the addresses or networks from "
    'which you connect before it, for example: from="134.94.168.20,2001:638:404::/48" ssh-ed25519 …'
)
STRAIGHT = (
    "The line contains typographic quotes. Put the list after from= in straight quotes, for "
    'example: from="134.94.168.20".'
)
UNQUOTED = 'Put the list after from= in straight quotes, for example: from="134.94.168.20".'
TYPE = (
    "Keys of the type “{}” are not accepted. Use Ed25519 (recommended), ECDSA, or RSA with at "
    "least 3072 bits; “ssh-keygen -t ed25519” creates a suitable key pair."
)
DSA = "DSA keys are no longer secure. Create a new key pair with “ssh-keygen -t ed25519”."
SHORT = (
    "This RSA key has {} bits, and at least 3072 are required. Create a new key pair with "
    "“ssh-keygen -t ed25519”."
)
MISSING = (
    "The key itself is missing after “ssh-ed25519”. Paste the whole line from the file that ends "
    "in .pub."
)
ONLY_FROM = "Only the option from= may stand before the key. Remove everything else from “{}”."


@pytest.mark.parametrize("name", FINGERPRINTS)
def test_accepted_types_have_the_fingerprint_that_openssh_prints(name):
    line = read_key_line(f"{FROM} {stored(name)}")

    assert line.fingerprint == FINGERPRINTS[name]
    assert str(line) == f"{FROM} {stored(name)}"


@pytest.mark.parametrize(
    "text",
    [
        f"{FROM} {ED25519}",
        f"  {FROM}   ssh-ed25519   {BLOB}   ada@laptop \n",
        f'FROM="134.94.0.0/16" {ED25519}',
        f'from="134.94.0.0/16, 134.94.0.0/16" {ED25519}',
    ],
)
def test_a_line_is_kept_in_one_way_of_writing(text):
    assert str(read_key_line(text)) == f"{FROM} {ED25519}"


def test_a_key_needs_no_comment():
    assert str(read_key_line(f"{FROM} ssh-ed25519 {BLOB}")) == f"{FROM} ssh-ed25519 {BLOB}"


def test_a_comment_may_have_several_words():
    assert read_key_line(f"{FROM} {ED25519} at home").comment == "ada@laptop at home"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Paste your public key: the line from the file that ends in .pub."),
        (" \n ", "Paste your public key: the line from the file that ends in .pub."),
        ("hello", UNREADABLE),
        (f"{FROM} hello", UNREADABLE),
        (f"{FROM}{ED25519}", UNREADABLE),
        (f"{FROM} ssh-ed25519", MISSING),
        (f"{FROM} ssh-ed25519 not*base64", UNREADABLE),
        (f"{FROM} ssh-ed25519 {BLOB[:-8]}", UNREADABLE),
        (f"{FROM} ssh-ed25519 {BLOB[4:]}", UNREADABLE),
        (f"{FROM} ssh-rsa {BLOB}", UNREADABLE),
        (f"{FROM} ssh-ed25519 {packed(b'ssh-ed25519', b'x' * 31)}", UNREADABLE),
        (f"{FROM} ssh-ed25519 {packed(b'ssh-ed25519', b'x' * 32, b'more')}", UNREADABLE),
        (
            f"{FROM} ecdsa-sha2-nistp256 "
            + packed(b"ecdsa-sha2-nistp256", b"nistp256", b"\x04" + b"\x01" * 64),
            UNREADABLE,
        ),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n", PRIVATE),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n", PRIVATE),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIE\n", PRIVATE),
        ("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n", PRIVATE),
        ("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----", CONVERT),
        ("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", CONVERT),
        (f"{FROM} {ED25519}\n{FROM} {ED25519}", ONE_LINE),
        (f"{FROM} ssh-ed25519 {BLOB[:40]}\n{BLOB[40:]}", ONE_LINE),
        (f"{FROM}\t{ED25519}", ONE_LINE),
        (
            f"{FROM} {ED25519}".ljust(LONGEST_LINE + 1, "x"),
            "This is longer than any key. Paste only the line from the file that ends in .pub.",
        ),
        (ED25519, NO_FROM),
        (stored("rsa_3072"), NO_FROM),
        (f"from=“134.94.0.0/16” {ED25519}", STRAIGHT),
        (f"from=„134.94.0.0/16“ {ED25519}", STRAIGHT),
        (f"from=134.94.0.0/16 {ED25519}", UNQUOTED),
        (f"no-pty {ED25519}", ONLY_FROM.format("no-pty")),
        (f"{FROM},no-pty {ED25519}", ONLY_FROM.format(f"{FROM},no-pty")),
        (
            f'command="/bin/true",{FROM} {ED25519}',
            ONLY_FROM.format(f'command="/bin/true",{FROM}'),
        ),
        (f"{FROM} ssh-dss AAAAB3NzaC1kc3MAAACBAP", DSA),
        (f"ssh-dss {BLOB}", DSA),
        (f"{FROM} {stored('rsa_2048')}", SHORT.format(2048)),
        (f"{FROM} {stored('rsa_1024')}", SHORT.format(1024)),
        (f"{FROM} sk-ssh-ed25519@openssh.com {BLOB}", TYPE.format("sk-ssh-ed25519@openssh.com")),
        (
            f"{FROM} ssh-ed25519-cert-v01@openssh.com {BLOB}",
            TYPE.format("ssh-ed25519-cert-v01@openssh.com"),
        ),
        (f"{FROM} ssh-ed448 {BLOB}", TYPE.format("ssh-ed448")),
        (
            f'from="" {ED25519}',
            (
                "The list after from= is empty. Write the addresses or networks from which you "
                "connect between the quotes."
            ),
        ),
        (
            f'from="192.168.1.5" {ED25519}',
            (
                "“192.168.1.5” is a private range that is used in many places at once. Write the "
                "public address under which your network reaches the Internet."
            ),
        ),
    ],
)
def test_a_line_that_breaks_a_rule_is_refused_with_a_sentence_that_says_what_to_do(text, sentence):
    with pytest.raises(KeyRefused) as refusal:
        read_key_line(text)

    assert str(refusal.value) == sentence
    assert refusal.value.code == "key_refused"
