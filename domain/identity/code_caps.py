"""Caps on codes: how many a phone, a device, an address, a block of numbers and the house may ask.

A cap counts in windows of time. Caps of an address and of a block of numbers count codes that
nobody confirmed: an honest room confirms nearly all of its codes, a machine that makes a house pay
for messages confirms none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from ipaddress import IPv6Network, ip_network

from domain.identity.phone_codes import CountedCode, CountedWindow, seconds_until
from domain.reference.calendar import CHINA_TIMEZONE, add_months, day_in_china

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PREFIX_DIGITS = 7
"""The first digits of a number in China name carrier and place: a block of 10,000 numbers."""
HOUSE = "house"
"""The key of the budget of the house."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeLimits:
    """How many codes may be asked for; the defaults suit a house with rooms of 2,000 viewers."""

    per_phone_hour: int = 5
    per_phone_day: int = 10
    """Carriers in China pass on about as many codes of one sender to one phone."""
    per_device_hour: int = 5
    per_device_day: int = 10
    per_address_hour: int = 200
    """Codes that nobody confirmed: an IPv4 address or a /64."""
    per_site_hour: int = 400
    """Codes that nobody confirmed, of a /56: a site that IPv6 gives 256 networks of /64."""
    per_prefix_hour: int = 30
    per_prefix_day: int = 100
    """Codes that nobody confirmed, of one block of 10,000 numbers."""
    day_budget: int = 2_000
    month_budget: int = 20_000
    """Messages that the house pays for, by the calendar of China."""
    reserved_percent: int = 15
    """The last part of the budget, for devices with a standing lead in a session on air."""
    reserved_per_address_hour: int = 20
    """Codes of the reserved part that nobody confirmed, of an IPv4 address or a /56: whoever makes
    up leads as well cannot empty it from one place."""
    alert_percent: int = 80
    """The used part of a budget from which on the operator is warned."""


DEFAULT_LIMITS = CodeLimits()


@dataclass(frozen=True, kw_only=True, slots=True)
class CapWindow:
    """A window of a cap: at most ``limit`` until ``until``, if the window begins now."""

    name: str
    limit: int
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Cap:
    """What is counted under ``key``, in every window at once."""

    key: str
    windows: tuple[CapWindow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CapUse:
    """What a cap has counted after a request: for each window the count and its end.

    ``is_admitted`` is False when a window was full; nothing was counted then.
    """

    key: str
    is_admitted: bool
    windows: dict[str, tuple[int, datetime]]

    @property
    def counted(self) -> CountedCode:
        """The windows in which an admitted request was counted."""
        windows = tuple(
            CountedWindow(name=name, until=until) for name, (_, until) in self.windows.items()
        )
        return CountedCode(key=self.key, windows=windows)


def phone_cap(person: str, limits: CodeLimits, at: datetime) -> Cap:
    """Return the cap of one phone over all devices.

    That it is full is never told: others may have filled it, and the answer would tell that
    somebody asked for codes to this phone.
    """
    windows = _hour_and_day(limits.per_phone_hour, limits.per_phone_day, at)
    return Cap(key=f"phone/{person}", windows=windows)


def device_cap(device: str, limits: CodeLimits, at: datetime) -> Cap:
    """Return the cap of one device over all phones."""
    return Cap(
        key=f"device/{device}",
        windows=_hour_and_day(limits.per_device_hour, limits.per_device_day, at),
    )


def prefix_cap(phone: str, limits: CodeLimits, at: datetime) -> Cap:
    """Return the cap of the block of numbers of an E.164 phone; confirmed codes do not count."""
    block = phone.removeprefix("+86")[:PREFIX_DIGITS]
    windows = _hour_and_day(limits.per_prefix_hour, limits.per_prefix_day, at)
    return Cap(key=f"prefix/{block}", windows=windows)


def address_caps(
    peer: str, hashed: Sequence[str], limits: CodeLimits, at: datetime
) -> tuple[Cap, ...]:
    """Return the caps of the networks of a client; confirmed codes do not count.

    ``hashed`` are ``networks_of(peer)``, hashed.
    """
    most = (limits.per_address_hour, limits.per_site_hour)
    assert len(hashed) == len(networks_of(peer))
    return tuple(
        Cap(
            key=f"address/{network}",
            windows=(CapWindow(name="hour", limit=limit, until=at + HOUR),),
        )
        for network, limit in zip(hashed, most, strict=False)
    )


def reserve_cap(hashed: Sequence[str], limits: CodeLimits, at: datetime) -> Cap:
    """Return the cap of a client on the reserved part; ``hashed`` are its networks, hashed."""
    window = CapWindow(name="hour", limit=limits.reserved_per_address_hour, until=at + HOUR)
    return Cap(key=f"reserve/{hashed[-1]}", windows=(window,))


def networks_of(peer: str) -> tuple[str, ...]:
    """Return the networks that a client is counted for: its address, or its /64 and its /56.

    ``peer`` is an IPv4 address, a /64 network of IPv6, or another text without an address.
    """
    try:
        network = ip_network(peer)
    except ValueError:
        return (peer,)
    if isinstance(network, IPv6Network) and network.prefixlen == 64:
        return (peer, str(network.supernet(new_prefix=56)))
    return (peer,)


def house_cap(limits: CodeLimits, at: datetime, *, has_reserve: bool) -> Cap:
    """Return the cap of the house's budget; ``has_reserve`` includes its last, reserved part."""
    share = 100 if has_reserve else 100 - limits.reserved_percent
    day = day_in_china(at)
    next_month = add_months(day.replace(day=1), 1)
    ends = {"day": day + DAY, "month": next_month}
    budgets = {"day": limits.day_budget, "month": limits.month_budget}
    return Cap(
        key=HOUSE,
        windows=tuple(
            CapWindow(
                name=name,
                limit=budget * share // 100,
                until=datetime.combine(ends[name], time(), CHINA_TIMEZONE),
            )
            for name, budget in budgets.items()
        ),
    )


def budget_alerts(use: CapUse, limits: CodeLimits) -> tuple[str, ...]:
    """Return the windows of the house's budget whose alert this request has just reached."""
    budgets = {"day": limits.day_budget, "month": limits.month_budget}
    return tuple(
        name
        for name, (count, _) in use.windows.items()
        if use.is_admitted and count == alert_count(budgets[name], limits)
    )


def alert_count(budget: int, limits: CodeLimits) -> int:
    """Return the number of messages from which on the operator is warned of a used budget."""
    return max(1, -(-budget * limits.alert_percent // 100))


def seconds_until_open(cap: Cap, use: CapUse, at: datetime) -> int:
    """Return how many seconds a refused caller has to wait: until the last full window ends."""
    limits = {window.name: window.limit for window in cap.windows}
    ends = [until for name, (count, until) in use.windows.items() if count >= limits[name]]
    return max(1, *(seconds_until(end, at) for end in ends)) if ends else 1


def _hour_and_day(hour: int, day: int, at: datetime) -> tuple[CapWindow, ...]:
    return (
        CapWindow(name="hour", limit=hour, until=at + HOUR),
        CapWindow(name="day", limit=day, until=at + DAY),
    )
