"""Changes of a live session's state: status, pinned posting, segment, slow mode, texts.

Each change and the event that reports it are one transaction. All changes of a session go through
its topic, so viewers receive the events in the order in which the changes were made.
"""

from __future__ import annotations

from collections.abc import Sequence

from domain.live.events import (
    Announcement,
    LoggedEvent,
    PostingPinned,
    PostingUnpinned,
    SegmentChanged,
    SessionCancelled,
    SessionEnded,
    SessionInterrupted,
    SessionPostingClosed,
    SessionPostingOpened,
    SessionResumed,
    SessionStarted,
    SlowModeChanged,
)
from domain.live.log_topics import session_topic
from domain.live.sessions import LiveSession, Segment, SessionStatus, check_transition
from domain.reference.calendar import day_in_china
from domain.refusals import NotFound, PostingNotInSession, PostingNotOpen, SessionNotLive
from domain.webhooks.messages import build_session_notice
from realtime.group_commit import GroupCommit
from services.live.session_access import load_session
from storage.clock import Clock
from storage.mongo.client import Transaction
from storage.store import Store


class LiveSessionControl:
    """Changes the state of live sessions and logs the event of each change.

    Nothing here checks who calls: ``services.live.direction`` does.
    """

    def __init__(self, store: Store, commit: GroupCommit, clock: Clock) -> None:
        self._store = store
        self._commit = commit
        self._clock = clock

    async def change_status(self, session_id: str, wanted: SessionStatus) -> LiveSession:
        """Change the status of a session to ``wanted``, and notify the webhooks.

        :raises NotFound: there is no such session.
        :raises SessionStateConflict: the present status does not allow it.
        """

        async def change(transaction: Transaction) -> tuple[LiveSession, Sequence[LoggedEvent]]:
            before = await self._load(session_id, transaction)
            check_transition(before.status, wanted)
            await self._store.live_sessions.change_status(
                before, wanted, at=self._clock(), transaction=transaction
            )
            if wanted is SessionStatus.LIVE and before.closed_posting_ids is None:
                # What closes while this is read is found later, by the comparison with it.
                closed = await self._find_closed(before)
                await self._store.live_sessions.note_closed(
                    session_id, closed, transaction=transaction
                )
            after = await self._load(session_id, transaction)
            notice = build_session_notice(after, before.status, at=self._clock())
            await self._store.deliveries.enqueue([notice], transaction=transaction)
            return after, _status_events(session_id, before.status, wanted)

        return await self._commit.append(session_topic(session_id), change)

    async def pin(self, session_id: str, posting_id: str) -> LiveSession:
        """Pin a posting, which replaces the one pinned before.

        :raises NotFound: there is no such session or posting.
        :raises SessionNotLive: the session is not on air.
        :raises PostingNotOpen: the posting was refused, waits for review, or is closed.
        :raises PostingNotInSession: the session does not present it.
        """

        async def change(transaction: Transaction) -> tuple[LiveSession, Sequence[LoggedEvent]]:
            live = await self._check_live(session_id, transaction)
            await self._check_open(posting_id, transaction)
            check_presented(live, posting_id)
            await self._store.live_sessions.pin(session_id, posting_id, transaction=transaction)
            pinned = PostingPinned(session_id=session_id, posting_id=posting_id)
            return await self._load(session_id, transaction), [pinned]

        return await self._commit.append(session_topic(session_id), change)

    async def unpin(self, session_id: str) -> LiveSession:
        """Unpin the pinned posting. Without one, nothing changes.

        :raises SessionNotLive: the session is not on air.
        """

        async def change(transaction: Transaction) -> tuple[LiveSession, Sequence[LoggedEvent]]:
            live = await self._check_live(session_id, transaction)
            if live.pinned_posting_id is None:
                return live, []
            await self._store.live_sessions.pin(session_id, None, transaction=transaction)
            unpinned = PostingUnpinned(session_id=session_id, posting_id=live.pinned_posting_id)
            return await self._load(session_id, transaction), [unpinned]

        return await self._commit.append(session_topic(session_id), change)

    async def refresh_posting(self, posting_id: str) -> None:
        """Update every session on air that shows this posting, after its terms have changed.

        Where it is pinned it is announced again with PostingPinned, so clients read its new terms.
        One that is no longer open is unpinned. That it closed or opened is reported everywhere.
        """
        for session_id in await self._store.live_sessions.ids_showing(posting_id):
            await self._refresh_posting_in(session_id, posting_id, terms_changed=True)

    async def refresh_openness(self, posting_id: str) -> None:
        """Do the same after the posting may have opened or closed, with unchanged terms."""
        for session_id in await self._store.live_sessions.ids_showing(posting_id):
            await self._refresh_posting_in(session_id, posting_id, terms_changed=False)

    async def refresh_all_openness(self) -> None:
        """Find postings that opened or closed by a date, in all sessions on air.

        A session that started on a node of the version before is noted as it is.
        """
        today = day_in_china(self._clock())
        for session in await self._store.live_sessions.on_air():
            closed = await self._find_closed(session)
            if session.closed_posting_ids is None:
                await self._store.live_sessions.note_closed(session.id, closed)
            else:
                for posting_id in set(closed).symmetric_difference(session.closed_posting_ids):
                    await self._refresh_posting_in(session.id, posting_id, terms_changed=False)
            pinned = session.pinned_posting_id
            if pinned is not None and not await self._store.postings.visible_ids([pinned], today):
                await self._refresh_posting_in(session.id, pinned, terms_changed=False)

    async def _find_closed(self, session: LiveSession) -> list[str]:
        today = day_in_china(self._clock())
        visible = set(await self._store.postings.visible_ids(session.posting_ids, today))
        return [posting_id for posting_id in session.posting_ids if posting_id not in visible]

    async def _refresh_posting_in(
        self, session_id: str, posting_id: str, *, terms_changed: bool
    ) -> None:
        async def change(transaction: Transaction) -> tuple[None, Sequence[LoggedEvent]]:
            session = await self._load(session_id, transaction)
            posting = (await self._store.postings.by_ids([posting_id], transaction=transaction))[
                posting_id
            ]
            is_open = posting.is_open(day_in_china(self._clock()))
            ids = {"session_id": session_id, "posting_id": posting_id}
            events: list[LoggedEvent] = []
            sessions = self._store.live_sessions
            if session.pinned_posting_id == posting_id and not is_open:
                await sessions.unpin(session_id, posting_id, transaction=transaction)
                events.append(PostingUnpinned(**ids))
            if session.knows_otherwise(posting_id, is_open=is_open):
                await sessions.set_closed(
                    session_id, posting_id, is_closed=not is_open, transaction=transaction
                )
                events.append(
                    SessionPostingOpened(**ids) if is_open else SessionPostingClosed(**ids)
                )
            if session.pinned_posting_id == posting_id and is_open and terms_changed:
                events.append(PostingPinned(**ids))
            return None, events

        await self._commit.append(session_topic(session_id), change)

    async def set_segment(self, session_id: str, segment: Segment, title: str) -> LiveSession:
        """Set the segment that is on air now. The same segment and title again change nothing.

        :raises SessionNotLive: the session is not on air.
        """

        async def change(transaction: Transaction) -> tuple[LiveSession, Sequence[LoggedEvent]]:
            live = await self._check_live(session_id, transaction)
            if (live.segment, live.segment_title) == (segment, title):
                return live, []
            await self._store.live_sessions.set_segment(
                session_id, segment, title, transaction=transaction
            )
            changed = SegmentChanged(session_id=session_id, segment=segment, title=title)
            return await self._load(session_id, transaction), [changed]

        return await self._commit.append(session_topic(session_id), change)

    async def set_slow_mode(self, session_id: str, seconds: int) -> LiveSession:
        """Set the time between two questions of a viewer. The same time again changes nothing.

        :raises SessionNotLive: the session is not on air.
        """

        async def change(transaction: Transaction) -> tuple[LiveSession, Sequence[LoggedEvent]]:
            live = await self._check_live(session_id, transaction)
            if live.slow_mode_seconds == seconds:
                return live, []
            await self._store.live_sessions.set_slow_mode(
                session_id, seconds, transaction=transaction
            )
            changed = SlowModeChanged(session_id=session_id, seconds=seconds)
            return await self._load(session_id, transaction), [changed]

        return await self._commit.append(session_topic(session_id), change)

    async def announce(self, session_id: str, body: str) -> LiveSession:
        """Log an announcement for everybody in the session.

        :raises SessionNotLive: the session is not on air.
        """

        async def change(transaction: Transaction) -> tuple[LiveSession, Sequence[LoggedEvent]]:
            live = await self._check_live(session_id, transaction)
            return live, [Announcement(session_id=session_id, body=body)]

        return await self._commit.append(session_topic(session_id), change)

    async def _load(self, session_id: str, transaction: Transaction) -> LiveSession:
        return await load_session(self._store, session_id, transaction)

    async def _check_live(self, session_id: str, transaction: Transaction) -> LiveSession:
        found = await self._load(session_id, transaction)
        check_live(found)
        return found

    async def _check_open(self, posting_id: str, transaction: Transaction) -> None:
        postings = await self._store.postings.by_ids([posting_id], transaction=transaction)
        posting = postings.get(posting_id)
        if posting is None:
            raise NotFound("There is no such posting.", "没有这个岗位。")
        if not posting.is_open(day_in_china(self._clock())):
            raise PostingNotOpen(
                "The posting is not open: it was refused, waits for review, or is closed.",
                "该岗位未开放：可能审核未通过、正在等待审核或者已经关闭。",
            )


