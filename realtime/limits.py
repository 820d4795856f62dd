"""Bounds and intervals of live traffic, as one frozen settings object.

The wiring builds one ``RealtimeLimits`` a process and passes it to whatever it bounds. Tests pass
smaller values. An operator sets the bounds that depend on how many viewers one node serves
(``api.settings``).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class RealtimeLimits:
    """Bounds and intervals of one process; the defaults are those that were measured."""

    # --- hub: topics and groups

    max_session_topics: int = 10_000
    """Event logs of sessions that one process follows."""
    max_lead_topics: int = 10_000
    """Lead logs of sessions that one process follows."""
    max_seeker_topics: int = 10_000
    """Logs of single seekers that one process follows."""
    max_groups_per_topic: int = 256
    """Different subscriptions (document, variables, audience) of one topic: each costs one
    execution an event."""
    max_groups_per_creator: int = 32
    """Groups of one topic that one address, or one member of staff, may create: nobody alone can
    keep all others out."""
    max_catch_up_events: int = 10_000
    """Missed events that one subscriber is sent; one further behind gets a ``Reset``."""
    topic_linger_seconds: float = 60.0
    """How long a topic without members is still followed, for clients that come back."""

    # --- topic: one followed log

    recent_events_per_topic: int = 512
    """Events kept in memory, so that clients that come back do not each read the log."""
    max_pending_events: int = 2_048
    """Notified events that may wait; beyond that they are dropped and the log is read instead."""
    events_per_read: int = 500
    """Events in one read of the log."""
    max_cached_blocks: int = 32
    """Blocks of ``events_per_read`` older events kept while clients catch up."""
    events_per_batch: int = 16
    """Waiting events that are delivered together, in one write a member."""
    topic_retry_seconds: float = 0.5
    """Pause before a topic reads the log again after a fault."""

    # --- group: one rendering for many members

    deliveries_per_turn: int = 500
    """Deliveries before other tasks get a turn: about 5 ms of work."""
    max_part_bytes: int = 16 * 1024
    """Payload bytes delivered in one write; what is not written yet counts as waiting."""
    max_memo_bytes: int = 4 << 20
    """Bytes of rendered events that one group keeps for members that catch up."""

    # --- own rooms: notices to single visitors

    max_own_room_members: int = 40_000
    """Subscriptions of ``myRoomChanged`` in this process: one for each viewer, and second tabs."""
    max_own_room_members_per_visitor: int = 8
    """Of those, the ones of one visitor in one session."""
    max_own_room_changes: int = 10_000
    """Changed leads and questions whose owners are not known yet; beyond that everybody in the
    session is notified."""
    own_room_interval_seconds: float = 0.25
    """Time between two rounds: one read finds the owners of what changed meanwhile."""
    own_room_changes_per_round: int = 500
    """Changed leads and questions that one round reads."""
    own_room_notices_per_round: int = 250
    """Notices of changes that one round delivers: each makes its client read ``myRoom``, so that is
    at most 1,000 reads a second, also when everybody may have missed a change."""

    # --- connections

    max_outbox_bytes: int = 256 * 1024
    """Bytes that may wait for one connection; beyond that it is closed with ``OUTBOX_FULL``.

    A single larger message, such as the answer to a big query, is queued while at most
    ``outbox.LOW_WATER_BYTES`` wait: after a close the client would ask for it again.
    """
    admissions_per_tick: int = 32
    """New connections admitted a tick: about 10 ms of work."""
    admission_tick_seconds: float = 0.005
    """Length of a tick; with 32 a tick that is 6,400 a second, more than one core can serve."""

    # --- group commit

    max_changes_per_transaction: int = 64
    """Changes in one transaction: MongoDB advises at most 1,000 writes in one, and short ones."""
    max_transaction_build_seconds: float = 1.0
    """A transaction takes no further change after this; those that are left go into the next one.
    On an overloaded machine one of 64 changes would outlive the 3 s that the server allows, and
    again at each retry."""
    max_waiting_changes: int = 1_000
    """Changes of one topic or key that may wait; more are refused with ``Busy``."""

    # --- feed, presence, tally

    feed_open_timeout_seconds: float = 30.0
    """How long the start waits for the change stream."""
    feed_heartbeat_interval_seconds: float = 1.0
    """Pause between two heartbeats of a node: a change of one small document."""
    feed_heartbeat_timeout_seconds: float = 3.0
    """How long a heartbeat may take; one that takes longer does not count as a write."""
    feed_stale_seconds: float = 3.0
    """Age of the newest heartbeat from which on the feed counts as silent."""
    feed_comparison_valid_seconds: float = 5.0
    """How long a node trusts what it knows of the feeds of other nodes."""
    presence_interval_seconds: float = 1.0
    """Pause between two presence reports of a node."""
    crowd_refresh_seconds: float = 15.0
    """An unchanged number of viewers is reported again after this, so that it stays fresh."""
    tally_interval_seconds: float = 0.25
    """Shortest pause between two ``TallyChanged`` of a session."""
    tally_recent_change_seconds: float = 60.0
    """How long a changed count is repeated in every ``TallyChanged``: longer than a connection
    may lag, so that no client misses it although updates replace each other."""
    max_postings_per_tally: int = 100
    """Postings in one ``TallyChanged``, the last changed first."""


DEFAULT_LIMITS = RealtimeLimits()
