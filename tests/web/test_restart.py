"""The service is killed while people watch: they miss nothing, and their taps arrive once."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import pytest
from playwright.async_api import Browser

from tests.support.songgang_process import ServerProcess, running_server
from tests.support.third_party_clients import HttpClient
from tests.support.waiting import wait_until
from tests.web.cables import laid_cable
from tests.web.frames import Frames
from tests.web.hosts import sign_in_host
from tests.web.interests import PHONES, WORDS, fill_in, leads_of
from tests.web.visitors import violations, visiting

PASSWORD = "demo-for-tests-1"
WAIT_SECONDS = 60.0


def running_demo(uri: str, database: str) -> AbstractAsyncContextManager[ServerProcess]:
    """Run the demo with the secret that it had before, so that tokens stay valid."""
    return running_server(
        uri,
        database,
        "--demo",
        SONGGANG_SECRET="the same before and after the restart",
        SONGGANG_DEMO_PASSWORD=PASSWORD,
    )


@pytest.fixture
async def first_server(mongo_uri: str, database_name: str) -> AsyncIterator[ServerProcess]:
    async with running_demo(mongo_uri, database_name) as server:
        yield server


@pytest.mark.timeout(300)  # it starts the demo twice
async def test_a_service_that_is_killed_and_comes_back_loses_no_event_and_no_tap(
    browser: Browser, mongo_uri: str, database_name: str, first_server: ServerProcess
) -> None:
    words = WORDS["zh"]
    async with laid_cable(first_server.url) as cable, visiting(browser, cable.url) as visitor:
        async with HttpClient(first_server.url) as http:
            host = await sign_in_host(http, PASSWORD)
            jobs = (await host.jobs())[:3]
            session = await host.go_live("停电一分钟", jobs)
            frames = Frames(visitor)
            await visitor.open(f"/live/{session}")
            await host.pin(session, jobs[0])
            await visitor.button(words["act"]).click()
            await fill_in(visitor, words, next(PHONES))
            await visitor.page.locator("input[name=consent]").check()

        await first_server.stop(signal.SIGKILL)
        await visitor.button(words["submit"]).click()
        await visitor.has_text("还没发出，联网后自动发送")
        await visitor.has_text("正在重连")
        assert await violations(visitor) == []

        async with running_demo(mongo_uri, database_name) as second:
            async with HttpClient(second.url) as http:
                host = await sign_in_host(http, PASSWORD)
                await host.pin(session, jobs[1])
                cable.target = second.url
                await visitor.has_text(f"刚讲过: {jobs[0]['title']}")
                await host.pin(session, jobs[0])
                await visitor.has_text("待确认")
                assert len(await leads_of(http, host, session)) == 1
                # The interest may be shown as sent before the last pin has arrived.
                await wait_until(lambda: len(frames.seqs) >= 3, WAIT_SECONDS)
            assert frames.gaps_and_repeats() == []
            assert len(frames.seqs) == 3
