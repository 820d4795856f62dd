"""Which client addresses share one rate limit."""

from __future__ import annotations

import pytest

from api.client_address import network_of, peer_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:1::2", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff::1", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::2", "2001:db8:0:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("testclient", "testclient"),
    ],
)
def test_the_addresses_of_one_ipv6_network_are_one(address: str, network: str) -> None:
    assert network_of(address) == network
    assert peer_of({"client": (address, 1)}) == network


def test_a_connection_without_an_address_is_unknown() -> None:
    assert peer_of({"client": None}) == "unknown"
    assert peer_of({}) == "unknown"
