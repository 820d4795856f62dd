from __future__ import annotations

import re

import pytest
from limits import RateLimitItemPerMinute

from domain.refusals import TooManyAttempts
from realtime.rate_limits import KeyedLimit, RateLimiter

TWICE = RateLimitItemPerMinute(2)
OFTEN = RateLimitItemPerMinute(5)


def test_each_limit_applies_to_its_own_key() -> None:
    rates = RateLimiter()
    here: tuple[KeyedLimit, ...] = ((TWICE, "who", "a"), (OFTEN, "where", "x"))
    elsewhere: tuple[KeyedLimit, ...] = ((TWICE, "who", "b"), (OFTEN, "where", "x"))
    for _ in range(2):
        rates.check(*here, why="Too much.", why_zh="太多了。")
        rates.hit(*here)
    with pytest.raises(TooManyAttempts) as refused:
        rates.check(*here, why="Too much.", why_zh="太多了。")
    assert re.fullmatch(r"Too much\. Wait \d\d? seconds\.", refused.value.message)
    for _ in range(3):
        rates.check((OFTEN, "where", "x"), why="Too much.", why_zh="太多了。")
        rates.hit((OFTEN, "where", "x"))
    with pytest.raises(TooManyAttempts):
        rates.check(*elsewhere, why="Too much.", why_zh="太多了。")
    rates.check((TWICE, "who", "b"), why="Too much.", why_zh="太多了。")


def test_the_number_of_counted_keys_is_limited() -> None:
    rates = RateLimiter(max_keys=50)
    for number in range(200):
        rates.hit((TWICE, "who", str(number)))
    assert len(rates._storage.events) == 50
