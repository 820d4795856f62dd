"""The command line as real processes: its output and exit codes."""

import asyncio
import json
import re
import signal
import socket
from pathlib import Path

import pytest
import typer
import websockets
from websockets.typing import Subprotocol

from api.cli import schema_snapshot
from realtime.close_codes import CloseCode
from schema.relay import global_id
from schema.root import print_schema
from storage.mongo.client import Mongo, new_id
from storage.mongo.embedded import run_embedded
from storage.store import Store
from tests.support.mongod import temporary_folder
from tests.support.songgang_process import run_command, running_server, spawn_songgang, start_server
from tests.support.third_party_clients import HttpClient
from tests.support.waiting import wait_until

SECRET = "a secret for tests"
PASSWORD = "correct horse battery"


async def run_refused(
    uri: str | None, *arguments: str, folder: Path, database: str = "x", **given: str
) -> str:
    """Run a command that must be refused, and return the one line that it prints."""
    ended = await run_command(uri, database, *arguments, folder=folder, **given)
    assert (ended.code, ended.out) == (1, "")
    (line,) = ended.err.splitlines()
    assert line.startswith("songgang: ")
    return line


@pytest.mark.parametrize("arguments", [["walk"], ["run", "--fast"], ["create-staff"]])
async def test_an_unknown_command_exits_with_2(folder: Path, arguments: list[str]) -> None:
    ended = await run_command(None, "x", *arguments, folder=folder)
    assert (ended.code, ended.out) == (2, "")
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"SONGGANG_PORT": "many"}, "SONGGANG_PORT: "),
        ({"SONGGANG_SECRET": "short"}, "SONGGANG_SECRET: needs at least 16 characters"),
        ({"MONGODB_URI": "mongodb://a:b:c@d"}, "MONGODB_URI cannot be read"),
        ({"SONGGANG_HOST": "192.0.2.1"}, "Cannot listen on 192.0.2.1"),
    ],
)
async def test_a_wrong_setting_prints_one_line_and_exits_with_1(
    folder: Path, given: dict[str, str], message: str
) -> None:
    assert message in await run_refused(None, "run", folder=folder, **given)


async def test_an_unreachable_mongodb_prints_one_line_without_the_password(
    folder: Path,
) -> None:
    uri = "mongodb://user:hush@127.0.0.1:1/?replicaSet=r"
    line = await run_refused(uri, "run", folder=folder)
    assert "no MongoDB primary answers at 127.0.0.1:1" in line
    assert "hush" not in line


