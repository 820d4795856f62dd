"""``songgang backup`` and ``restore`` as real processes: under taps, and with embedded mongod."""

from __future__ import annotations

import re
from pathlib import Path

from schema.relay import parse_global_id
from storage.mongo.client import Mongo
from storage.store import Store
from tests.support.backups import find_closed_contacts, find_contradictions
from tests.support.songgang_process import ProcessResult, run_command, running_server
from tests.support.tap_load import TapLoad
from tests.support.third_party_clients import HttpClient
from tests.support.waiting import wait_until

SECRET = "a secret for tests"
PASSWORD = "demo-for-tests-1"
TAPS_BEFORE = 60
POSTINGS = """
query ($session: ID!) {
  liveSession(id: $session) { postings(first: 10) { edges { node { id } } } }
}
"""


def audit_line(ended: ProcessResult) -> str:
    (line,) = [line for line in ended.out.splitlines() if line.startswith("Audit log: ")]
    return line


async def test_a_backup_under_taps_is_restored_whole(
    mongo_uri: str, database_name: str, folder: Path
) -> None:
    copy, restored_name = folder / "copy", f"{database_name}_restored"

    async def run(database: str, *arguments: str, secret: str = SECRET) -> ProcessResult:
        return await run_command(
            mongo_uri, database, *arguments, folder=folder, SONGGANG_SECRET=secret
        )

    async with (
        running_server(
            mongo_uri,
            database_name,
            "--demo",
            SONGGANG_SECRET=SECRET,
            SONGGANG_DEMO_PASSWORD=PASSWORD,
        ) as server,
        HttpClient(server.url) as http,
    ):
        shown = await http(POSTINGS, {"session": server.live_session}, token=await http.enter())
        edges = shown["liveSession"]["postings"]["edges"]
        postings = [edge["node"]["id"] for edge in edges]
        async with TapLoad([server], server.live_session, postings, taps_per_second=60) as taps:
            taps.start()
            await wait_until(lambda: taps.acknowledged >= TAPS_BEFORE, 60)
            acknowledged = {parse_global_id(lead, "Lead") for lead in leads_of(taps)}
            backed_up = await run(database_name, "backup", str(copy))
            await taps.finish()
        assert (backed_up.code, backed_up.err) == (0, "")
        assert re.search(r"^leads +\d+ documents", backed_up.out, re.MULTILINE)
        assert "Keep SONGGANG_SECRET in another place." in backed_up.out
        in_use = await run(database_name, "restore", str(copy), "--replace", database_name)
        assert in_use.code == 1
        assert "Stop every node" in in_use.err

    other = await run(restored_name, "restore", str(copy), secret=SECRET[::-1])
    assert (other.code, other.out) == (1, "")
    assert re.fullmatch(r"songgang: This backup was made with another .*[^\n]+\n", other.err)
    restored = await run(restored_name, "restore", str(copy))
    assert (restored.code, restored.err) == (0, "")
    assert audit_line(restored) == audit_line(backed_up)

    mongo = await Mongo.connect(mongo_uri, restored_name)
    store = Store(mongo, SECRET)
    await store.prepare(SECRET)
    stored = [document["_id"] async for document in mongo["leads"].find({}, {"_id": 1})]
    assert acknowledged <= {*stored}
    assert await find_contradictions(store) == []
    assert await find_closed_contacts(store, stored) == []
    verified = await run(restored_name, "verify-audit")
    assert verified.out.split("Last: ")[1].strip() in audit_line(restored)
    await mongo.drop_database()
    await mongo.close()


def leads_of(taps: TapLoad) -> list[str]:
    """The ids of the leads that were acknowledged so far."""
    return list(taps.ledger.acknowledged.values())


async def test_an_embedded_database_is_backed_up_and_restored_elsewhere(folder: Path) -> None:
    copy = folder / "copy"

    async def run(*arguments: str, **given: str) -> ProcessResult:
        return await run_command(None, "songgang", *arguments, folder=folder, **given)

    async with running_server(None, "songgang", "--demo", folder=folder) as server:
        backed_up = await run("backup", str(copy))
        assert (backed_up.code, backed_up.err) == (0, "")
        assert "Keep the file .songgang/secret in another place." in backed_up.out
        busy = await run("restore", str(copy), "--replace", "songgang")
        assert busy.code == 1
        assert f"in use by process {server.pid}" in busy.err

    new_place = {"SONGGANG_DATA_DIR": str(folder / "new")}
    without_secret = await run("restore", str(copy), **new_place)
    assert without_secret.code == 1
    assert "There is no secret here" in without_secret.err
    assert not (folder / "new").exists()

    (folder / "new").mkdir()
    (folder / "new" / "secret").write_bytes((folder / ".songgang" / "secret").read_bytes())
    restored = await run("restore", str(copy), **new_place)
    assert (restored.code, restored.err) == (0, "")
    examined = await run("doctor", **new_place)
    assert examined.code == 0
    assert "The database was restored on" in examined.out


async def test_a_database_that_does_not_exist_is_not_backed_up(folder: Path) -> None:
    ended = await run_command(None, "songgang", "backup", str(folder / "copy"), folder=folder)
    assert (ended.code, ended.out) == (1, "")
    assert "nothing to back up" in ended.err
