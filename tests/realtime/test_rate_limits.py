from __future__ import annotations

import re

import pytest
from limits import RateLimitItemPerMinute

from domain.errors import TooManyAttempts
from realtime.rate_limits import Limited, Rates

TWICE = RateLimitItemPerMinute(2)
OFTEN = RateLimitItemPerMinute(5)


def test_each_limit_holds_for_whom_it_is_counted() -> None:
    rates = Rates()
    here: tuple[Limited, ...] = ((TWICE, "who", "a"), (OFTEN, "where", "x"))
    elsewhere: tuple[Limited, ...] = ((TWICE, "who", "b"), (OFTEN, "where", "x"))
    for _ in range(2):
        rates.check(*here, why="Too much.")
        rates.count(*here)
    with pytest.raises(TooManyAttempts) as refused:
        rates.check(*here, why="Too much.")
    assert re.fullmatch(r"Too much\. Wait \d\d? seconds\.", refused.value.message)
    for _ in range(3):
        rates.check((OFTEN, "where", "x"), why="Too much.")
        rates.count((OFTEN, "where", "x"))
    with pytest.raises(TooManyAttempts):
        rates.check(*elsewhere, why="Too much.")
    rates.check((TWICE, "who", "b"), why="Too much.")


def test_what_is_counted_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtime.rate_limits.COUNTED", 50)
    rates = Rates()
    for number in range(200):
        rates.count((TWICE, "who", str(number)))
    assert len(rates._counted.events) == 50
