"""Members of a hub that record what they get, and a renderer that records its calls."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import orjson

from domain.live.events import EventEnvelope
from realtime.rendered_event import RenderedEvent


@lru_cache(maxsize=4096)
def _parse(payload: bytes) -> dict[str, Any]:
    # A thousand members get the same bytes.
    parsed: dict[str, Any] = orjson.loads(payload)
    return parsed


class RecordingMember:
    """A member of a group that records every event and always has room."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.kinds: list[str | None] = []

    def deliver(self, rendered: RenderedEvent, kind: str | None) -> None:
        self.events.append(_parse(rendered.payload))
        self.kinds.append(kind)

    def deliver_all(self, events: Sequence[RenderedEvent]) -> None:
        for rendered in events:
            self.deliver(rendered, None)

    def has_room(self) -> bool:
        return True

    async def wait_drained(self) -> None:
        raise AssertionError("nobody waits for a member that has room")

    @property
    def seqs(self) -> list[int]:
        """The seqs of all events that it got, in order of arrival."""
        return [each["seq"] for each in self.events]

    @property
    def logged_seqs(self) -> list[int]:
        """The seqs of the logged events that it got."""
        return [
            each["seq"]
            for each, kind in zip(self.events, self.kinds, strict=True)
            if kind is None and each["event"] != "Reset"
        ]

    @property
    def ephemeral_events(self) -> list[dict[str, Any]]:
        """The ephemeral events that it got."""
        return [
            each for each, kind in zip(self.events, self.kinds, strict=True) if kind is not None
        ]

    @property
    def event_names(self) -> list[str]:
        """The names of all events that it got, in order of arrival."""
        return [each["event"] for each in self.events]


class LaggingMember(RecordingMember):
    """A member that has no room until ``reads`` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = asyncio.Event()
        self.reads = asyncio.Event()

    def has_room(self) -> bool:
        return self.reads.is_set()

    async def wait_drained(self) -> None:
        self.waits.set()
        await self.reads.wait()


class RecordingRenderer:
    """Renders an event as its seq, name and fields; records the seqs in the order of the calls."""

    def __init__(self) -> None:
        self.rendered_seqs: list[int] = []
        self.go = asyncio.Event()
        self.go.set()

    async def __call__(self, placed: EventEnvelope) -> bytes:
        self.rendered_seqs.append(placed.seq)
        await self.go.wait()
        name = type(placed.event).__name__
        return orjson.dumps({"seq": placed.seq, "event": name, **vars(placed.event)})
