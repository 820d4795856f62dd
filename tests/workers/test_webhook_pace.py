"""A receiver that has too much to do is left alone, then tried with one message at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.webhooks.webhooks import DeliveryResult
from tests.support.records import FIXED_NOW
from workers.webhook_pace import MAX_SLOWED, WebhookPace

ACCEPTED = DeliveryResult(status=204)


def slow_down(seconds: int | None = None, status: int = 429) -> DeliveryResult:
    asked = None if seconds is None else timedelta(seconds=seconds)
    return DeliveryResult(status=status, retry_after=asked)


@pytest.mark.parametrize("status", [429, 503])
def test_pauses_grow_until_a_message_is_accepted(status: int) -> None:
    pace = WebhookPace()
    at = FIXED_NOW
    for seconds in (5, 10, 20, 40, 80, 160, 300, 300):
        pace.record("one", slow_down(status=status), at=at)
        assert pace.list_paused(at + timedelta(seconds=seconds - 1)) == ["one"]
        at += timedelta(seconds=seconds)
        assert pace.list_paused(at) == []
        assert pace.limit_messages("one", 4) == 1
    pace.record("one", ACCEPTED, at=at)
    assert pace.limit_messages("one", 4) == 4
    pace.record("one", slow_down(), at=at)
    assert pace.list_paused(at + timedelta(seconds=5)) == []


@pytest.mark.parametrize(("asked", "paused"), [(1, 5), (120, 120), (10**9, 86_400)])
def test_the_time_that_a_receiver_names_counts(asked: int, paused: int) -> None:
    pace = WebhookPace()
    pace.record("one", slow_down(asked), at=FIXED_NOW)
    assert pace.list_paused(FIXED_NOW + timedelta(seconds=paused - 1)) == ["one"]
    assert pace.list_paused(FIXED_NOW + timedelta(seconds=paused)) == []


def test_other_failures_and_other_webhooks_are_not_slowed() -> None:
    pace = WebhookPace()
    pace.record("one", slow_down(60), at=FIXED_NOW)
    pace.record("two", DeliveryResult(status=500), at=FIXED_NOW)
    assert pace.list_paused(FIXED_NOW) == ["one"]
    assert pace.limit_messages("two", 4) == 4
    pace.record("one", slow_down(), at=FIXED_NOW + timedelta(seconds=1))
    assert pace.list_paused(FIXED_NOW + timedelta(seconds=59)) == ["one"]


def test_the_number_of_slowed_webhooks_is_bounded() -> None:
    pace = WebhookPace()
    for number in range(MAX_SLOWED + 5):
        pace.record(str(number), slow_down(), at=FIXED_NOW)
    assert len(pace.list_paused(FIXED_NOW)) == MAX_SLOWED
