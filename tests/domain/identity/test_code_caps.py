"""Caps on codes: what each counts, when its windows end, and how long to wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity.code_caps import (
    DEFAULT_LIMITS,
    Cap,
    CapUse,
    address_caps,
    alert_count,
    budget_alerts,
    device_cap,
    house_cap,
    networks_of,
    phone_cap,
    prefix_cap,
    seconds_until_open,
)
from tests.support.records import FIXED_NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def limits_of(cap: Cap) -> dict[str, int]:
    return {window.name: window.limit for window in cap.windows}


def use_of(cap: Cap, **counts: int) -> CapUse:
    return CapUse(
        key=cap.key,
        is_admitted=True,
        windows={window.name: (counts[window.name], window.until) for window in cap.windows},
    )


def test_a_phone_is_counted_by_its_hash() -> None:
    cap = phone_cap("person", DEFAULT_LIMITS, FIXED_NOW)
    assert cap.key == "phone/person"
    assert limits_of(cap) == {"hour": 5, "day": 10}
    assert [window.until - FIXED_NOW for window in cap.windows] == [HOUR, DAY]


def test_a_block_is_the_first_seven_digits() -> None:
    assert prefix_cap("+8613800138000", DEFAULT_LIMITS, FIXED_NOW).key == "prefix/1380013"


@pytest.mark.parametrize(
    ("peer", "networks"),
    [
        ("203.0.113.5", ("203.0.113.5",)),
        ("2001:db8:1:2ff::/64", ("2001:db8:1:2ff::/64", "2001:db8:1:200::/56")),
        ("unknown", ("unknown",)),
        ("a.socket", ("a.socket",)),
    ],
)
def test_an_ipv6_client_is_counted_for_its_network_and_its_site(
    peer: str, networks: tuple[str, ...]
) -> None:
    assert networks_of(peer) == networks
    caps = address_caps(peer, networks, DEFAULT_LIMITS, FIXED_NOW)
    assert [limits_of(cap) for cap in caps] == [{"hour": 200}, {"hour": 400}][: len(networks)]


@given(st.ip_addresses(v=6), st.integers(0, 2**72 - 1))
def test_all_addresses_of_a_site_share_one_count(address: IPv6Address, other: int) -> None:
    def peer_of(each: IPv6Address) -> str:
        return str(ip_network((each, 64), strict=False))

    neighbour = IPv6Address(int(address) >> 72 << 72 | other)
    assert networks_of(peer_of(address))[1] == networks_of(peer_of(neighbour))[1]


def ends_of(at: datetime) -> dict[str, datetime]:
    cap = house_cap(DEFAULT_LIMITS, at, has_reserve=True)
    return {window.name: window.until for window in cap.windows}


def test_the_budget_ends_at_midnight_in_china_and_with_its_month() -> None:
    at = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)  # 23:59 in China
    midnight = datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert ends_of(at) == {"day": midnight, "month": midnight}
    february = datetime(2027, 1, 31, 16, tzinfo=UTC)
    assert ends_of(midnight) == {"day": midnight + DAY, "month": february}


def test_the_last_part_of_the_budget_is_reserved() -> None:
    assert limits_of(house_cap(DEFAULT_LIMITS, FIXED_NOW, has_reserve=False)) == {
        "day": 1_700,
        "month": 17_000,
    }
    assert limits_of(house_cap(DEFAULT_LIMITS, FIXED_NOW, has_reserve=True)) == {
        "day": 2_000,
        "month": 20_000,
    }


def test_the_alert_comes_once_a_window_and_before_anybody_is_refused() -> None:
    cap = house_cap(DEFAULT_LIMITS, FIXED_NOW, has_reserve=False)
    reached = alert_count(DEFAULT_LIMITS.day_budget, DEFAULT_LIMITS)
    assert reached == 1_600 < limits_of(cap)["day"]
    alerts = [
        budget_alerts(use_of(cap, day=count, month=count), DEFAULT_LIMITS)
        for count in range(reached - 1, reached + 2)
    ]
    assert alerts == [(), ("day",), ()]
    refused = replace(use_of(cap, day=reached, month=1), is_admitted=False)
    assert budget_alerts(refused, DEFAULT_LIMITS) == ()


@given(st.integers(1, 10**7), st.integers(1, 100))
def test_an_alert_is_reachable_whatever_the_budget(budget: int, percent: int) -> None:
    count = alert_count(budget, replace(DEFAULT_LIMITS, alert_percent=percent))
    assert 1 <= count <= budget


def test_the_caller_waits_for_the_last_full_window() -> None:
    cap = device_cap("device", DEFAULT_LIMITS, FIXED_NOW)
    assert seconds_until_open(cap, use_of(cap, hour=5, day=5), FIXED_NOW) == 3_600
    assert seconds_until_open(cap, use_of(cap, hour=5, day=10), FIXED_NOW) == 86_400
    nearly = FIXED_NOW + HOUR - timedelta(milliseconds=1)
    assert seconds_until_open(cap, use_of(cap, hour=5, day=5), nearly) == 1
