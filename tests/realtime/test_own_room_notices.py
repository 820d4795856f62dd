"""Own room notices: who gets one, on which node, and that liars cannot fill the memory."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from domain.identity.accounts import Principal, Role
from domain.leads.confirmation import ConfirmationMethod
from domain.leads.leads import LeadStage
from domain.live.events import EventEnvelope, LeadAdvanced, LeadNoted, LoggedEvent, QuestionHidden
from domain.live.log_topics import lead_topic
from domain.live.own_rooms import RoomOwner
from domain.refusals import Busy
from realtime.group_commit import GroupCommit
from realtime.limits import RealtimeLimits
from realtime.own_room_notices import OwnRoomMembership, OwnRoomNotices
from services.live.questions import QuestionModeration
from storage.clock import utc_now
from storage.mongo.client import Transaction
from storage.store import Store
from tests.support import records
from tests.support.hub_members import RecordingMember, RecordingRenderer
from tests.support.realtime_node import RealtimeNode, run_node
from tests.support.records import FIXED_NOW, HOST_ID
from tests.support.waiting import wait_until

SESSION = "session"
OWN, OTHER = RoomOwner(SESSION, "own"), RoomOwner(SESSION, "other")
LIMITS = RealtimeLimits(
    own_room_interval_seconds=0.01,
    max_own_room_members=3,
    max_own_room_members_per_visitor=2,
    max_own_room_changes=1,
    own_room_notices_per_round=1,
)


@pytest.fixture
async def one(store: Store) -> AsyncIterator[RealtimeNode]:
    async with run_node(store, limits=LIMITS) as running:
        yield running


@pytest.fixture
def notices(store: Store) -> OwnRoomNotices:
    """Notices that a test runs itself, round by round."""
    return OwnRoomNotices(store, utc_now, LIMITS)


async def join(
    notices: OwnRoomNotices, owner: RoomOwner
) -> tuple[RecordingMember, OwnRoomMembership]:
    member = RecordingMember()
    return member, await notices.join(owner, RecordingRenderer(), member)


def placed(event: LoggedEvent) -> EventEnvelope:
    return EventEnvelope(topic="", seq=1, at=FIXED_NOW, event=event)


async def test_the_host_of_another_node_reaches_the_asker_and_nobody_else(
    one: RealtimeNode, other_store: Store, other_commit: GroupCommit
) -> None:
    await other_store.live_sessions.add([records.live_session(id=SESSION)])
    notices, host = one.parts.own_room_notices, Principal(role=Role.HOST, subject=HOST_ID)
    (own, _), (other, _) = await join(notices, OWN), await join(notices, OTHER)
    assert len(own.events) == len(other.events) == 1
    questions = QuestionModeration(other_store, other_commit, utc_now)
    viewer = Principal(role=Role.VIEWER, subject=OWN.visitor)
    declined, answered = [
        await questions.ask(viewer, SESSION, body, peer="192.0.2.1") for body in ("一", "二")
    ]
    await questions.decline(host, declined.id)
    await wait_until(lambda: len(own.events) == 2)
    await questions.publish(host, answered.id)
    await wait_until(lambda: len(own.events) == 3)
    assert own.events[-1] == {"seq": 0, "event": "OwnRoomChanged", "session_id": SESSION}
    assert set(own.kinds) == {"OwnRoomChanged"}
    # The notices of one round are delivered in order: one of the other visitor would be there.
    assert len(other.events) == 1


async def test_what_staff_made_of_a_lead_is_told_to_a_proven_giver_only(
    one: RealtimeNode, other_store: Store, other_commit: GroupCommit
) -> None:
    notices = one.parts.own_room_notices
    proven = records.lead(
        session_id=SESSION, giver=OWN.visitor, confirmed_by=ConfirmationMethod.CODE
    )
    typed = records.lead(session_id=SESSION, giver=OTHER.visitor, confirmed_by=None)
    await other_store.leads.record([proven, typed])
    (own, _), (other, _) = await join(notices, OWN), await join(notices, OTHER)

    async def change(_: Transaction) -> tuple[None, list[LoggedEvent]]:
        return None, [
            LeadNoted(session_id=SESSION, lead_id=proven.id),
            *(
                LeadAdvanced(session_id=SESSION, lead_id=each.id, stage=LeadStage.CONTACTED)
                for each in (typed, proven)
            ),
        ]

    assert len(own.events) == len(other.events) == 1
    await other_commit.append(lead_topic(SESSION), change)
    await wait_until(lambda: len(own.events) == 2)
    assert len(other.events) == 1


async def test_one_visitor_and_one_process_have_bounded_members(notices: OwnRoomNotices) -> None:
    _, first = await join(notices, OWN)
    await join(notices, OWN)
    with pytest.raises(Busy):
        await join(notices, OWN)
    await join(notices, OTHER)
    with pytest.raises(Busy):
        await join(notices, RoomOwner("another", "visitor"))
    first.leave()
    first.leave()
    await join(notices, OWN)
    assert notices.member_count == 3


async def test_changes_beyond_the_bound_and_a_gap_notify_everybody_a_part_each_round(
    notices: OwnRoomNotices,
) -> None:
    members = [(await join(notices, owner))[0] for owner in (OWN, OTHER)]
    elsewhere, _ = await join(notices, RoomOwner("another", "visitor"))
    await notices.run_once()
    assert [len(each.events) for each in (*members, elsewhere)] == [1, 1, 1]
    for question in ("gone", "more"):
        notices.notify(placed(QuestionHidden(session_id=SESSION, question_id=question)))
    await notices.run_once()
    assert sorted(len(each.events) for each in members) == [1, 2]
    for _ in range(2):
        await notices.run_once()
    assert [len(each.events) for each in (*members, elsewhere)] == [2, 2, 1]
    notices.notify_gap()
    for _ in range(3):
        await notices.run_once()
    assert [len(each.events) for each in (*members, elsewhere)] == [3, 3, 2]


async def test_a_member_that_left_gets_nothing_more(notices: OwnRoomNotices) -> None:
    member, membership = await join(notices, OWN)
    membership.leave()
    notices.notify_owner(OWN)
    notices.notify(placed(QuestionHidden(session_id=SESSION, question_id="gone")))
    await notices.run_once()
    assert len(member.events) == 1
    assert notices.member_count == 0
