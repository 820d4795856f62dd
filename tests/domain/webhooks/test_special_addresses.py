"""No address of a row of the IANA special-purpose registries is public, and none beside is lost."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from domain.webhooks.special_addresses import SPECIAL_IPV4, SPECIAL_IPV6, is_public_address

IPV4_ROWS = (
    "0.0.0.0/8", "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.9/32",
    "192.0.0.10/32", "192.0.0.170/32", "192.0.0.171/32", "192.0.2.0/24", "192.31.196.0/24",
    "192.52.193.0/24", "192.88.99.0/24", "192.88.99.2/32", "192.168.0.0/16", "192.175.48.0/24",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "255.255.255.255/32",
)  # fmt: skip
"""https://www.iana.org/assignments/iana-ipv4-special-registry, all rows."""
IPV6_ROWS = (
    "::1/128", "::/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64",
    "100:0:0:1::/64", "2001::/23", "2001::/32", "2001:1::1/128", "2001:1::2/128", "2001:1::3/128",
    "2001:2::/48", "2001:3::/32", "2001:4:112::/48", "2001:10::/28", "2001:20::/28",
    "2001:30::/28", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "5f00::/16",
    "fc00::/7", "fe80::/10",
)  # fmt: skip
"""https://www.iana.org/assignments/iana-ipv6-special-registry, all rows."""
BESIDE_THE_REGISTRIES = (
    # Multicast (RFC 5771, RFC 4291), and IPv6 blocks that are deprecated or not allocated.
    "224.0.0.0/4", "ff00::/8", "fec0::/10", "::/96", "200::/7", "4000::/3", "8000::/2", "e000::/4",
)  # fmt: skip


@pytest.mark.parametrize("row", [*IPV4_ROWS, *IPV6_ROWS, *BESIDE_THE_REGISTRIES])
def test_no_address_of_a_special_block_is_public(row: str) -> None:
    block = ip_network(row)
    middle = block[block.num_addresses // 2]
    for address in (block[0], middle, block[-1]):
        assert not is_public_address(address), address


@pytest.mark.parametrize(
    "address",
    [
        # The neighbours of each block that lie within the public space.
        "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
        "191.255.255.255", "192.0.1.0", "192.0.1.255", "192.0.3.0", "192.31.195.255",
        "192.31.197.0", "192.52.192.255", "192.52.194.0", "192.88.98.255", "192.88.100.0",
        "192.167.255.255", "192.169.0.0", "192.175.47.255", "192.175.49.0", "198.17.255.255",
        "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0",
        "223.255.255.255", "2000::", "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::",
        "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::", "2003::",
        "2620:4f:7fff:ffff:ffff:ffff:ffff:ffff", "2620:4f:8001::",
        "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::",
    ],
)  # fmt: skip
def test_the_addresses_next_to_a_special_block_are_public(address: str) -> None:
    assert is_public_address(ip_address(address))


def test_every_block_of_the_table_has_its_reason_in_the_registries() -> None:
    rows = {*IPV4_ROWS, *IPV6_ROWS, *BESIDE_THE_REGISTRIES}
    assert {str(block) for block in (*SPECIAL_IPV4, *SPECIAL_IPV6)} <= rows
