"""From where a key may be used: public networks that are narrow enough to mean something."""

import ipaddress
import re

from django.utils.translation import gettext as _

from ..exceptions import KeyRefused

WIDEST = {4: 16, 6: 32}
MOST_NETWORKS = 20

LOOPBACK = ["127.0.0.0/8", "::1/128"]
LINK_LOCAL = ["169.254.0.0/16", "fe80::/10"]
PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"]
# Nobody connects from these: unspecified, multicast, reserved, IPv4 written as IPv6.
UNUSABLE = ["0.0.0.0/8", "224.0.0.0/3", "::/128", "::ffff:0:0/96", "ff00::/8", "fec0::/10"]


def read_networks(text):
    """The networks of a ``from="..."`` list in one way of writing, each once.

    Raises ``KeyRefused`` with a sentence that names the entry and says what to write.
    """
    entries = [entry.strip() for entry in text.split(",")]
    if not text.strip():
        raise KeyRefused(
            _(
                "The list after from= is empty. Write the addresses or networks from which you "
                "connect between the quotes."
            )
        )
    if "" in entries:
        raise KeyRefused(
            _(
                "The list in from= has a comma with nothing before or after it. Write exactly "
                "one comma between two networks."
            )
        )
    if len(entries) > MOST_NETWORKS:
        raise KeyRefused(
            _("The list in from= has more than %(most)d entries. Name fewer, wider networks.")
            % {"most": MOST_NETWORKS}
        )
    return list(dict.fromkeys(str(read_network(entry)) for entry in entries))


def read_network(entry):
    """The address or network ``entry``, as ``ipaddress`` has it."""
    _require_no_pattern(entry)
    network = _parse(entry)
    _require_public(network, entry)
    if network.prefixlen < WIDEST[network.version]:
        raise KeyRefused(
            _(
                "“%(entry)s” is too wide. Name networks of at most /16 (IPv4) or /32 (IPv6), "
                "best the single address or network from which you connect."
            )
            % {"entry": entry}
        )
    return network


def _require_no_pattern(entry):
    if entry.startswith("!"):
        raise KeyRefused(
            _("“%(entry)s” excludes a network. Leave it out and name only networks to allow.")
            % {"entry": entry}
        )
    if "*" in entry or "?" in entry:
        raise KeyRefused(
            _(
                "“%(entry)s” is a pattern with a wildcard, which would let others in. Write an "
                "address or a network, for example 134.94.0.0/16."
            )
            % {"entry": entry}
        )


def _parse(entry):
    address, _slash, prefix = entry.partition("/")
    if re.search(r"[g-z]", address, re.IGNORECASE):
        raise KeyRefused(
            _(
                "“%(entry)s” is a host name. Write its address instead, since names can be "
                "pointed elsewhere."
            )
            % {"entry": entry}
        )
    try:
        ipaddress.ip_address(address)
        network = ipaddress.ip_network(entry, strict=False)
    except ValueError as failure:
        raise KeyRefused(
            _(
                "“%(entry)s” is neither an address nor a network. Write for example "
                "134.94.168.20 or 134.94.0.0/16."
            )
            % {"entry": entry}
        ) from failure
    if prefix and not prefix.isdigit():
        raise KeyRefused(
            _("“%(entry)s” has a net mask. Write it with the number of bits: %(network)s.")
            % {"entry": entry, "network": network}
        )
    if network.network_address != ipaddress.ip_address(address):
        # OpenSSH takes such an entry for a mistake and then refuses the whole list.
        raise KeyRefused(
            _("“%(entry)s” is not where that network begins. Write %(network)s.")
            % {"entry": entry, "network": network}
        )
    return network


def _require_public(network, entry):
    if _within(network, LOOPBACK):
        raise KeyRefused(
            _(
                "“%(entry)s” is the address by which a computer reaches itself. Write the public "
                "address from which you connect."
            )
            % {"entry": entry}
        )
    if _within(network, LINK_LOCAL):
        raise KeyRefused(
            _(
                "“%(entry)s” is only valid on one cable or radio link. Write the public address "
                "from which you connect."
            )
            % {"entry": entry}
        )
    if _within(network, PRIVATE):
        raise KeyRefused(
            _(
                "“%(entry)s” is a private range that is used in many places at once. Write the "
                "public address under which your network reaches the Internet."
            )
            % {"entry": entry}
        )
    if _within(network, UNUSABLE):
        raise KeyRefused(
            _(
                "“%(entry)s” is a range from which nobody can connect. Write the public address "
                "from which you connect."
            )
            % {"entry": entry}
        )


def _within(network, ranges):
    return any(
        network.subnet_of(other)
        for other in map(ipaddress.ip_network, ranges)
        if other.version == network.version
    )
