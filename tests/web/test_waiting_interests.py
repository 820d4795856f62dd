"""An interest without a network waits, is sent once, and makes one lead."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, expect

from tests.support.songgang_process import ServerProcess
from tests.support.third_party_clients import HttpClient
from tests.support.waiting import wait_until
from tests.web.cables import Cable
from tests.web.hosts import Host
from tests.web.interests import PHONES, WORDS, fill_in, leads_of, type_code
from tests.web.visitors import Visitor, violations, visiting

ZH = WORDS["zh"]
WAIT_SECONDS = 60.0


async def open_sheet(visitor: Visitor, session: str, job: dict[str, Any]) -> None:
    """Open the job's page and its sheet, and fill everything in."""
    await visitor.open(f"/?posting={job['id']}&session={session}")
    await visitor.button(ZH["act"]).click()
    await fill_in(visitor, ZH, next(PHONES))
    await visitor.page.locator("input[name=consent]").check()


async def test_a_tap_without_a_network_waits_and_is_sent_once(
    browser: Browser, demo: ServerProcess, http: HttpClient, host: Host
) -> None:
    job = (await host.jobs())[2]
    session = await host.go_live("地铁里", [job])
    async with visiting(browser, demo.url) as visitor:
        await open_sheet(visitor, session, job)
        await visitor.offline()
        await visitor.button(ZH["submit"]).click()
        await visitor.has_text("还没发出，联网后自动发送")
        await expect(visitor.button("取消")).to_be_visible()
        assert await violations(visitor) == []
        assert await leads_of(http, host, session) == []
        kept = await visitor.stored()
        assert "王小明" not in kept

        await visitor.offline(False)
        await visitor.has_text("待确认")
        assert len(await leads_of(http, host, session)) == 1
        await visitor.button("输入验证码").click()
        await type_code(visitor, ZH)
        await visitor.has_text(ZH["done"])
        (lead,) = await leads_of(http, host, session)
        assert lead["confirmation"] == "CONFIRMED"


async def test_a_tap_that_waits_can_be_taken_back(
    browser: Browser, demo: ServerProcess, http: HttpClient, host: Host
) -> None:
    job = (await host.jobs())[2]
    session = await host.go_live("不发了", [job])
    async with visiting(browser, demo.url) as visitor:
        await open_sheet(visitor, session, job)
        await visitor.offline()
        await visitor.button(ZH["submit"]).click()
        await visitor.button("取消").click()
        await expect(visitor.button(ZH["act"])).to_be_visible()
        await visitor.offline(False)
        # A tap for another job goes through, and none for this one.
        await visitor.open("/jobs")
        assert await leads_of(http, host, session) == []


async def test_an_interest_whose_answer_was_lost_is_sent_again_and_makes_one_lead(
    browser: Browser, http: HttpClient, host: Host, cable: Cable
) -> None:
    job = (await host.jobs())[3]
    session = await host.go_live("答复丢了", [job])
    async with visiting(browser, cable.url) as visitor:
        await open_sheet(visitor, session, job)
        cable.hold_answers()
        await visitor.button(ZH["submit"]).click()

        async def arrived() -> bool:
            return len(await leads_of(http, host, session)) == 1

        await wait_until(arrived, WAIT_SECONDS, every=0.05)
        cable.cut()
        cable.release_answers()
        await visitor.has_text("待确认")
        (lead,) = await leads_of(http, host, session)
        assert lead["confirmation"] == "UNCONFIRMED"


async def test_an_interest_that_waited_and_is_refused_says_why(
    browser: Browser, demo: ServerProcess, host: Host
) -> None:
    job = (await host.jobs())[4]
    session = await host.go_live("晚了一步", [job])
    async with visiting(browser, demo.url) as visitor:
        await open_sheet(visitor, session, job)
        await visitor.offline()
        await visitor.button(ZH["submit"]).click()
        await visitor.has_text("还没发出，联网后自动发送")
        await host.act("endSession", {"sessionId": session})
        await visitor.offline(False)
        await visitor.has_text("没有发出：")
        await expect(visitor.button(ZH["act"])).to_be_visible()
