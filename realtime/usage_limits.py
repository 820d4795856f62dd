"""Bounds on what one device and one network address may do, with their units.

Each says what it means for an honest house; ``docs/limits.md`` has the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class UsageLimit:
    """How many different things one subject may bring in one window of time."""

    name: str
    """Names the counter in the database; it never changes."""
    most: int
    window: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class UsageLimits:
    """The bounds of one house."""

    phones_per_device_hour: int = 5
    """New phones that one device may send leads and profiles for in an hour of the clock. An honest
    phone sends for its owner and a few relatives; the same phone again is free. Staff are not
    bounded."""
    devices_per_address_minute: int = 200
    """New devices of one address in a minute; leads and profiles of further ones are flagged, and
    called last. A factory hall stays below it except when all tap at once: then they are flagged,
    and recorded all the same."""
    scans_per_code_minute: int = 60
    """Scans of one code that count from one address in a minute; further ones are redirected only.
    A hall behind one address scans a poster less often."""
    entries_per_device_hour: int = 60
    """Times that one device may come back with its credential. A page enters once in six hours, or
    with each of its tabs. First entries store nothing and are not bounded: whoever may not enter
    may not tap."""
    known_addresses_per_account: int = 20
    """Addresses from which an account has signed in within 30 days: home, office, phone."""

    @property
    def known_addresses(self) -> UsageLimit:
        """Addresses of successful sign-ins of an account."""
        return UsageLimit(
            name="addresses", most=self.known_addresses_per_account, window=timedelta(days=30)
        )

    @property
    def phones(self) -> UsageLimit:
        """New phones of a device."""
        return UsageLimit(
            name="phones", most=self.phones_per_device_hour, window=timedelta(hours=1)
        )

    @property
    def entries(self) -> UsageLimit:
        """Entries of a device with its credential."""
        return UsageLimit(
            name="entries", most=self.entries_per_device_hour, window=timedelta(hours=1)
        )

    @property
    def scans(self) -> UsageLimit:
        """Scans of a code from an address."""
        return UsageLimit(
            name="scans", most=self.scans_per_code_minute, window=timedelta(minutes=1)
        )

    @property
    def devices(self) -> UsageLimit:
        """New devices of an address."""
        return UsageLimit(
            name="devices", most=self.devices_per_address_minute, window=timedelta(minutes=1)
        )


DEFAULT_USAGE_LIMITS = UsageLimits()
