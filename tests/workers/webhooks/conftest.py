"""Fixtures of the webhook tests: a receiver on this machine, and a sender that may reach it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from storage.clock import utc_now
from tests.support.records import ManualClock
from tests.support.webhook_receivers import WebhookReceiver
from workers.webhook_sender import WebhookSender


@pytest.fixture
async def partner() -> AsyncIterator[WebhookReceiver]:
    """A real HTTP server on this machine that accepts every message unless told otherwise."""
    async with WebhookReceiver() as partner:
        yield partner


@pytest.fixture
async def sender() -> AsyncIterator[WebhookSender]:
    """A sender that may send to this machine."""
    sender = WebhookSender(private=True)
    yield sender
    await sender.close()


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at ``records.FIXED_NOW`` until a test moves it."""
    return ManualClock()


@pytest.fixture
def current_clock() -> ManualClock:
    """A clock that starts now: receivers refuse a message that was signed minutes ago."""
    clock = ManualClock()
    clock.at = utc_now().replace(microsecond=0)
    return clock
