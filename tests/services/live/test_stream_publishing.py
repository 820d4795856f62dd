"""Stream keys over the database: who may publish, and what the end of a connection changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.identity.accounts import Principal, Role
from domain.live.media_servers import CameraServer, MediaServer, parse_stream_key
from domain.live.sessions import LiveSession, SessionStatus
from domain.live.streams import NO_STREAM, Stream, StreamState, cut_off, see_picture
from domain.refusals import InvalidInput, NotFound, NotPermitted, SessionStateConflict
from realtime.group_commit import GroupCommit
from services.live.stream_control import StreamControl
from services.live.stream_publishing import StreamPublishing
from storage.mongo.client import new_id
from storage.store import Store
from tests.support.records import FIXED_NOW, HOST_ID, UNION_ID, ManualClock
from tests.support.stored_streams import count_events, read_stream, stored_session

HOST = Principal(role=Role.HOST, subject=HOST_ID, union_id=UNION_ID)
OTHER_HOST = Principal(role=Role.HOST, subject="another host", union_id=UNION_ID)
SERVER = MediaServer(
    ingest_url="rtmp://live.example.org/live", hls_url="https://live.example.org/{name}.m3u8"
)

CAMERAS = CameraServer(
    url="https://live.example.org/media",
    internal_url="http://127.0.0.1:8001",
    key="the key of both processes",
)


@pytest.fixture
def control(store: Store, commit: GroupCommit) -> StreamControl:
    return StreamControl(store, commit, ManualClock())


@pytest.fixture
def publishing(store: Store, control: StreamControl) -> StreamPublishing:
    return StreamPublishing(store, control, SERVER, ManualClock())


async def create_secret(publishing: StreamPublishing, session: LiveSession) -> str:
    made = await publishing.create_key(HOST, session.id)
    name, _, secret = made.stream_key.partition("?key=")
    assert (made.ingest_url, name) == (SERVER.ingest_url, session.id)
    assert len(secret) == 32
    return secret


@pytest.mark.parametrize(
    "status", [SessionStatus.SCHEDULED, SessionStatus.LIVE, SessionStatus.INTERRUPTED]
)
async def test_the_key_of_a_session_admits_until_it_is_replaced(
    store: Store, publishing: StreamPublishing, status: SessionStatus
) -> None:
    session = await stored_session(store, status)
    first = await create_secret(publishing, session)
    await publishing.admit(session.id, first, "1")
    second = await create_secret(publishing, session)
    assert first != second
    with pytest.raises(NotPermitted):
        await publishing.admit(session.id, first, "1")
    await publishing.admit(session.id, second, "2")
    stream = await read_stream(store, session)
    assert (stream.hls_url, stream.publisher) == (SERVER.playlist_of(session.id), "2")
    assert second not in str(await store.mongo["sessions"].find_one({"_id": session.id}))


async def test_a_wrong_key_or_the_key_of_another_session_admits_nobody(
    store: Store, publishing: StreamPublishing
) -> None:
    session, other = await stored_session(store), await stored_session(store)
    await create_secret(publishing, session)
    elsewhere = await create_secret(publishing, other)
    for name in (session.id, new_id(), "", "$ne"):
        for secret in ("", "wrong", elsewhere, "长" * 300):
            with pytest.raises(NotPermitted):
                await publishing.admit(name, secret, "1")
    assert (await read_stream(store, session)).publisher == ""


@pytest.mark.parametrize(
    "status", [SessionStatus.ENDED, SessionStatus.CANCELLED, SessionStatus.DRAFT]
)
async def test_the_key_ends_with_its_session(
    store: Store, publishing: StreamPublishing, status: SessionStatus
) -> None:
    session = await stored_session(store)
    secret = await create_secret(publishing, session)
    await store.mongo["sessions"].update_one(
        {"_id": session.id}, {"$set": {"status": status.value}}
    )
    with pytest.raises(NotPermitted):
        await publishing.admit(session.id, secret, "1")


async def test_a_cut_ends_the_key_for_good(
    store: Store, publishing: StreamPublishing, control: StreamControl
) -> None:
    session = await stored_session(store)
    secret = await create_secret(publishing, session)
    await control.change(session.id, lambda now: cut_off(now.stream, at=FIXED_NOW, reason="广告"))
    with pytest.raises(NotPermitted):
        await publishing.admit(session.id, secret, "1")
    with pytest.raises(SessionStateConflict):
        await publishing.create_key(HOST, session.id)


async def test_the_end_of_the_connection_that_publishes_is_told_to_viewers_once(
    store: Store, publishing: StreamPublishing, control: StreamControl
) -> None:
    session = await stored_session(store)
    secret = await create_secret(publishing, session)
    for publisher in ("1", "2", "2"):
        await publishing.admit(session.id, secret, publisher)
    await control.change(session.id, lambda now: see_picture(now.stream, at=FIXED_NOW))
    assert await count_events(store, session) == 1
    for publisher in ("1", "3", "", "2", "2"):  # the first three are late or of others
        await publishing.note_end(session.id, publisher)
    stream = await read_stream(store, session)
    assert (stream.state, stream.publisher) == (StreamState.INTERRUPTED, "")
    assert await count_events(store, session) == 2
    await publishing.note_end(new_id(), "1")


async def test_only_who_directs_the_session_gets_a_key(
    store: Store, publishing: StreamPublishing
) -> None:
    session = await stored_session(store)
    with pytest.raises(NotPermitted):
        await publishing.create_key(OTHER_HOST, session.id)
    with pytest.raises(NotFound):
        await publishing.create_key(HOST, new_id())
    assert await read_stream(store, session) == NO_STREAM


async def test_without_a_media_server_there_is_no_key(store: Store, control: StreamControl) -> None:
    session = await stored_session(store)
    publishing = StreamPublishing(store, control, None, ManualClock())
    with pytest.raises(InvalidInput, match="no media server"):
        await publishing.create_key(HOST, session.id)


async def test_a_camera_has_a_key_of_its_own_and_comes_back_with_it(
    store: Store, control: StreamControl
) -> None:
    session = await stored_session(store)
    publishing = StreamPublishing(store, control, SERVER, ManualClock(), cameras=CAMERAS)
    encoder = await create_secret(publishing, session)
    made = await publishing.create_camera_key(HOST, session.id)
    name, secret = parse_stream_key(made.camera_key)
    assert (made.camera_url, name) == ("wss://live.example.org/media/camera", session.id)
    with pytest.raises(NotPermitted):
        await publishing.admit(session.id, encoder, "1")
    for connection in ("2", "3"):
        await publishing.admit(session.id, secret, connection)
    playlist = CAMERAS.playlist_of(session.id)
    assert session.id not in playlist
    await control.change(session.id, lambda now: see_picture(now.stream, at=FIXED_NOW))
    # Another key of the same session goes on with the same picture.
    await publishing.create_camera_key(HOST, session.id)
    stream = await read_stream(store, session)
    assert (stream.hls_url, stream.state) == (playlist, StreamState.LIVE)
    with pytest.raises(NotPermitted):
        await publishing.admit(session.id, secret, "3")


async def test_without_a_media_process_there_is_no_camera(
    store: Store, publishing: StreamPublishing
) -> None:
    session = await stored_session(store)
    with pytest.raises(InvalidInput, match="no cameras of browsers"):
        await publishing.create_camera_key(HOST, session.id)
    with pytest.raises(NotPermitted):
        await publishing.create_camera_key(OTHER_HOST, session.id)


async def test_what_a_newer_version_stores_with_a_picture_stays(
    store: Store, publishing: StreamPublishing
) -> None:
    session = await stored_session(store)
    await store.mongo["sessions"].update_one({"_id": session.id}, {"$set": {"stream.new": 1}})
    await create_secret(publishing, session)
    found = await store.mongo["sessions"].find_one({"_id": session.id})
    assert found is not None
    assert found["stream"]["new"] == 1
    stream = await read_stream(store, session)
    assert replace(stream, key_digest="") == Stream(hls_url=SERVER.playlist_of(session.id))
