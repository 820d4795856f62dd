"""The doctor says whose clock is wrong, and in which direction."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.doctor.check_results import Verdict
from api.doctor.database_checks import OpenDatabase, check_clock
from storage.clock import utc_now
from storage.mongo.client import Mongo
from storage.mongo.database_clock import ClockFault
from storage.store import Store

SECRET = "a secret for tests"


@pytest.mark.parametrize(
    ("seconds", "fault", "verdict", "texts"),
    [
        (0, None, Verdict.OK, ("agree", "相差不超过")),
        (3600, ClockFault.NODE, Verdict.FAILED, ("s ahead of", "本机时钟比数据库快")),
        (-3600, ClockFault.NODE, Verdict.FAILED, ("s behind", "本机时钟比数据库慢")),
        (3600, ClockFault.DATABASE, Verdict.WARNING, ("that of the MongoDB primary", "主节点快")),
    ],
)
async def test_the_clock_check(
    mongo: Mongo,
    seconds: int,
    fault: ClockFault | None,
    verdict: Verdict,
    texts: tuple[str, str],
) -> None:
    store = Store(mongo, SECRET, wall_clock=lambda: utc_now() + timedelta(seconds=seconds))
    await store.clock.sample()
    # A set of one member has no secondary that could agree with this machine.
    assert store.clock.fault is (None if fault is None else ClockFault.NODE)
    store.clock.fault = fault
    found = await check_clock(OpenDatabase(store=store, secret=SECRET, at=store.clock()))
    assert found.verdict is verdict
    assert texts[0] in found.message
    assert texts[1] in found.message_zh
