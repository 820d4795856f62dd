"""Requests that wait when the server stops get a refusal; what has begun breaks off."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.stopping import StoppingAnswers


class Waiting:
    """An application that waits for ever, after it has begun its response if that is wanted."""

    def __init__(self, *, begins: bool = False) -> None:
        self.reached = asyncio.Event()
        self._begins = begins

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        if self._begins:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        self.reached.set()
        await asyncio.Event().wait()


async def cancel_request(app: Waiting, path: str, *, stopping: bool) -> httpx.Response:
    """Send a request, cancel it as uvicorn does, and return the answer."""
    guarded: ASGIApp = StoppingAnswers(app, is_stopping=lambda _: stopping)
    transport = httpx.ASGITransport(guarded)
    async with httpx.AsyncClient(transport=transport, base_url="http://songgang.test") as client:
        task = asyncio.create_task(client.get(path))
        await app.reached.wait()
        task.cancel()
        return await task


async def test_a_waiting_graphql_request_gets_an_error_of_the_protocol() -> None:
    answer = await cancel_request(Waiting(), "/graphql", stopping=True)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "10"
    (error,) = answer.json()["errors"]
    assert error["message"].startswith("The server stops")
    assert set(error["extensions"]) == {"code", "field", "messageZh"}
    assert error["extensions"]["code"] == "BUSY"
    assert error["extensions"]["messageZh"].startswith("服务正在停止")


async def test_any_other_waiting_request_gets_an_error_in_json() -> None:
    answer = await cancel_request(Waiting(), "/exports/leads.csv", stopping=True)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "10"
    assert set(answer.json()) == {"error", "messageZh", "code"}
    assert answer.json()["code"] == "BUSY"


@pytest.mark.parametrize(("begins", "stopping"), [(True, True), (False, False)])
async def test_a_response_that_has_begun_breaks_off_and_other_cancellations_pass(
    *, begins: bool, stopping: bool
) -> None:
    with pytest.raises(asyncio.CancelledError):
        await cancel_request(Waiting(begins=begins), "/graphql", stopping=stopping)
