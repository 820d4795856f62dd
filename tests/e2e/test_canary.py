"""A unique name and phone pass through every operation and appear nowhere else.

Only the person and staff who reveal them get them back. No log, event, other answer or file of the
database may hold them.
"""

from __future__ import annotations

import asyncio
from itertools import chain

import httpx

from storage.mongo.client import Mongo, new_id
from storage.mongo.embedded import run_embedded
from tests.e2e.canary import (
    MASKED_CONTACT,
    PHONE_SPELLINGS,
    PUBLIC_SENTENCE,
    STEPS,
    Recorder,
    Visit,
    record_frames,
)
from tests.e2e.canary_search import find_needles, map_files
from tests.e2e.conftest import PASSWORD
from tests.support.mongod import temporary_folder
from tests.support.songgang_process import ServerProcess, running_server
from tests.support.waiting import wait_until


async def run_visit(server: ServerProcess, http: Recorder, mongo: Mongo) -> list[str]:
    """Run every action of a visit; return the frames of all subscribers."""
    each = Visit(server, http, mongo)
    await each.begin()
    room = {"session": each.session, "after": None}
    async with (
        record_frames(server, each.viewer, STEPS["Follow"].query, room) as seen,
        record_frames(
            server, each.host, STEPS["Arrivals"].query, {"session": each.session}
        ) as leads,
    ):
        await http(STEPS["Say"].query.replace("岗位已上车", PUBLIC_SENTENCE), room, token=each.host)
        first = await each.tap()
        assert (first["created"], first["lead"]["contact"]) == (True, None)
        again = await asyncio.gather(*(each.tap(phone=PHONE_SPELLINGS[n % 4]) for n in range(20)))
        assert {answer["lead"]["id"] for answer in again} == {first["lead"]["id"]}
        second = await each.tap(1)
        each.viewer = await http.enter()
        third = await each.tap(2)
        each.viewer = await http.enter()
        await each.seek()
        await wait_until(lambda: sum("LeadRecorded" in frame for frame in leads) == 3)
        await wait_until(lambda: any("TallyChanged" in frame for frame in seen))
        await each.stumble()
        await each.follow_up(first["lead"]["id"], first["receipt"])
        await wait_until(lambda: sum("LeadAdvanced" in frame for frame in leads) == 2)
        await each.fail(second["lead"]["id"])
        async with httpx.AsyncClient(base_url=server.url) as client:
            measured = await client.get("/metrics")
        assert "songgang_mutations_refused_total" in measured.text
        http.kept.append(measured.text)
        await each.act("eraseMyData", "MyDataErased", "leads", receipt=third["receipt"])
        await each.prove()
        frames = seen + leads
    assert any(MASKED_CONTACT["name"] in frame for frame in frames)
    assert any(PUBLIC_SENTENCE in frame for frame in frames)
    return frames


async def test_name_and_phone_appear_only_where_they_are_allowed() -> None:
    with temporary_folder() as data, temporary_folder() as cwd:
        database = f"test_{new_id()}"
        async with run_embedded(data, compress=False) as mongod:
            mongo = await Mongo.connect(mongod.uri, database)
            async with (
                running_server(
                    mongod.uri, database, "--demo", folder=cwd, SONGGANG_DEMO_PASSWORD=PASSWORD
                ) as server,
                Recorder(server.url) as http,
            ):
                frames = await run_visit(server, http, mongo)
                assert await mongo["retained"].count_documents({}) == 2
                ended = await server.stop()
            await mongo.close()
        assert ended.code == 0
        for text in (*frames, *http.kept):
            assert find_needles(text) == []
        looked_at = {}
        for path, content in chain(map_files(data), map_files(cwd)):
            assert find_needles(bytes(content)) == [], path
            looked_at[path] = PUBLIC_SENTENCE.encode() in bytes(content)
        # The search finds the public sentence in the files, so it would find the contact too.
        assert sum(looked_at.values()) >= 2
        assert all(find_needles(shown) for shown in http.shown)
