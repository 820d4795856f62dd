"""The file of trusted documents: how it is written, read and used by a server."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.document_files import DocumentFileLimits, load_trusted_documents
from api.settings import SettingsInvalid
from schema.execution.documents import hash_document
from tests.support.graphql_clients import open_websocket
from tests.support.songgang_process import run_command, running_server

ME = "query Me { me { role } }\n"
FOLLOW = "subscription F($s: ID!) { sessionEvents(sessionId: $s) { seq } }\n"
ENTER = "mutation E { enterAsViewer(input: {}) { ... on ViewerEntered { accessToken } } }\n"
LIVE = "query L { liveSessions(filter: { status: LIVE }, first: 1) { edges { node { id } } } }\n"
FILES = {"me.graphql": ME, "rooms/follow.graphql": FOLLOW}


@pytest.fixture
def written(folder: Path) -> Path:
    """A folder of documents."""
    for name, text in FILES.items():
        path = folder / "documents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (folder / "documents" / "notes.txt").write_text("no document")
    return folder / "documents"


def test_without_a_setting_no_file_is_read() -> None:
    assert load_trusted_documents(None) is None


def test_a_folder_holds_one_document_per_file(written: Path) -> None:
    trusted = load_trusted_documents(written)
    assert trusted is not None
    assert all(trusted.by_digest(hash_document(text)) == text for text in FILES.values())
    assert "no document" not in trusted


LINE_ENDS = [ME.replace("\n", "\r\n"), ME.replace("\n", "\r"), f"\ufeff{ME}"]


@pytest.mark.parametrize("text", LINE_ENDS, ids=["CRLF", "CR", "byte order mark"])
async def test_a_document_is_known_by_the_digest_of_its_bytes(text: str, folder: Path) -> None:
    path = folder / "documents" / "me.graphql"
    path.parent.mkdir()
    path.write_bytes(text.encode())
    digest = sha256(text.encode()).hexdigest()
    trusted = load_trusted_documents(path.parent)
    assert trusted is not None
    assert trusted.by_digest(digest) == text
    written = await run_command(None, "unused", "trust", str(path), folder=folder)
    assert json.loads(written.out) == {digest: text}


UNREADABLE: dict[str, tuple[str | None, str]] = {
    "not there": (None, "No such file or directory"),
    "not JSON": ("{", "is not JSON"),
    "a list": ("[]", "is no JSON object from SHA-256 to text"),
    "a number": (json.dumps({hash_document(ME): 1}), "is no JSON object from SHA-256 to text"),
    "another digest": (json.dumps({hash_document(FOLLOW): ME}), "has another SHA-256"),
    "not UTF-8": ("\udcff", "is not UTF-8"),
}


@pytest.mark.parametrize(("text", "why"), UNREADABLE.values(), ids=list(UNREADABLE))
def test_an_invalid_documents_file_stops_the_start(
    text: str | None, why: str, folder: Path
) -> None:
    path = folder / "trusted.json"
    if text is not None:
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsInvalid) as refused:
        load_trusted_documents(path)
    assert str(refused.value).startswith("SONGGANG_TRUSTED_DOCUMENTS: ")
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (DocumentFileLimits(max_documents=1), "more than 1 documents"),
        (DocumentFileLimits(max_bytes=1), "0 MiB"),
    ],
)
def test_the_number_of_trusted_documents_is_limited(
    limits: DocumentFileLimits, why: str, written: Path, folder: Path
) -> None:
    path = folder / "trusted.json"
    path.write_text(json.dumps({hash_document(text): text for text in FILES.values()}))
    for each in (written, path):
        with pytest.raises(SettingsInvalid, match=why):
            load_trusted_documents(each, limits)


def test_an_empty_folder_is_refused(folder: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"holds no \.graphql file"):
        load_trusted_documents(folder)


async def test_a_server_accepts_only_the_documents_added_to_its_file(
    mongo_uri: str, database_name: str, folder: Path, written: Path
) -> None:
    async def trust(*arguments: str) -> Any:
        return await run_command(None, "x", "trust", *arguments, folder=folder)

    first = await trust(*(str(written / name) for name in FILES))
    assert first.code == 0
    (folder / "trusted.json").write_text(first.out)
    for name, text in (("enter", ENTER), ("live", LIVE)):
        (written / f"{name}.graphql").write_text(text, "utf-8")
        added = await trust(str(written / f"{name}.graphql"), "--to", "trusted.json")
    assert (added.code, added.out) == (0, "trusted.json holds 4 documents.\n")
    assert json.loads((folder / "trusted.json").read_text()) == {
        hash_document(text): text for text in (*FILES.values(), ENTER, LIVE)
    }
    (written / "wrong.graphql").write_text("query {\n  salaries\n}")
    refused = await trust(str(written / "wrong.graphql"), "--to", "trusted.json")
    assert (refused.code, refused.out) == (1, "")
    assert "wrong.graphql:2:3: Cannot query field" in refused.err

    async with (
        running_server(
            mongo_uri,
            database_name,
            "--demo",
            folder=folder,
            SONGGANG_TRUSTED_DOCUMENTS="trusted.json",
        ) as server,
        httpx.AsyncClient(base_url=server.url) as http,
    ):

        async def answer(**body: Any) -> dict[str, Any]:
            answered: dict[str, Any] = (await http.post("/graphql", json=body)).json()
            return answered

        entered = await answer(query=ENTER)
        token = entered["data"]["enterAsViewer"]["accessToken"]
        by_digest = {"persistedQuery": {"version": 1, "sha256Hash": hash_document(ME)}}
        assert await answer(extensions=by_digest) == {"data": {"me": None}}
        (error,) = (await answer(query="{ __schema { types { name } } }"))["errors"]
        assert error["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
        async with open_websocket(server.websocket_url) as client:
            await client.initialise(token)
            await client.subscribe("1", "{ __typename }")
            answered = await client.receive()
            assert (answered["id"], answered["type"]) == ("1", "error")
            assert answered["payload"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
            follow = {
                "variables": {"s": server.live_session},
                "extensions": {
                    "persistedQuery": {"version": 1, "sha256Hash": hash_document(FOLLOW)}
                },
            }
            await client.send(id="2", type="subscribe", payload=follow)
            # The viewer count changes and is published.
            message = await client.receive()
            assert (message["id"], message["type"]) == ("2", "next")
            assert set(message["payload"]["data"]["sessionEvents"]) == {"seq"}


async def test_a_server_does_not_start_with_a_missing_file(folder: Path) -> None:
    ended = await run_command(
        None, "x", "run", folder=folder, SONGGANG_TRUSTED_DOCUMENTS=str(folder / "none.json")
    )
    assert ended.code == 1
    assert "SONGGANG_TRUSTED_DOCUMENTS" in ended.err
    assert not (folder / ".songgang" / "db").exists()
