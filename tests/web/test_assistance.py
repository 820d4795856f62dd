"""What helps a person: a reminder of a session, a job read aloud, a page without a pointer."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Browser, expect

from tests.support.songgang_process import ServerProcess
from tests.support.third_party_clients import HttpClient
from tests.web.measures import red_share
from tests.web.test_appearance import paths_of_pages
from tests.web.visitors import visiting

SCHEDULED = """
{ liveSessions(filter: {status: SCHEDULED}, first: 50) { edges { node { title } } } }
"""
MAX_TABS = 30
MAX_RED = 0.02

RECORD_SPEECH = """
window.spoken = [];
window.speechSynthesis.speak = (said) => window.spoken.push([said.lang, said.text]);
"""
"""A browser without a screen has no voices: what it is given to say is kept instead."""


async def test_a_session_to_come_goes_into_the_calendar(
    browser: Browser, demo: ServerProcess, http: HttpClient
) -> None:
    paths = await paths_of_pages(http)
    soonest = (await http(SCHEDULED))["liveSessions"]["edges"][-1]["node"]["title"]
    async with visiting(browser, demo.url) as visitor:
        await visitor.open("/")
        card = visitor.page.locator("li", has=visitor.button("提醒我开播"))
        await expect(card.locator("strong")).to_have_text(soonest)
        for page in ("home", "room to come"):
            await visitor.open(paths[page])
            async with visitor.page.expect_download() as started:
                await visitor.button("提醒我开播").click()
            file = await (await started.value).path()
            lines = (await asyncio.to_thread(Path(file).read_bytes)).decode().split("\r\n")
            assert lines[0] == "BEGIN:VCALENDAR"
            assert "TRIGGER:-PT10M" in lines
            await visitor.has_text("开播前十分钟手机会提醒")
            assert await red_share(visitor) < MAX_RED


async def test_a_job_is_read_aloud_in_large_letters_and_used_without_a_pointer(
    browser: Browser, demo: ServerProcess, http: HttpClient
) -> None:
    paths = await paths_of_pages(http)
    async with visiting(browser, demo.url, large=True) as visitor:
        await visitor.context.add_init_script(RECORD_SPEECH)
        await visitor.open(paths["job"])
        title = await visitor.page.locator("h1").inner_text()
        await visitor.button("读给我听").click()
        await expect(visitor.button("停下")).to_be_visible()
        ((language, text),) = await visitor.measure("window.spoken")
        assert language == "zh-CN"
        for part in (title, "元/", "地点", "社会保险"):
            assert part in text
        await visitor.button("停下").click()

        interested = visitor.button("我感兴趣")
        await visitor.measure("document.activeElement.blur()")
        for _ in range(MAX_TABS):
            await visitor.page.keyboard.press("Tab")
            if await interested.evaluate("(each) => each === document.activeElement"):
                break
        await expect(interested).to_be_focused()
        style = "(each) => getComputedStyle(each).outlineStyle"
        assert await interested.evaluate(style) != "none"
        await visitor.page.keyboard.press("Enter")
        await expect(visitor.page.locator("dialog input[name=name]")).to_be_focused()
        await visitor.page.keyboard.press("Escape")
        await expect(visitor.page.locator("dialog")).to_have_count(0)
        await expect(interested).to_be_focused()
        assert await red_share(visitor) < MAX_RED
