"""Which IP addresses and host names are public: may a webhook lead there.

The blocks are those of the IANA special-purpose registries, of RFC 6890 and RFC 8190:
https://www.iana.org/assignments/iana-ipv4-special-registry and
https://www.iana.org/assignments/iana-ipv6-special-registry. The table was compared on 2026-11-27
with transcriptions of all their rows, the newest of 2026-09-24. Multicast is added, and so are the
blocks that are globally reachable: they serve a protocol, and no partner has a server there.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

IpAddress = IPv4Address | IPv6Address

SPECIAL_IPV4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network, RFC 791
        "10.0.0.0/8",  # private use, RFC 1918
        "100.64.0.0/10",  # shared address space, RFC 6598
        "127.0.0.0/8",  # loopback, RFC 1122
        "169.254.0.0/16",  # link local, and the metadata of clouds, RFC 3927
        "172.16.0.0/12",  # private use, RFC 1918
        "192.0.0.0/24",  # IETF protocol assignments, RFC 6890: PCP, TURN, NAT64 discovery, ...
        "192.0.2.0/24",  # documentation, RFC 5737
        "192.31.196.0/24",  # AS112, RFC 7535
        "192.52.193.0/24",  # multicast tunnelling, RFC 7450
        "192.88.99.0/24",  # 6to4 relay anycast, deprecated by RFC 7526; 6a44 relay, RFC 6751
        "192.168.0.0/16",  # private use, RFC 1918
        "192.175.48.0/24",  # AS112, RFC 7534
        "198.18.0.0/15",  # benchmarking, RFC 2544
        "198.51.100.0/24",  # documentation, RFC 5737
        "203.0.113.0/24",  # documentation, RFC 5737
        "224.0.0.0/4",  # multicast, RFC 5771
        "240.0.0.0/4",  # reserved, and limited broadcast, RFC 1112 and RFC 919
    )
)
GLOBAL_UNICAST_IPV6 = IPv6Network("2000::/3")
"""All that IANA has allocated for global unicast (RFC 4291). What lies outside is special, reserved
or local: ::/8 with loopback, mapped and translated addresses (64:ff9b::/96, 64:ff9b:1::/48),
100::/64, 100:0:0:1::/64, 5f00::/16, fc00::/7, fe80::/10, fec0::/10 and ff00::/8."""
SPECIAL_IPV6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # IETF protocol assignments: Teredo, benchmarking, ORCHID, drone ids, ...
        "2001:db8::/32",  # documentation, RFC 3849
        "2002::/16",  # 6to4, RFC 3056: a gateway decides where it leads
        "2620:4f:8000::/48",  # AS112, RFC 7534
        "3fff::/20",  # documentation, RFC 9637
    )
)
"""The special blocks within global unicast."""

_LOCAL_NAMES = (
    "localhost",
    "local",
    "internal",
    "home.arpa",
    "lan",
    "intranet",
    "onion",
    "invalid",
)
"""Names that lead nowhere or into one network (RFC 6761, RFC 6762, RFC 8375, ICANN's internal)."""
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)", re.IGNORECASE | re.DOTALL)


def is_public_address(address: IpAddress) -> bool:
    """Return whether an address is public: not of this machine, private network or cloud.

    IPv6 addresses that embed an IPv4 address (mapped, 6to4, NAT64) are not public, because a
    gateway decides where they lead.
    """
    if isinstance(address, IPv4Address):
        return not any(address in block for block in SPECIAL_IPV4)
    return address in GLOBAL_UNICAST_IPV6 and not any(address in block for block in SPECIAL_IPV6)


def is_public_name(host: str) -> bool:
    """Return whether a host name may lead to a public address.

    A name of one label, of a local network, or one that resolvers read as an address (such as
    127.1 or 0x7f000001) may not.
    """
    name = host.rstrip(".").lower()
    is_local = any(name == local or name.endswith(f".{local}") for local in _LOCAL_NAMES)
    return "." in name and not is_local and not _ENDS_IN_NUMBER.fullmatch(name)
