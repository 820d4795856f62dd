"""Directing the picture of a session: sources, cutting off, events and audit rows."""

from __future__ import annotations

import pytest

from domain.identity.accounts import Principal, Role
from domain.live.sessions import LiveSession, SessionStatus
from domain.live.stream_sites import parse_stream_origins
from domain.live.streams import NO_STREAM, Stream, StreamState
from domain.refusals import InvalidInput, NotFound, NotPermitted, SessionStateConflict, TextRefused
from realtime.group_commit import GroupCommit
from services.live.stream_control import StreamControl
from services.live.stream_direction import StreamDirection
from storage.mongo.client import Document, new_id
from storage.store import Store
from tests.support.records import FIXED_NOW, HOST_ID, UNION_ID, ManualClock
from tests.support.stored_streams import count_events, read_stream, stored_session

HOST = Principal(role=Role.HOST, subject=HOST_ID, union_id=UNION_ID)
OFFICER = Principal(role=Role.OFFICER, subject="an officer", union_id="root")
PLAYLIST = "https://live.example.org/1.m3u8"
POSTER = "https://live.example.org/1.jpg"
LINK = "https://v.douyin.com/iRNBho6u/"
REASON = "画面播放了无关广告"
LIVE = Stream(hls_url=PLAYLIST, state=StreamState.LIVE, started_at=FIXED_NOW, latency_seconds=6)


@pytest.fixture
def direction(store: Store, commit: GroupCommit) -> StreamDirection:
    clock = ManualClock()
    rules = parse_stream_origins("https://live.example.org")
    return StreamDirection(store, StreamControl(store, commit, clock), rules, clock)


async def read_audit_rows(store: Store) -> list[Document]:
    return await store.mongo["audit"].find({}, sort=[("_id", 1)]).to_list(None)


async def set_source(
    direction: StreamDirection, session: LiveSession, caller: Principal = HOST, /, **given: str
) -> LiveSession:
    return await direction.set_source(
        caller,
        session.id,
        hls_url=given.get("hls_url"),
        link_url=given.get("link_url"),
        poster_url=given.get("poster_url"),
    )


@pytest.mark.parametrize("caller", [HOST, OFFICER])
async def test_a_source_is_set_once_and_its_event_is_logged_when_viewers_see_a_change(
    store: Store, direction: StreamDirection, caller: Principal
) -> None:
    session = await stored_session(store)
    # Until its picture is seen, a playlist changes nothing for viewers.
    await set_source(direction, session, caller, hls_url=PLAYLIST)
    assert await read_stream(store, session) == Stream(hls_url=PLAYLIST)
    assert await count_events(store, session) == 0
    for _ in range(2):
        await set_source(direction, session, caller, hls_url=PLAYLIST, poster_url=POSTER)
        assert await count_events(store, session) == 1
    await set_source(direction, session, caller, link_url=LINK)
    assert await read_stream(store, session) == Stream(link_url=LINK)
    assert await count_events(store, session) == 2
    await set_source(direction, session, caller)
    assert await read_stream(store, session) == NO_STREAM
    assert await count_events(store, session) == 3


async def test_a_source_before_the_start_is_not_announced(
    store: Store, direction: StreamDirection
) -> None:
    session = await stored_session(store, SessionStatus.SCHEDULED)
    await set_source(direction, session, link_url=LINK)
    assert await count_events(store, session) == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"hls_url": "https://evil.example/1.m3u8"}, "hlsUrl"),
        ({"poster_url": "https://evil.example/1.jpg"}, "posterUrl"),
        ({"link_url": "https://evil.example/"}, "linkUrl"),
        ({"hls_url": PLAYLIST, "link_url": LINK}, "linkUrl"),
    ],
)
async def test_a_wrong_address_changes_nothing(
    store: Store, direction: StreamDirection, given: dict[str, str], field: str
) -> None:
    session = await stored_session(store, stream=LIVE)
    with pytest.raises(InvalidInput) as refused:
        await set_source(direction, session, **given)
    assert refused.value.field == ("input", field)
    assert await read_stream(store, session) == LIVE


