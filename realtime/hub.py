"""The hub: subscribers of this process, and the delivery of events to them.

Subscribers with the same key (document, operation, variables without the cursor, audience) form a
group of a topic. Each event is executed and serialised once a group, however many its members.

A subscriber joins in two steps: it catches up from memory or the log, then receives live events.
No event is skipped or repeated in between.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from domain.live.events import EphemeralEvent, EventEnvelope
from domain.live.log_position import LogPosition
from domain.live.topic_names import parse_session_topic
from domain.refusals import Busy
from realtime.catch_up import CatchUp
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from realtime.subscription_group import DeliveryCounts, Group, Member, Render
from realtime.topic import Topic
from realtime.topic_table import TopicTable
from storage.clock import Clock
from storage.mongo.event_log import EventLog


def ignore_first_member(_session_id: str) -> None:
    """Does nothing: the ``on_first_member`` of a hub whose state nobody keeps."""


class Hub:
    """All followed topics of this process and their members.

    As background work (``realtime.background.Monitored``) it stands for the tasks of its topics.
    """

    name = "topics"

    def __init__(
        self, log: EventLog, clock: Clock, limits: RealtimeLimits = DEFAULT_LIMITS
    ) -> None:
        self._log = log
        self._limits = limits
        self.topics = TopicTable(log, clock, limits)
        self.counts = DeliveryCounts()
        self.on_first_member: Callable[[str], None] = ignore_first_member
        """Called with each session that gets its first member here: its state may be stale."""

    @property
    def topic_count(self) -> int:
        """Logs that are followed now."""
        return len(self.topics)

    @property
    def group_count(self) -> int:
        """Different subscriptions: each costs an execution for every event of its topic."""
        return sum(len(topic.groups) for topic in self.topics)

    @property
    def member_count(self) -> int:
        """Subscribers that receive events."""
        return sum(len(group.members) for topic in self.topics for group in topic.groups.values())

    @property
    def failures(self) -> int:
        """Failed runs of all topics since the start."""
        return self.topics.failures

    @property
    def is_failing(self) -> bool:
        """Whether any topic fails repeatedly."""
        return any(topic.is_failing for topic in self.topics)

    @property
    def has_ended(self) -> bool:
        """Whether the task of any topic ended although the topic was not closed."""
        return any(topic.has_ended for topic in self.topics)

    def notify(self, placed: EventEnvelope) -> None:
        """Pass on an event that was logged, here or on another node."""
        topic = self.topics.get(placed.topic)
        if topic is not None:
            topic.notify(placed)

    def notify_gap(self) -> None:
        """Make every topic read its log: events may have been missed."""
        for topic in self.topics:
            topic.notify_gap()

    def publish(self, topic: str, event: EphemeralEvent) -> None:
        """Deliver an event that is not logged to the topic's members in this process."""
        followed = self.topics.get(topic)
        if followed is not None:
            followed.publish(event)

    async def join(
        self,
        name: str,
        key: Hashable,
        render: Render,
        member: Member,
        *,
        session_id: str,
        after: LogPosition | None,
        by: str,
    ) -> Membership:
        """Deliver what ``member`` missed after ``after``, then add it to a group of the topic.

        Without ``after`` it gets only events that are logged from now on. An ``after`` that
        is not in the log (beyond its end, without a tag, of another history), or too far back, is
        answered with a ``Reset``. Then it gets the latest
        state, so that it misses none between its first query and its joining. ``by`` is the
        address, or the member of staff, that a new group is counted for.

        :raises Busy: too many topics, or too many different subscriptions of this topic, in all
            or created by ``by``.
        :raises StorageError: the log cannot be read.
        """
        topic = await self.topics.acquire(name)
        try:
            group = self._get_or_create_group(topic, key, render, by)
            membership = Membership(self.topics, topic, key, group, member)
        except BaseException:
            self.topics.release(name)
            raise
        catch_up = CatchUp(
            topic=topic,
            group=group,
            member=member,
            session_id=session_id,
            log=self._log,
            limits=self._limits,
            counts=self.counts,
        )
        try:
            last_seq, state = await catch_up.run(after)
        except BaseException:
            membership.leave()
            raise
        # No await from here to the group: no event can be delivered in between.
        for kind, rendered in state.items():
            member.deliver(rendered, kind)
        self.counts.deliveries += len(state)
        if last_seq > topic.last_seq:
            topic.republish_state()
        is_first = not topic.has_members()
        group.members[member] = last_seq
        watched = parse_session_topic(name)
        if is_first and watched is not None:
            self.on_first_member(watched)
        return membership

    def _get_or_create_group(self, topic: Topic, key: Hashable, render: Render, by: str) -> Group:
        group = topic.groups.get(key)
        if group is None:
            own = sum(group.created_by == by for group in topic.groups.values())
            if (
                own >= self._limits.max_groups_per_creator
                or len(topic.groups) >= self._limits.max_groups_per_topic
            ):
                raise Busy(
                    "Very many people are watching just now. Try again in a moment.",
                    "当前观看人数过多，请稍后再试。",
                    hint=(
                        "This session has too many different subscriptions. Use the document "
                        "and variables that other clients use."
                    ),
                )
            group = topic.groups[key] = Group(render, self.counts, by, self._limits)
        return group

    def watched_session_ids(self) -> set[str]:
        """The sessions whose event log has members here.

        Members that still catch up do not count: state published now would not reach them.
        """
        followed = (parse_session_topic(topic.name) for topic in self.topics if topic.has_members())
        return {session_id for session_id in followed if session_id is not None}

    async def close(self) -> None:
        """Stop following every topic."""
        await self.topics.close()


class Membership:
    """A member's place in a group, until it leaves."""

    def __init__(
        self, topics: TopicTable, topic: Topic, key: Hashable, group: Group, member: Member
    ) -> None:
        self._topics = topics
        self._topic = topic
        self._key = key
        self._group = group
        self._member = member
        self.has_left = False
        group.membership_count += 1

    def leave(self) -> None:
        """Remove the member from its group; a second call does nothing."""
        if self.has_left:
            return
        self.has_left = True
        self._group.members.pop(self._member, None)
        self._group.membership_count -= 1
        if not self._group.membership_count:
            del self._topic.groups[self._key]
        self._topics.release(self._topic.name)
