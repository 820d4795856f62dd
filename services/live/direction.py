"""What a host or an officer does with a live session while directing it.

Each method checks that the caller directs the session, then changes its state. ``session_id`` and
``posting_id`` are local ids; refusals name the field of the mutation's input.
"""

from __future__ import annotations

from domain.identity.accounts import Principal
from domain.live.questions import check_slow_mode
from domain.live.sessions import LiveSession, Segment, SessionStatus
from domain.postings.postings import Posting
from domain.refusals import InvalidInput
from services.live.session_access import require_directed_session
from services.live.sessions import LiveSessionControl
from services.live.shown_texts import check_shown_text
from services.postings.posting_gate import PostingGate
from storage.store import Store

MAX_ANNOUNCEMENT_LENGTH = 500
"""Characters in an announcement."""
MAX_SEGMENT_TITLE_LENGTH = 60
"""Characters in the title of a segment."""

_SESSION_FIELD = ("input", "sessionId")


class SessionDirection:
    """Directs live sessions on behalf of their host or an officer of their union.

    Every method raises ``NotFound`` when there is no such session for the caller, and
    ``NotPermitted`` when the caller does not direct it.
    """

    def __init__(self, store: Store, control: LiveSessionControl, gate: PostingGate) -> None:
        self._store = store
        self._control = control
        self._gate = gate

    async def change_status(
        self, caller: Principal, session_id: str, wanted: SessionStatus
    ) -> LiveSession:
        """Start, interrupt, resume, end or cancel a session: change its status to ``wanted``.

        :raises SessionStateConflict: the present status does not allow it.
        """
        await self._require_directed(caller, session_id)
        return await self._control.change_status(session_id, wanted)

    async def pin(
        self, caller: Principal, session_id: str, posting_id: str
    ) -> tuple[LiveSession, Posting]:
        """Pin a posting, screened again if its last screening is out of date.

        :raises SessionNotLive: the session is not on air.
        :raises PostingNotOpen: the posting was refused, waits for review, or is closed.
        :raises PostingNotInSession: the session does not present it.
        """
        await self._require_directed(caller, session_id)
        await self._gate.rescreen_before_showing(posting_id)
        session = await self._control.pin(session_id, posting_id)
        postings = await self._store.postings.by_ids([posting_id])
        return session, postings[posting_id]

    async def unpin(self, caller: Principal, session_id: str) -> LiveSession:
        """Unpin the pinned posting. Without one, nothing changes.

        :raises SessionNotLive: the session is not on air.
        """
        await self._require_directed(caller, session_id)
        return await self._control.unpin(session_id)

    async def set_segment(
        self, caller: Principal, session_id: str, segment: Segment, title: str
    ) -> LiveSession:
        """Set the segment that is on air now.

        :raises SessionNotLive: the session is not on air.
        :raises InvalidInput: the title is over 60 characters or cannot be shown.
        :raises TextRefused: the title breaks a rule for public texts.
        """
        await self._require_directed(caller, session_id)
        title = check_shown_text(title, MAX_SEGMENT_TITLE_LENGTH, ("input", "title"))
        return await self._control.set_segment(session_id, segment, title)

    async def set_slow_mode(self, caller: Principal, session_id: str, seconds: int) -> LiveSession:
        """Set the time between two questions of one viewer; 0 ends slow mode.

        :raises SessionNotLive: the session is not on air.
        :raises InvalidInput: the number is negative or over 600.
        """
        await self._require_directed(caller, session_id)
        return await self._control.set_slow_mode(
            session_id, check_slow_mode(seconds, ("input", "seconds"))
        )

    async def announce(self, caller: Principal, session_id: str, body: str) -> LiveSession:
        """Send an announcement to everybody in the session.

        :raises SessionNotLive: the session is not on air.
        :raises InvalidInput: the body is empty, over 500 characters or cannot be shown.
        :raises TextRefused: the body breaks a rule for public texts.
        """
        await self._require_directed(caller, session_id)
        field = ("input", "body")
        if not body.strip():
            raise InvalidInput("Write the announcement.", "请填写公告内容。", field=field)
        return await self._control.announce(
            session_id, check_shown_text(body, MAX_ANNOUNCEMENT_LENGTH, field)
        )

    async def _require_directed(self, caller: Principal, session_id: str) -> None:
        await require_directed_session(self._store, caller, session_id, _SESSION_FIELD)
