"""A process that reads and screens rows: ``python -P -m services.exchange.row_child``.

``services.exchange.row_processes`` starts it. It answers orders from its input until the input
ends, so it never outlives the process that started it, however that one ends.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
from typing import Any, BinaryIO, Literal

LENGTH_BYTES = 4
"""Bytes of the length, big-endian, before each message."""
Verb = Literal["read", "read_and_screen", "screen"]
"""The method of ``RowReader`` for the items of an order: rows, or terms to screen."""
_NICENESS = 10
"""Live sessions come first: the process yields the processor to the one that serves them."""


def frame(message: object) -> bytes:
    """Return a message with its length before it."""
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return len(content).to_bytes(LENGTH_BYTES, "big") + content


def unframe(content: bytes) -> Any:
    """Return the message of a frame, given without its length."""
    return pickle.loads(content)  # noqa: S301 - written by this service, never by a client


def main() -> None:
    """Say that the process is ready, then answer each order: rules if new, verb, items."""
    # Ctrl-C reaches all processes of a terminal; the service still finishes its part of an import.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICENESS)
    # Importing takes seconds, and the service works meanwhile.
    from domain.screening.text_screening import screen_text  # noqa: PLC0415 - see above
    from services.exchange.written_rows import RowReader  # noqa: PLC0415 - see above

    # The first text of a process builds the tables that all texts are searched with.
    screen_text("招聘电工", "duties")
    # They stay until the process ends, so the garbage collector need not walk them.
    gc.freeze()
    source, out = sys.stdin.buffer, sys.stdout.buffer
    _send(out, "ready")
    while len(head := source.read(LENGTH_BYTES)) == LENGTH_BYTES:
        rules, verb, items = unframe(source.read(int.from_bytes(head, "big")))
        if rules is not None:
            reader = RowReader(rules)
        _send(out, [*map(getattr(reader, verb), items)])


def _send(out: BinaryIO, message: object) -> None:
    out.write(frame(message))
    out.flush()


if __name__ == "__main__":
    main()
