"""Without a network or a service, pages show what they had, with its time, and say so."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.support.songgang_process import ServerProcess
from tests.web.cables import Cable
from tests.web.hosts import Host
from tests.web.visitors import Language, Visitor, violations, visiting

AS_OF = {"zh": re.compile(r"这是 \d\d:\d\d 的内容"), "en": re.compile(r"Shown as of \d\d:\d\d")}
MENU = {"zh": ("直播", "岗位"), "en": ("Live", "Jobs")}
ACT = {"zh": "我感兴趣", "en": "I'm interested"}


def alert(visitor: Visitor, language: Language) -> Locator:
    """Return the notice that what is shown is of before."""
    return visitor.page.get_by_role("alert").filter(has_text=AS_OF[language])


async def follow(visitor: Visitor, name: str) -> None:
    """Follow a link of the menu, without a new document."""
    await visitor.page.get_by_role("link", name=name, exact=True).click()


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_pages_that_had_data_show_them_with_their_time(
    browser: Browser, demo: ServerProcess, language: Language
) -> None:
    home, board = MENU[language]
    slips = "main .slip"
    async with visiting(browser, demo.url, language=language) as visitor:
        await visitor.open("/")
        await visitor.page.locator(slips).first.wait_for()
        await follow(visitor, board)
        first = visitor.page.locator("main .slip strong").first
        title = await first.inner_text()
        await first.click()
        await expect(visitor.page.get_by_role("heading", level=1)).to_have_text(title)

        await visitor.offline()
        for name in (home, board):
            await follow(visitor, name)
            await expect(alert(visitor, language)).to_be_visible()
            await expect(visitor.page.locator(slips).first).to_be_visible()
            assert await violations(visitor) == []
        await visitor.page.locator("main .slip strong").first.click()
        await expect(visitor.page.get_by_role("heading", level=1)).to_have_text(title)
        await expect(alert(visitor, language)).to_be_visible()
        await expect(visitor.button(ACT[language])).to_be_enabled()
        assert await violations(visitor) == []

        # A list that was never read is not there, and no other stands in for it.
        await follow(visitor, board)
        await visitor.page.locator("select").first.select_option("8000")
        await expect(visitor.page.get_by_role("alert")).to_be_visible()
        await expect(alert(visitor, language)).to_have_count(0)
        await expect(visitor.page.locator(slips)).to_have_count(0)
        assert await violations(visitor) == []

        await visitor.offline(False)
        await expect(visitor.page.get_by_role("alert")).to_have_count(0)
        await expect(visitor.page.locator(slips).first).to_be_visible()


async def test_a_room_without_a_service_shows_what_it_had_and_then_what_came(
    browser: Browser, host: Host, cable: Cable
) -> None:
    jobs = (await host.jobs())[:2]
    session = await host.go_live("机房停电", jobs)
    await host.pin(session, jobs[0])
    pinned = ".pinned-slip strong"
    async with visiting(browser, cable.url) as visitor:
        await visitor.open("/")
        await visitor.page.get_by_role("link", name="机房停电").first.click()
        await expect(visitor.page.locator(pinned)).to_have_text(jobs[0]["title"])

        cable.unplug()
        row = visitor.page.locator(".connection")
        await expect(row).to_contain_text("正在重连")
        await expect(row).to_have_text(AS_OF["zh"])
        await follow(visitor, "直播")
        await expect(alert(visitor, "zh")).to_be_visible()
        await visitor.page.get_by_role("link", name="机房停电").first.click()
        await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("机房停电")
        await expect(visitor.page.locator(pinned)).to_have_text(jobs[0]["title"])
        await expect(row).to_have_text(AS_OF["zh"])
        assert await violations(visitor) == []

        await host.pin(session, jobs[1])
        cable.plug()
        await expect(visitor.page.locator(pinned)).to_have_text(jobs[1]["title"])
        await expect(row).not_to_contain_text("正在重连")