@pytest.mark.parametrize("status", [SessionStatus.ENDED, SessionStatus.CANCELLED])
async def test_a_session_that_is_over_gets_no_picture(
    store: Store, direction: StreamDirection, status: SessionStatus
) -> None:
    session = await stored_session(store, status)
    with pytest.raises(SessionStateConflict):
        await set_source(direction, session, link_url=LINK)
    assert await read_stream(store, session) == NO_STREAM


async def test_a_cut_is_seen_by_viewers_and_stands_in_the_audit_log_once(
    store: Store, direction: StreamDirection
) -> None:
    session = await stored_session(store, stream=LIVE)
    for reason in (f" {REASON} ", "另一个更晚的原因"):
        await direction.cut_off(OFFICER, session.id, reason)
    cut = await read_stream(store, session)
    assert (cut.state, cut.cut_off_at, cut.cut_off_reason) == (
        StreamState.OFFLINE,
        FIXED_NOW,
        REASON,
    )
    assert await count_events(store, session) == 1
    (row,) = await read_audit_rows(store)
    logged = {"action": "CUT_OFF_STREAM", "actor_id": "an officer", "detail": REASON}
    assert row | logged | {"subject_id": session.id} == row


async def test_the_host_cannot_bring_a_picture_back_that_was_cut_off(
    store: Store, direction: StreamDirection
) -> None:
    session = await stored_session(store, stream=LIVE)
    await direction.cut_off(OFFICER, session.id, REASON)
    with pytest.raises(SessionStateConflict):
        await set_source(direction, session, link_url=LINK)
    await direction.restore(OFFICER, session.id, "主播已经更换画面")
    assert await read_stream(store, session) == Stream(hls_url=PLAYLIST)
    await set_source(direction, session, link_url=LINK)
    assert await count_events(store, session) == 3
    rows = await read_audit_rows(store)
    assert [row["action"] for row in rows] == ["CUT_OFF_STREAM", "RESTORE_STREAM"]


async def test_restoring_what_was_not_cut_off_writes_nothing(
    store: Store, direction: StreamDirection
) -> None:
    session = await stored_session(store, stream=LIVE)
    await direction.restore(OFFICER, session.id, "主播已经更换画面")
    assert await read_stream(store, session) == LIVE
    assert await read_audit_rows(store) == []


@pytest.mark.parametrize("reason", ["", "    ", "广告", "长" * 201, "请联系13800138000确认"])
async def test_a_cut_needs_a_reason_that_viewers_may_read(
    store: Store, direction: StreamDirection, reason: str
) -> None:
    session = await stored_session(store, stream=LIVE)
    with pytest.raises(InvalidInput) as refused:
        await direction.cut_off(OFFICER, session.id, reason)
    assert refused.value.field == ("input", "reason")
    with pytest.raises(TextRefused):
        await direction.cut_off(OFFICER, session.id, "入职交押金300元")
    assert await read_stream(store, session) == LIVE


@pytest.mark.parametrize(
    "caller",
    [
        Principal(role=Role.HOST, subject="another host", union_id=UNION_ID),
        Principal(role=Role.OFFICER, subject="an officer", union_id="another union"),
    ],
)
async def test_a_caller_who_does_not_direct_the_session_changes_nothing(
    store: Store, direction: StreamDirection, caller: Principal
) -> None:
    session = await stored_session(store, stream=LIVE)
    for session_id, refusal in ((session.id, NotPermitted), (new_id(), NotFound)):
        for change in (
            direction.set_source(caller, session_id, hls_url=None, link_url=LINK, poster_url=None),
            direction.cut_off(caller, session_id, REASON),
            direction.restore(caller, session_id, REASON),
        ):
            with pytest.raises(refusal):
                await change
    assert await read_stream(store, session) == LIVE
