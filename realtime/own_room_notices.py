"""Own room notices: tell single visitors that what they have in a session changed.

What a visitor has may not be in the events of the session, which are executed once for all
visitors. So a notice goes to one visitor, holds no content, and is not logged: the client reads
``myRoom`` for each notice. The first one comes when a visitor joins, so nothing that changed
before is missed.

Changes come as logged events of any node, by the feed. They name a lead or a question; one read a
round finds the owners of those that changed. A change that is logged nowhere is notified by the
node that made it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from domain.live.events import EventEnvelope
from domain.live.own_room_events import OwnRoomChanged
from domain.live.own_rooms import ChangedRecord, RoomOwner, find_changed_record
from domain.refusals import Busy
from realtime.background import Periodic, Schedule
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from realtime.rendered_event import RenderedEvent
from realtime.subscription_group import Member, Render
from storage.clock import Clock
from storage.store import Store

_KIND = OwnRoomChanged.__name__


class OwnRoomNotices(Periodic):
    """Delivers notices to the visitors who follow their own room in this process."""

    def __init__(self, store: Store, clock: Clock, limits: RealtimeLimits = DEFAULT_LIMITS) -> None:
        super().__init__(
            "own_rooms",
            Schedule(
                spacing_seconds=limits.own_room_interval_seconds,
                runs_at_start=False,
                first_retry_seconds=limits.own_room_interval_seconds,
            ),
        )
        self._store = store
        self._clock = clock
        self._limits = limits
        self._by_owner: dict[RoomOwner, dict[OwnRoomMembership, None]] = {}
        self._by_session: Counter[str] = Counter()
        """Members of each session."""
        self._changed: dict[ChangedRecord, None] = {}
        """Records whose owners are not known yet, the oldest first."""
        self._changed_sessions: set[str] = set()
        """Sessions in which everybody gets a notice: who is concerned is not known."""
        self._due: dict[OwnRoomMembership, None] = {}
        """Members that get a notice, the one that waits longest first."""

    @property
    def member_count(self) -> int:
        """Subscriptions that follow an own room here."""
        return self._by_session.total()

    async def join(self, owner: RoomOwner, render: Render, member: Member) -> OwnRoomMembership:
        """Notify ``member`` whenever what ``owner`` has changes, until it leaves.

        The first notice is delivered before this returns.

        :raises Busy: this process, or this visitor in this session, has too many members.
        """
        own = self._by_owner.get(owner, {})
        if (
            self.member_count >= self._limits.max_own_room_members
            or len(own) >= self._limits.max_own_room_members_per_visitor
        ):
            raise Busy(
                "Very many people are watching just now. Try again in a moment.",
                "当前观看人数过多，请稍后再试。",
                hint="Close other subscriptions of `myRoomChanged`, or read `myRoom` again later.",
            )
        membership = OwnRoomMembership(self, owner, render, member)
        self._by_owner.setdefault(owner, {})[membership] = None
        self._by_session[owner.session_id] += 1
        try:
            await membership.deliver(self._clock())
        except BaseException:
            membership.leave()
            raise
        return membership

    def notify(self, placed: EventEnvelope) -> None:
        """Take an event that was logged, here or on another node."""
        changed = find_changed_record(placed.event)
        if changed is None or changed.session_id not in self._by_session:
            return
        if len(self._changed) < self._limits.max_own_room_changes:
            self._changed[changed] = None
        else:
            self._changed_sessions.add(changed.session_id)
        self.wake()

    def notify_owner(self, owner: RoomOwner) -> None:
        """Notify one visitor: a change was made here that no log holds."""
        self._mark(self._by_owner.get(owner, ()))

    def notify_gap(self) -> None:
        """Notify everybody: events may have been missed."""
        self._changed_sessions.update(self._by_session)
        self.wake()

    async def run_once(self) -> None:
        """Find the owners of what changed, and deliver notices to some of those that wait."""
        self._mark_sessions()
        await self._find_owners()
        await self._deliver()
        if self._changed or self._due:
            self.wake()

    def leave(self, membership: OwnRoomMembership) -> None:
        """Remove a member."""
        owner = membership.owner
        of_owner = self._by_owner[owner]
        del of_owner[membership]
        if not of_owner:
            del self._by_owner[owner]
        self._by_session[owner.session_id] -= 1
        if not self._by_session[owner.session_id]:
            del self._by_session[owner.session_id]
        self._due.pop(membership, None)

    def _mark(self, members: Iterable[OwnRoomMembership]) -> None:
        self._due.update(dict.fromkeys(members))
        self.wake()

    def _mark_sessions(self) -> None:
        """Mark everybody in the sessions that changed, with one look at the members a round."""
        if not self._changed_sessions:
            return
        for owner, members in self._by_owner.items():
            if owner.session_id in self._changed_sessions:
                self._mark(members)
        self._changed_sessions.clear()

    async def _find_owners(self) -> None:
        batch = list(self._changed)[: self._limits.own_room_changes_per_round]
        if not batch:
            return
        for owner in await self._store.room_owners.find(batch):
            self._mark(self._by_owner.get(owner, ()))
        # Only now: after a fault of the database the next round reads them again.
        for changed in batch:
            self._changed.pop(changed, None)

    async def _deliver(self) -> None:
        for membership in list(self._due)[: self._limits.own_room_notices_per_round]:
            # A member may have left while others were delivered.
            if membership in self._due:
                del self._due[membership]
                await membership.deliver(self._clock())


class OwnRoomMembership:
    """A member that follows one own room, until it leaves."""

    __slots__ = ("_member", "_notices", "_render", "has_left", "owner")

    def __init__(
        self, notices: OwnRoomNotices, owner: RoomOwner, render: Render, member: Member
    ) -> None:
        self._notices = notices
        self._render = render
        self._member = member
        self.owner = owner
        self.has_left = False

    async def deliver(self, at: datetime) -> None:
        """Send a notice; it replaces one that was not sent yet."""
        event = OwnRoomChanged(session_id=self.owner.session_id)
        # It has no place in a log.
        placed = EventEnvelope(topic="", seq=0, at=at, event=event)
        rendered = RenderedEvent(await self._render(placed))
        if not self.has_left:
            self._member.deliver(rendered, _KIND)

    def leave(self) -> None:
        """Stop the notices; a second call does nothing."""
        if not self.has_left:
            self.has_left = True
            self._notices.leave(self)
