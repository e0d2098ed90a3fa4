import pytest

from onboarding.exceptions import KeyRefused
from onboarding.flows.networks import MOST_NETWORKS, read_networks

WILDCARD = (
    "“{}” is a pattern with a wildcard, which would let others in. Write an address or a "
    "network, for example 134.94.0.0/16."
)
HOST_NAME = "“{}” is a host name. Write its address instead, since names can be pointed elsewhere."
NOTHING = (
    "“{}” is neither an address nor a network. Write for example 134.94.168.20 or 134.94.0.0/16."
)
TOO_WIDE = (
    "“{}” is too wide. Name networks of at most /16 (IPv4) or /32 (IPv6), best the single address "
    "or network from which you connect."
)
LOOPBACK = (
    "“{}” is the address by which a computer reaches itself. Write the public address from which "
    "you connect."
)
LINK_LOCAL = (
    "“{}” is only valid on one cable or radio link. Write the public address from which you "
    "connect."
)
PRIVATE = (
    "“{}” is a private range that is used in many places at once. Write the public address under "
    "which your network reaches the Internet."
)
UNUSABLE = (
    "“{}” is a range from which nobody can connect. Write the public address from which you "
    "connect."
)


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        ("134.94.168.20", ["134.94.168.20/32"]),
        ("134.94.0.0/16", ["134.94.0.0/16"]),
        ("134.94.168.0/24, 134.94.169.7", ["134.94.168.0/24", "134.94.169.7/32"]),
        ("134.94.168.20,134.94.168.20/32", ["134.94.168.20/32"]),
        ("2001:638:404::/48", ["2001:638:404::/48"]),
        ("2001:0638:0404:0000::1", ["2001:638:404::1/128"]),
        ("2001:638::/32", ["2001:638::/32"]),
        ("203.0.113.7", ["203.0.113.7/32"]),
        ("172.15.0.0/16", ["172.15.0.0/16"]),
        ("100.128.0.0/16", ["100.128.0.0/16"]),
    ],
)
def test_public_networks_are_read_in_one_way_of_writing(text, networks):
    assert read_networks(text) == networks


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("*", WILDCARD),
        ("134.94.*", WILDCARD),
        ("134.94.168.?", WILDCARD),
        ("*.fz-juelich.de", WILDCARD),
        ("vpn.example.org", HOST_NAME),
        ("localhost", HOST_NAME),
        ("134.94.168", NOTHING),
        ("134.94.168.256", NOTHING),
        ("134.94.168.20/33", NOTHING),
        ("134.94.168.20/", NOTHING),
        ("134.094.168.020", NOTHING),
        ("2001:638:::1", NOTHING),
        ("134.94.168.20:22", NOTHING),
        ("134.0.0.0/8", TOO_WIDE),
        ("134.94.0.0/15", TOO_WIDE),
        ("2001::/16", TOO_WIDE),
        ("2001:638::/31", TOO_WIDE),
        ("127.0.0.1", LOOPBACK),
        ("::1", LOOPBACK),
        ("169.254.10.20", LINK_LOCAL),
        ("fe80::1", LINK_LOCAL),
        ("10.1.2.3", PRIVATE),
        ("10.0.0.0/8", PRIVATE),
        ("172.16.0.0/16", PRIVATE),
        ("172.31.255.1", PRIVATE),
        ("192.168.178.0/24", PRIVATE),
        ("100.64.1.1", PRIVATE),
        ("fd12:3456::/32", PRIVATE),
        ("0.0.0.0", UNUSABLE),
        ("224.0.0.1", UNUSABLE),
        ("255.255.255.255", UNUSABLE),
        ("::", UNUSABLE),
        ("ff02::1", UNUSABLE),
        ("::ffff:134.94.168.20", UNUSABLE),
        ("0.0.0.0/0", TOO_WIDE),
        ("::/0", TOO_WIDE),
        (
            "!134.94.168.20",
            "“{}” excludes a network. Leave it out and name only networks to allow.",
        ),
        (
            "134.94.0.0/255.255.0.0",
            "“{}” has a net mask. Write it with the number of bits: 134.94.0.0/16.",
        ),
        (
            "134.94.168.20/24",
            "“{}” is not where that network begins. Write 134.94.168.0/24.",
        ),
        (
            "2001:638:404::1/48",
            "“{}” is not where that network begins. Write 2001:638:404::/48.",
        ),
    ],
)
def test_an_entry_is_refused_with_a_sentence_that_names_it(entry, sentence):
    with pytest.raises(KeyRefused) as refusal:
        read_networks(f"134.94.168.20,{entry}")

    assert str(refusal.value) == sentence.format(entry)


@pytest.mark.parametrize("text", ["", " "])
def test_an_empty_list_is_refused(text):
    with pytest.raises(KeyRefused) as refusal:
        read_networks(text)

    assert str(refusal.value) == (
        "The list after from= is empty. Write the addresses or networks from which you connect "
        "between the quotes."
    )


@pytest.mark.parametrize("text", [",134.94.168.20", "134.94.168.20,", "134.94.168.20,,8.8.8.8"])
def test_a_comma_too_many_is_refused(text):
    with pytest.raises(KeyRefused) as refusal:
        read_networks(text)

    assert str(refusal.value) == (
        "The list in from= has a comma with nothing before or after it. Write exactly one comma "
        "between two networks."
    )


def test_a_list_may_be_long_but_not_endless():
    networks = [f"134.94.{n}.0/24" for n in range(MOST_NETWORKS)]

    assert read_networks(",".join(networks)) == networks
    with pytest.raises(KeyRefused) as refusal:
        read_networks(",".join([*networks, "8.8.8.8"]))
    assert str(refusal.value) == (
        "The list in from= has more than 20 entries. Name fewer, wider networks."
    )