def check_live(session: LiveSession) -> None:
    """Pass when the session is LIVE.

    :raises SessionNotLive: it is not.
    """
    if session.status is not SessionStatus.LIVE:
        raise SessionNotLive(
            "The session is not on air now. Do this while it is.",
            f"该场次目前为“{session.status.zh}”状态，只有直播中的场次才能进行此操作。",
            hint="The session needs the status LIVE.",
        )


def check_presented(session: LiveSession, posting_id: str) -> None:
    """Pass when the session presents the posting.

    :raises PostingNotInSession: it does not.
    """
    if posting_id not in session.posting_ids:
        raise PostingNotInSession(
            "The session does not present this posting.", "该岗位不在本场次的岗位清单中。"
        )


def _status_events(
    session_id: str, before: SessionStatus, after: SessionStatus
) -> list[LoggedEvent]:
    if after is SessionStatus.LIVE:
        if before is SessionStatus.INTERRUPTED:
            return [SessionResumed(session_id=session_id)]
        return [SessionStarted(session_id=session_id)]
    if after is SessionStatus.INTERRUPTED:
        return [SessionInterrupted(session_id=session_id)]
    if after is SessionStatus.ENDED:
        return [SessionEnded(session_id=session_id)]
    if after is SessionStatus.CANCELLED:
        return [SessionCancelled(session_id=session_id)]
    # A draft that is scheduled: nobody can have subscribed to it before.
    return []
