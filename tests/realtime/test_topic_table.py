"""Each kind of topic has its own limit, and an unused topic makes room for a new one."""

from __future__ import annotations

import pytest

from domain.refusals import Busy
from realtime.hub import Membership
from realtime.limits import RealtimeLimits
from tests.support.hub_members import RecordingMember, RecordingRenderer
from tests.support.hub_session import HubSession
from tests.support.waiting import running_coroutines, wait_until


async def join(room: HubSession, topic: str) -> Membership:
    return await room.hub.join(
        topic,
        "key",
        RecordingRenderer(),
        RecordingMember(),
        session_id="x",
        after=None,
        by="somebody",
    )


async def test_seeker_topics_cannot_block_session_topics(room: HubSession) -> None:
    room.set_limits(RealtimeLimits(max_session_topics=2, max_lead_topics=2, max_seeker_topics=2))
    for topic in ("seeker/a", "seeker/b"):
        await join(room, topic)
    with pytest.raises(Busy):
        await join(room, "seeker/c")
    for topic in ("session/a", "leads/a", "session/b", "leads/b"):
        await join(room, topic)
    assert room.hub.topic_count == 6


async def test_the_longest_unused_topic_is_evicted_first(
    room: HubSession,
) -> None:
    room.set_limits(RealtimeLimits(max_session_topics=3))
    memberships = {name: await join(room, f"session/{name}") for name in "abc"}
    for name in "ba":
        memberships[name].leave()
    await join(room, "session/d")
    assert set(room.hub.topics.topics) == {"session/a", "session/c", "session/d"}
    await join(room, "session/e")
    assert set(room.hub.topics.topics) == {"session/c", "session/d", "session/e"}
    with pytest.raises(Busy):
        await join(room, "session/f")
    await wait_until(lambda: len(running_coroutines("realtime")) == 3)
    assert room.hub.topics.lingering == {}


async def test_a_topic_of_another_kind_is_not_evicted(room: HubSession) -> None:
    room.set_limits(RealtimeLimits(max_session_topics=1, max_seeker_topics=1))
    await join(room, "session/a")
    (await join(room, "seeker/a")).leave()
    with pytest.raises(Busy):
        await join(room, "session/b")
    assert "seeker/a" in room.hub.topics.topics