async def test_a_port_in_use_is_reported_before_a_database_is_started(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = await run_refused(None, "run", folder=folder, SONGGANG_PORT=str(port))
    assert f"Cannot listen on 127.0.0.1 port {port}" in line
    assert not (folder / ".songgang").exists()


async def test_a_data_folder_in_use_is_refused_with_the_holder(folder: Path) -> None:
    async with run_embedded(folder / "data") as running:
        line = await run_refused(None, "run", folder=folder, SONGGANG_DATA_DIR=str(folder / "data"))
        assert "is in use by process" in line
        assert running.address in line
        assert running.uri not in line


async def test_a_secret_that_the_database_does_not_know_is_refused(
    mongo_uri: str, database_name: str, mongo: Mongo, folder: Path
) -> None:
    await Store(mongo, SECRET).prepare(SECRET)
    line = await run_refused(mongo_uri, "run", folder=folder, database=database_name)
    assert "another SONGGANG_SECRET" in line


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_a_server_with_0_after_one_announcement(
    mongo_uri: str, database_name: str, sent: signal.Signals
) -> None:
    async with running_server(mongo_uri, database_name, SONGGANG_SECRET=SECRET) as server:
        assert server.out.splitlines() == [
            f"Songgang is ready at {server.url}",
            f"GraphQL: {server.url}/graphql (HTTP POST, WebSocket graphql-transport-ws)",
        ]
        out = server.out
        ended = await server.stop(sent)
    assert (ended.code, ended.out) == (0, out)


async def test_a_stopping_server_tells_sockets_to_reconnect(
    mongo_uri: str, database_name: str
) -> None:
    async with running_server(mongo_uri, database_name, SONGGANG_SECRET=SECRET) as server:
        protocols = [Subprotocol("graphql-transport-ws")]
        async with websockets.connect(server.websocket_url, subprotocols=protocols) as socket:
            await socket.send('{"type": "connection_init"}')
            assert json.loads(await socket.recv()) == {"type": "connection_ack"}
            ended = await server.stop()
            await socket.wait_closed()
            assert socket.close_code == CloseCode.DRAINING
    assert ended.code == 0


async def test_a_demo_prints_its_sign_ins_and_a_live_session(
    mongo_uri: str, database_name: str
) -> None:
    async with running_server(mongo_uri, database_name, "--demo", SONGGANG_SECRET=SECRET) as server:
        assert [line.partition(":")[0] for line in server.out.splitlines()[2:]] == [
            "Demo",
            "Password",
            "Live session",
        ]
        assert len(server.demo_password) == 16
        async with HttpClient(server.url) as http:
            await http.sign_in("officer", server.demo_password)
            query = "query ($id: ID!) { liveSession(id: $id) { status } }"
            data = await http(query, {"id": server.live_session})
            assert data == {"liveSession": {"status": "LIVE"}}
        assert server.demo_password not in server.err


async def test_a_signal_during_the_start_exits_with_0_and_leaves_no_mongod(folder: Path) -> None:
    process = await spawn_songgang(None, "songgang", "run", folder=folder)
    owner = folder / ".songgang" / "mongod.log"
    await wait_until(owner.exists, within=30)
    process.terminate()
    async with asyncio.timeout(30):
        assert await process.wait() == 0
    async with run_embedded(folder / ".songgang"):
        assert (folder / "out").read_text() == ""


async def test_without_a_uri_an_embedded_mongod_starts_and_keeps_its_data(
    folder: Path,
) -> None:
    urls = []
    for _ in range(2):
        server = await start_server(None, "songgang", "--demo", folder=folder)
        async with HttpClient(server.url) as http:
            data = await http("{ postings(first: 1) { edges { node { id } } } }")
            urls.append(data["postings"]["edges"][0]["node"]["id"])
        assert (await server.stop()).code == 0
    assert urls[0] == urls[1]


async def test_a_demo_in_a_database_with_other_data_is_refused(
    mongo_uri: str, database_name: str, folder: Path
) -> None:
    given = {"SONGGANG_SECRET": SECRET}
    made = await run_command(
        mongo_uri, database_name, "create-union", "全国总工会", "--level", "national",
        "--place", "110000", folder=folder, **given,
    )  # fmt: skip
    assert made.code == 0
    for arguments in (["run", "--demo"], ["seed"]):
        line = await run_refused(
            mongo_uri, *arguments, folder=folder, database=database_name, **given
        )
        assert "holds data that are not a demo's" in line


async def test_seed_loads_the_demo_and_prints_how_to_sign_in(
    mongo_uri: str, database_name: str, mongo: Mongo, folder: Path
) -> None:
    ended = await run_command(
        mongo_uri, database_name, "seed", folder=folder, SONGGANG_SECRET=SECRET
    )
    assert (ended.code, ended.err) == (0, "")
    assert re.fullmatch(r"Sign in as officer, host or recruiter; password: \S{16}\n", ended.out)
    assert await mongo["postings"].count_documents({}) == 300


class Office:
    """Run commands on one new database."""

    def __init__(self, uri: str, database: str, folder: Path) -> None:
        self.uri = uri
        self.database = database
        self.folder = folder

    async def union(self, name: str, *more: str) -> str:
        ended = await run_command(
            self.uri, self.database, "create-union", name, "--level", "PROVINCE", "--place",
            "610000", *more, folder=self.folder, SONGGANG_SECRET=SECRET,
        )  # fmt: skip
        assert ended.code == 0, ended.err
        return ended.out.strip()

    async def staff(self, *arguments: str, stdin: str = f"{PASSWORD}\n") -> tuple[int, str]:
        ended = await run_command(
            self.uri, self.database, "create-staff", *arguments, "--display-name", "李",
            folder=self.folder, stdin=stdin, SONGGANG_SECRET=SECRET,
        )  # fmt: skip
        return ended.code, ended.out + ended.err


@pytest.fixture
def office(mongo_uri: str, database_name: str, folder: Path) -> Office:
    return Office(mongo_uri, database_name, folder)


async def test_created_staff_can_sign_in(office: Office) -> None:
    root = await office.union("陕西省总工会")
    below = await office.union("西安市总工会", "--parent", root)
    created = await office.staff("Li", "--role", "officer", "--union", below)
    assert created == (0, "li can sign in.\n")
    with temporary_folder() as folder:
        server = await start_server(
            office.uri, office.database, folder=folder, SONGGANG_SECRET=SECRET
        )
        async with HttpClient(server.url) as http:
            token = (await http.sign_in("li", PASSWORD))["accessToken"]
            query = "{ me { username displayName role union { name } } }"
            me = (await http(query, token=token))["me"]
        await server.stop()
    assert me == {
        "username": "li",
        "displayName": "李",
        "role": "OFFICER",
        "union": {"name": "西安市总工会"},
    }


async def test_invalid_staff_prints_one_line_and_exits_with_1(office: Office) -> None:
    assert await office.staff("li", "--role", "officer") == (
        1,
        "songgang: The role officer needs --union alone.\n",
    )


async def test_the_id_of_something_else_prints_what_it_should_be(office: Office) -> None:
    employer = global_id("Employer", new_id())
    assert await office.staff("li", "--role", "officer", "--union", employer) == (
        1,
        (
            "songgang: This link or address belongs to something else. Open the page again.\n"
            "songgang: This is not the id of a Union.\n"
        ),
    )


def test_schema_writes_the_snapshot_and_checks_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot = tmp_path / "schema.graphql"
    monkeypatch.setattr(schema_snapshot, "_SCHEMA_FILE", snapshot)
    schema_snapshot.schema(check=False)
    assert snapshot.read_text("utf-8") == print_schema()
    schema_snapshot.schema(check=True)
    assert capsys.readouterr().out == ""

    snapshot.write_text(
        print_schema().replace("type Query {", "type Query {\n  gone: Int"), "utf-8"
    )
    with pytest.raises(typer.Exit) as left:
        schema_snapshot.schema(check=True)
    assert left.value.exit_code == 1
    assert "-  gone: Int" in capsys.readouterr().out.splitlines()
