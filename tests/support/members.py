"""Subscribers that keep what they are told, and a rendering that counts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import orjson

from domain.live.events import Placed
from realtime.rendered_event import Rendered


@lru_cache(maxsize=4096)
def _parsed(payload: bytes) -> dict[str, Any]:
    # A thousand members are told the very same.
    parsed: dict[str, Any] = orjson.loads(payload)
    return parsed


class Recorder:
    """A member of a group that always keeps up."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.kinds: list[str | None] = []

    def deliver(self, rendered: Rendered, kind: str | None) -> None:
        self.told.append(_parsed(rendered.payload))
        self.kinds.append(kind)

    def deliver_all(self, events: Sequence[Rendered]) -> None:
        for rendered in events:
            self.deliver(rendered, None)

    def has_room(self) -> bool:
        return True

    async def drained(self) -> None:
        raise AssertionError("nobody waits for a member that has room")

    @property
    def seqs(self) -> list[int]:
        """The places of all it was told, in that order."""
        return [each["seq"] for each in self.told]

    @property
    def logged(self) -> list[int]:
        """The places of the logged events it was told."""
        return [
            each["seq"]
            for each, kind in zip(self.told, self.kinds, strict=True)
            if kind is None and each["event"] != "Reset"
        ]

    @property
    def states(self) -> list[dict[str, Any]]:
        """The state it was told."""
        return [each for each, kind in zip(self.told, self.kinds, strict=True) if kind is not None]

    @property
    def what(self) -> list[str]:
        """The names of all it was told, in that order."""
        return [each["event"] for each in self.told]


class Lagging(Recorder):
    """A member that has no room until its peer reads on."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = asyncio.Event()
        self.reads = asyncio.Event()

    def has_room(self) -> bool:
        return self.reads.is_set()

    async def drained(self) -> None:
        self.waits.set()
        await self.reads.wait()


class Rendering:
    """Renders an event with its place and name; keeps the places in the order of the calls."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.go = asyncio.Event()
        self.go.set()

    async def __call__(self, placed: Placed) -> bytes:
        self.calls.append(placed.seq)
        await self.go.wait()
        name = type(placed.event).__name__
        return orjson.dumps({"seq": placed.seq, "event": name, **vars(placed.event)})
