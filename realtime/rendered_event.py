"""One event as it goes out: its payload made once, the message once an operation id."""

from __future__ import annotations


class RenderedEvent:
    """The JSON of an execution result, and the ``next`` message last made of it.

    Clients of one kind tend to use one id, so that most members share the very same bytes.
    """

    __slots__ = ("_message", "_prefix", "payload")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self._prefix = b""
        self._message = b""

    def message(self, prefix: bytes) -> bytes:
        """The message that begins with ``prefix`` (see ``wire.next_prefix``)."""
        if prefix != self._prefix:
            self._prefix = prefix
            self._message = b"%b%b}" % (prefix, self.payload)
        return self._message
