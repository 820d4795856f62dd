"""A position in an event log, which tells a log from a restored earlier copy of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class LogPosition:
    """The ``seq`` of an event and the random ``tag`` that was stored with it.

    A database that is restored from a backup gives the same seqs to other events, but not the same
    tags. The tag is empty where there is none to compare: in cursors of versions without tags, and
    at the end of a log whose events were deleted.
    """

    seq: int
    tag: str


LOG_START = LogPosition(seq=0, tag="start")
"""The position before the first event. It is the same in every log."""
