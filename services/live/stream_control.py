"""Changes of a session's picture: each is one transaction with the event that reports it.

Nothing here checks who calls: ``services.live.stream_direction`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from domain.identity.audit import AuditEntry
from domain.live.events import LoggedEvent, StreamChanged
from domain.live.log_topics import session_topic
from domain.live.room_pictures import show_picture
from domain.live.sessions import LiveSession
from domain.live.streams import Stream
from realtime.group_commit import GroupCommit
from services.live.session_access import load_session
from storage.clock import Clock
from storage.mongo.client import Transaction
from storage.store import Store

StreamChange = Callable[[LiveSession], Stream]
"""Returns the next state of the session's picture; it may refuse, and may be called again."""


class StreamControl:
    """Changes pictures, and logs an event for each change that viewers can see."""

    def __init__(self, store: Store, commit: GroupCommit, clock: Clock) -> None:
        self._store = store
        self._commit = commit
        self._clock = clock

    async def change(
        self, session_id: str, decide: StreamChange, *, audit: AuditEntry | None = None
    ) -> LiveSession:
        """Apply a change to the session as it is now, and return the session after it.

        A change that leaves the picture as it is writes nothing, and no audit entry.

        :raises NotFound: there is no such session.
        """

        async def change(transaction: Transaction) -> tuple[LiveSession, Sequence[LoggedEvent]]:
            before = await load_session(self._store, session_id, transaction)
            after = replace(before, stream=decide(before))
            if after == before:
                return before, []
            await self._store.live_sessions.set_stream(
                before, after.stream, transaction=transaction
            )
            if audit is not None:
                await self._store.audit_log.append(
                    [audit], at=self._clock(), transaction=transaction
                )
            is_seen = show_picture(after) != show_picture(before)
            return after, [StreamChanged(session_id=session_id)] if is_seen else []

        return await self._commit.append(session_topic(session_id), change)
