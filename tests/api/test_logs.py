"""The log of a real process: what it holds, and that exceptions show no values."""

import asyncio
import json
import sys
from typing import Any

import httpx
import pytest

from api.logs import AccessLog, describe_exception, strip_exception_values
from tests.support.songgang_process import running_server

NAME, PHONE = "诸葛孔明", "13812345678"
INTEREST = """
mutation ($name: String!, $phone: String!) {
  expressInterest(input: {
    sessionId: "TGl2ZVNlc3Npb246MDA", postingId: "UG9zdGluZzowMA",
    contact: {name: $name, phone: $phone}, consent: {textVersion: "1"}
  }) { __typename }
}
"""


async def test_a_request_logs_one_line_without_personal_data(
    mongo_uri: str, database_name: str
) -> None:
    headers = {"authorization": "Bearer not-to-be-logged", "user-agent": "agent-not-logged"}
    async with running_server(mongo_uri, database_name, SONGGANG_SECRET="x" * 16) as server:
        async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
            body = {"query": INTEREST, "variables": {"name": NAME, "phone": PHONE}}
            await client.post("/graphql?token=in-the-query", json=body)
            as_json = {"content-type": "application/json"}
            broken = f'{{"broken": "{PHONE}'.encode()
            await client.post("/graphql", content=broken, headers=as_json)
            await client.get("/nowhere")
            await client.get("/q/code-on-a-poster")
            await client.get("/codes/code-on-a-poster.svg")
            too_large = b"x" * ((1 << 20) + 1)
            await client.post("/graphql", content=too_large, headers=as_json)
        ended = await server.stop()
    lines = [json.loads(line) for line in ended.err.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert [(line["method"], line["path"], line["status"]) for line in requests] == [
        ("POST", "/graphql", 200),
        ("POST", "/graphql", 400),
        ("GET", "/nowhere", 404),
        ("GET", "/q/...", 404),
        ("GET", "/codes/...", 404),
        ("POST", "/graphql", 413),
    ]
    assert all(line["ms"] >= 0 for line in requests)
    written = ended.out + ended.err
    for personal in (NAME, PHONE, "not-to-be-logged", "agent-not-logged", "in-the-query", "poster"):
        assert personal not in written


def raise_with_values() -> None:
    try:
        dict[str, str]()[PHONE]
    except KeyError as error:
        raise ValueError(f"phone {PHONE} of {NAME}") from error


def caught() -> ValueError:
    with pytest.raises(ValueError, match=PHONE) as raised:
        raise_with_values()
    return raised.value


def test_an_exception_is_logged_by_types_and_places_only() -> None:
    about = describe_exception(caught())
    assert about["error"] == "ValueError"
    assert [cause["error"] for cause in about["causes"]] == ["KeyError"]
    assert about["frames"][-1].startswith("api/test_logs.py:")
    assert PHONE not in json.dumps(about)


def test_exc_info_is_replaced_whichever_way_it_is_given() -> None:
    error = caught()
    for given in (error, (type(error), error, error.__traceback__)):
        event = strip_exception_values(None, "error", {"event": "failed", "exc_info": given})
        assert event["error"] == "ValueError"
        assert PHONE not in json.dumps(event)
    assert strip_exception_values(None, "info", {"event": "x", "exc_info": None}) == {"event": "x"}


async def failing(_scope: Any, _receive: Any, _send: Any) -> None:
    raise_with_values()


async def test_an_unexpected_error_is_a_500_without_a_trace() -> None:
    transport = httpx.ASGITransport(AccessLog(failing))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.get("/")
    assert (response.status_code, response.json()) == (500, {"error": "Internal Server Error"})


SCRIPT = """
import asyncio, logging
from api.logs import configure
configure()
async def fail():
    raise ValueError("{phone}")
async def main():
    asyncio.create_task(fail())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
asyncio.run(main())
try:
    raise ValueError("{phone}")
except ValueError:
    logging.getLogger("library").exception("failed with %s\\n{phone}", "{phone}")
logging.getLogger("library").info("{phone}")
"""


async def test_library_log_lines_lose_their_values() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        SCRIPT.replace("{phone}", PHONE),
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()
    entries = [json.loads(line) for line in err.splitlines()]
    assert PHONE not in err.decode()
    assert [(line["logger"], line["event"], line["error"]) for line in entries] == [
        ("asyncio", "Task exception was never retrieved", "ValueError"),
        ("library", "failed with %s", "ValueError"),
    ]
