"""What the sockets of a page carried: the numbers of the events, and the pings."""

from __future__ import annotations

import json
from typing import Any

from playwright.async_api import WebSocket

from tests.web.visitors import Visitor

STATE = {"TallyChanged", "PresenceChanged"}


class Frames:
    """Listens to every socket that a page opens."""

    def __init__(self, visitor: Visitor) -> None:
        self.seqs: list[int] = []
        """Of all logged events, in the order of their arrival over all sockets."""
        self.resets = 0
        self.pings = 0
        self.sockets = 0
        visitor.page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        self.sockets += 1
        socket.on("framereceived", self._received)
        socket.on("framesent", self._sent)

    def _received(self, frame: str | bytes) -> None:
        message: dict[str, Any] = json.loads(frame)
        if message["type"] != "next":
            return
        event = message["payload"]["data"].get("sessionEvents")
        if event is None:  # a notice to this visitor, which is in no log
            return
        if event["__typename"] == "Reset":
            self.resets += 1
        elif event["__typename"] not in STATE:
            self.seqs.append(event["seq"])

    def _sent(self, frame: str | bytes) -> None:
        self.pings += json.loads(frame)["type"] == "ping"

    def gaps_and_repeats(self) -> list[tuple[int, int]]:
        """Return the neighbours that do not follow each other by one."""
        neighbours = zip(self.seqs, self.seqs[1:], strict=False)
        return [(one, next_one) for one, next_one in neighbours if next_one != one + 1]
