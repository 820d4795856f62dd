"""The network of a client, for limits per address, and the proxies that may name a client."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.types import Scope

MAX_NAME_LENGTH = 64
"""Characters of an address that is no IP address."""


class TrustedProxies:
    """The addresses and networks of the proxies in front of this service.

    Only they may say which client they pass on. No other peer is a proxy, this machine included.
    """

    def __init__(self, named: Iterable[str]) -> None:
        """``named`` are IP addresses and networks, such as 10.0.0.2 or 10.0.0.0/24.

        :raises ValueError: one of them is neither.
        """
        self._networks = tuple(ip_network(each, strict=False) for each in named)

    def __bool__(self) -> bool:
        return bool(self._networks)

    def __contains__(self, address: object) -> bool:
        if not self._networks:
            return False
        try:
            parsed = ip_address(str(address))
        except ValueError:
            return False
        mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
        return any((mapped or parsed) in network for network in self._networks)


def peer_of(scope: Scope) -> str:
    """The network of the client of a request or connection; "unknown" without an address."""
    client = scope.get("client")
    return network_of(client[0]) if client else "unknown"


def network_of(address: str) -> str:
    """The address itself, or the /64 network of an IPv6 address: a household has all of it."""
    try:
        parsed = ip_address(address)
    except ValueError:
        # A proxy may write a name or "unknown".
        return address[:MAX_NAME_LENGTH]
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
