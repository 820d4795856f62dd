"""Days and months in China time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.reference.calendar import add_months, check_has_zone, day_in_china
from domain.refusals import InvalidInput


def test_the_day_changes_at_midnight_in_china() -> None:
    assert day_in_china(datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC)) == date(2026, 9, 30)
    assert day_in_china(datetime(2026, 9, 30, 16, tzinfo=UTC)) == date(2026, 10, 1)


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda at: 1 < at.year < 9999))
def test_a_day_later_is_the_next_day(at: datetime) -> None:
    assert day_in_china(at + timedelta(days=1)) - day_in_china(at) == timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2026, 10, 1), date(2027, 4, 1)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2027, 8, 31), date(2028, 2, 29)),
        (date(2026, 6, 30), date(2026, 12, 30)),
    ],
)
def test_six_months_later_is_the_same_day_or_the_last_of_that_month(day: date, later: date) -> None:
    assert add_months(day, 6) == later


def test_a_time_without_a_zone_is_refused() -> None:
    check_has_zone(datetime(2026, 11, 23, tzinfo=UTC), ("since",))
    with pytest.raises(InvalidInput, match="with its zone") as refused:
        check_has_zone(datetime(2026, 11, 23), ("since",))  # noqa: DTZ001 - the case under test
    assert refused.value.field == ("since",)
