"""Changes for a group commit: log given events, or wait until the test releases them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from domain.live.events import Announcement, LoggedEvent
from realtime.group_commit import LoggedChange
from storage.mongo.client import Transaction
from storage.store import Store

TOPIC = "session/session"


def announcement(body: object) -> Announcement:
    return Announcement(session_id="session", body=str(body))


def announcing(*bodies: object) -> LoggedChange[Any]:
    """A change that logs an announcement for each of ``bodies`` and returns the first body."""

    async def change(transaction: Transaction) -> tuple[object, Sequence[LoggedEvent]]:
        return bodies[0] if bodies else None, [announcement(body) for body in bodies]

    return change


class HeldChange:
    """A change that waits within its transaction until the test sets ``go``."""

    def __init__(self) -> None:
        self.inside = asyncio.Event()
        self.go = asyncio.Event()

    async def __call__(self, _: Transaction) -> tuple[str, Sequence[LoggedEvent]]:
        self.inside.set()
        await self.go.wait()
        return "held", [announcement("held")]


async def logged_bodies(store: Store) -> list[str]:
    placed = await store.event_log.read(TOPIC, after=0, limit=1000)
    assert [each.seq for each in placed] == list(range(1, len(placed) + 1))
    return [each.event.body for each in placed if isinstance(each.event, Announcement)]
