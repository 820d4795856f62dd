"""A rendered event: its payload, serialised once, and the ``next`` message built from it."""

from __future__ import annotations


class RenderedEvent:
    """The JSON of an execution result, and the last ``next`` message built from it.

    Clients of one kind tend to use the same operation id, so most members share the same bytes.
    """

    __slots__ = ("_message", "_prefix", "payload")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self._prefix = b""
        self._message = b""

    def message(self, prefix: bytes) -> bytes:
        """The message that begins with ``prefix`` (``protocol_messages.next_prefix``)."""
        if prefix != self._prefix:
            self._prefix = prefix
            self._message = b"%b%b}" % (prefix, self.payload)
        return self._message
