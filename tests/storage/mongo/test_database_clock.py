"""The database's clock does not depend on the node's, and shows which of the two is wrong."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest

from storage.clock import utc_now
from storage.mongo.client import Mongo, StorageUnavailable
from storage.mongo.database_clock import ClockFault, DatabaseClock

HOUR = timedelta(hours=1)
NEAR = timedelta(minutes=5)
"""A clock that is right is nearer than this, and one that is an hour off is not."""


async def assert_follows(mongo: Mongo, clock: DatabaseClock) -> None:
    assert abs(clock() - await mongo.read_clock()) < NEAR


@pytest.mark.parametrize("off", [-HOUR, timedelta(0), HOUR])
async def test_it_follows_the_database_whatever_the_node_s_clock_says(
    either_mongo: Mongo, off: timedelta
) -> None:
    clock = DatabaseClock(either_mongo, wall_clock=lambda: utc_now() + off)
    await clock.sample()
    await assert_follows(either_mongo, clock)
    assert abs(clock.offset_seconds - off.total_seconds()) < NEAR.total_seconds()
    assert clock().microsecond % 1000 == 0


async def test_before_the_first_sample_it_is_the_node_s_clock(mongo: Mongo) -> None:
    own = utc_now() - HOUR
    clock = DatabaseClock(mongo, wall_clock=lambda: own)
    assert clock() == own
    assert (clock.offset_seconds, clock.fault) == (0, None)


async def test_a_node_s_clock_that_is_set_shows_at_the_next_sample(mongo: Mongo) -> None:
    off = timedelta(0)
    clock = DatabaseClock(mongo, wall_clock=lambda: utc_now() + off)
    found = []
    for set_to in (timedelta(0), HOUR, -HOUR, timedelta(seconds=1)):
        off = set_to
        await clock.sample()
        await assert_follows(mongo, clock)
        found.append(clock.fault)
    assert found == [None, ClockFault.NODE, ClockFault.NODE, None]


async def test_a_database_clock_that_is_set_is_followed(mongo: Mongo) -> None:
    # Seen from here, the database goes back when our own counting leaps ahead.
    leap = 0.0
    clock = DatabaseClock(mongo, monotonic=lambda: time.monotonic() + leap)
    await clock.sample()
    leap = HOUR.total_seconds()
    assert clock() - await mongo.read_clock() > HOUR - NEAR
    await clock.sample()
    await assert_follows(mongo, clock)


class SetClocks(Mongo):
    """A set whose members have clocks that a test can set; those of this machine cannot be set."""

    primary = timedelta(0)
    secondary: timedelta | None = None
    round_trip_seconds = 0.0
    passed_seconds = 0.0

    async def read_clock(self, *, of_secondary: bool = False) -> datetime:
        off = self.secondary if of_secondary else self.primary
        if off is None:
            raise StorageUnavailable("no secondary")
        self.passed_seconds += self.round_trip_seconds
        return utc_now() + off


async def test_a_sample_of_a_slow_round_trip_does_not_spoil_an_exact_one(mongo_uri: str) -> None:
    mongo = await SetClocks.connect(mongo_uri, "unused")
    clock = DatabaseClock(mongo, monotonic=lambda: mongo.passed_seconds)
    await clock.sample()
    before = clock()
    mongo.round_trip_seconds = 7_200.0
    # The answer takes two hours: the database's time lies somewhere in between.
    await clock.sample()
    assert clock() - before == 2 * HOUR
    await mongo.close()


@pytest.mark.parametrize(
    ("primary", "secondary", "fault"),
    [
        (HOUR, None, ClockFault.NODE),
        (HOUR, HOUR, ClockFault.NODE),
        (-HOUR, HOUR, ClockFault.NODE),
        (HOUR, timedelta(0), ClockFault.DATABASE),
        (-HOUR, timedelta(seconds=1), ClockFault.DATABASE),
        (timedelta(seconds=1), HOUR, None),
    ],
)
async def test_a_secondary_decides_whose_clock_is_wrong(
    mongo_uri: str, primary: timedelta, secondary: timedelta | None, fault: ClockFault | None
) -> None:
    mongo = await SetClocks.connect(mongo_uri, "unused")
    mongo.primary, mongo.secondary = primary, secondary
    clock = DatabaseClock(mongo)
    await clock.sample()
    assert clock.fault is fault
    await mongo.close()


async def test_a_set_of_one_member_has_no_secondary_to_ask(mongo_uri: str) -> None:
    mongo = await Mongo.connect(mongo_uri, "unused", timeout=0.5)
    with pytest.raises(StorageUnavailable):
        await mongo.read_clock(of_secondary=True)
    await mongo.close()
