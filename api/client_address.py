"""The network of a client, for limits per address."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from starlette.types import Scope


def peer_of(scope: Scope) -> str:
    """The network of the client of a request or connection; "unknown" without an address."""
    client = scope.get("client")
    return network_of(client[0]) if client else "unknown"


def network_of(address: str) -> str:
    """The address itself, or the /64 network of an IPv6 address: a household has all of it."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
