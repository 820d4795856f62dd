"""The maintenance commands as real processes, while a service runs."""

from __future__ import annotations

import re
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from storage.mongo.client import Mongo
from storage.store import Store
from tests.support.readme_tour import read_tour
from tests.support.songgang_process import ProcessResult, ServerProcess, run_command, running_server
from tests.support.third_party_clients import HttpClient

SECRET = "a secret for tests"
NEW_SECRET = "another secret for tests"
PASSWORD = "demo-for-tests-1"
REVEAL = """
mutation ($lead: ID!) {
  revealContact(input: {leadId: $lead, reason: "电话通知面试时间"}) {
    ... on ContactRevealed { contact { name phone } }
  }
}
"""
CONTACT = {"name": "王小明", "phone": "+8614412345678"}


def run_demo(uri: str, database: str, secret: str) -> AbstractAsyncContextManager[ServerProcess]:
    return running_server(
        uri, database, "--demo", SONGGANG_SECRET=secret, SONGGANG_DEMO_PASSWORD=PASSWORD
    )


async def tap_interest(http: HttpClient, session: str) -> str:
    """A lead of the person in the README's tour."""
    steps, viewer = read_tour(), await http.enter()
    shown = await http(steps["OnAir"].query, {}, token=viewer)
    node = next(
        edge["node"] for edge in shown["liveSessions"]["edges"] if edge["node"]["id"] == session
    )
    posting = node["postings"]["edges"][0]["node"]["id"]
    given = {"session": session, "posting": posting, "version": "1"}
    answer = await http(steps["Tap"].query, given, token=viewer)
    lead: str = answer["expressInterest"]["lead"]["id"]
    return lead


async def count_contacts(mongo: Mongo) -> int:
    """The stored contacts of leads, of the demo's seekers and of its call lists."""
    people = ("leads", "seekers", "call_entries")
    return sum([await mongo[name].count_documents({"contact": {"$ne": None}}) for name in people])


async def test_keys_are_rotated_and_the_audit_log_is_verified_while_the_service_runs(
    mongo_uri: str, database_name: str, folder: Path, mongo: Mongo
) -> None:
    async def run(*arguments: str, **more: str) -> ProcessResult:
        given = {"SONGGANG_SECRET": SECRET, **more}
        return await run_command(mongo_uri, database_name, *arguments, folder=folder, **given)

    async with (
        run_demo(mongo_uri, database_name, SECRET) as server,
        HttpClient(server.url) as http,
    ):
        lead = await tap_interest(http, server.live_session)
        rotated = await run("rotate-keys")
        assert (rotated.code, rotated.err) == (0, "")
        sealed = await count_contacts(mongo)
        assert sealed > 1
        assert rotated.out == f"Key contact/2 (new): {sealed} contacts encrypted with it.\n"
        officer = (await http.sign_in("officer", PASSWORD))["accessToken"]
        answer = await http(REVEAL, {"lead": lead}, token=officer)
        assert answer["revealContact"]["contact"] == CONTACT

        checked = await run("verify-audit")
        assert re.fullmatch(
            r"3 rows, none changed, missing or moved\. Last: [0-9a-f]{64}\n", checked.out
        )
        assert (await run("retain")).out == "0 contacts erased, 0 records deleted.\n"

        short = await run("change-secret", SONGGANG_NEW_SECRET="short")
        assert (short.code, short.out) == (1, "")
        assert short.err == "songgang: SONGGANG_NEW_SECRET: needs at least 16 characters\n"
        changed = await run("change-secret", SONGGANG_NEW_SECRET=NEW_SECRET)
        assert changed.code == 0
        assert "restart every node" in changed.out
        assert NEW_SECRET not in changed.out + changed.err
        again = await http(REVEAL, {"lead": lead}, token=officer)
        assert again["revealContact"]["contact"] == CONTACT

    wrong = await run("verify-audit")
    assert (wrong.code, wrong.out) == (1, "")
    assert "another SONGGANG_SECRET" in wrong.err
    async with (
        run_demo(mongo_uri, database_name, NEW_SECRET) as server,
        HttpClient(server.url) as http,
    ):
        officer = (await http.sign_in("officer", PASSWORD))["accessToken"]
        answer = await http(REVEAL, {"lead": lead}, token=officer)
        assert answer["revealContact"]["contact"] == CONTACT

    await mongo["audit"].update_one({"_id": 3}, {"$set": {"detail": "另一个理由"}})
    broken = await run("verify-audit", SONGGANG_SECRET=NEW_SECRET)
    assert (broken.code, broken.out) == (1, "")
    assert broken.err == "songgang: The audit log is broken: row 3 was changed.\n"


async def test_a_new_secret_can_be_read_from_stdin(
    mongo_uri: str, database_name: str, folder: Path, mongo: Mongo
) -> None:
    await Store(mongo, SECRET).prepare(SECRET)
    ended = await run_command(
        mongo_uri,
        database_name,
        "change-secret",
        folder=folder,
        stdin=f"{NEW_SECRET}\n",
        SONGGANG_SECRET=SECRET,
    )
    assert (ended.code, ended.err) == (0, "")
    await Store(mongo, NEW_SECRET).prepare(NEW_SECRET)
