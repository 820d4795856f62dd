"""Stored sessions with a picture, and what is known of the picture afterwards."""

from __future__ import annotations

from domain.live.events import StreamChanged
from domain.live.log_topics import session_topic
from domain.live.sessions import LiveSession, SessionStatus
from domain.live.streams import NO_STREAM, Stream
from storage.store import Store
from tests.support import records


async def stored_session(
    store: Store,
    status: SessionStatus = SessionStatus.LIVE,
    stream: Stream = NO_STREAM,
    **changes: object,
) -> LiveSession:
    session = records.live_session(status=status, stream=stream, **changes)
    await store.live_sessions.add([session])
    return session


async def read_stream(store: Store, session: LiveSession) -> Stream:
    found = await store.live_sessions.by_id(session.id)
    assert found is not None
    return found.stream


async def count_events(store: Store, session: LiveSession) -> int:
    """Check that all events of the session report its picture, and return their number."""
    logged = await store.event_log.read(session_topic(session.id), after=0, limit=20)
    assert {each.event for each in logged} <= {StreamChanged(session_id=session.id)}
    return len(logged)
