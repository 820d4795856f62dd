"""Minimum wages to propose: no two of a process have the same place, tier and first day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

from domain.reference.calendar import day_in_china
from domain.reference.regions import list_counties
from storage.clock import utc_now

_COUNTIES = [each.code for each in list_counties() if each.code.startswith("3304")]
_TIERS = 6
_numbers = count()


def next_proposed_place() -> tuple[str, int, date]:
    """Return a county of Jiaxing, a tier and a day from a month ahead on."""
    rest, county = divmod(next(_numbers), len(_COUNTIES))
    days, tier = divmod(rest, _TIERS)
    return _COUNTIES[county], tier + 1, day_in_china(utc_now()) + timedelta(days=30 + days)
