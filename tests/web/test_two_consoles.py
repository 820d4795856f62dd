"""Two consoles of one session, a phone and a laptop: an act in one of them shows in both."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.support.songgang_process import ServerProcess
from tests.web.hosts import Host
from tests.web.test_console import hold, next_button, sign_in
from tests.web.visitors import WIDE, Visitor, visiting


async def both_show(consoles: tuple[Visitor, Visitor], title: str, following: str) -> None:
    """Wait until both show this job as the one on air, and the same one as the next."""
    for console in consoles:
        await expect(console.page.locator(".slip[aria-current] strong")).to_have_text(title)
        await next_button(console, following).wait_for()


async def test_an_act_in_one_console_shows_in_both_and_the_other_goes_on_from_there(
    browser: Browser, demo: ServerProcess, host: Host
) -> None:
    jobs = list({job["title"]: job for job in await host.jobs()}.values())[:3]
    first, second, third = (job["title"] for job in jobs)
    session = await host.go_live("两台设备一起控场", jobs)
    async with (
        visiting(browser, demo.url) as phone,
        visiting(browser, demo.url, size=WIDE) as laptop,
    ):
        consoles = (phone, laptop)
        for console in consoles:
            await console.page.goto(f"{demo.url}/console/{session}")
            await sign_in(console, demo.demo_password)
            await next_button(console, first).wait_for()

        await next_button(phone, first).click()
        await both_show(consoles, first, second)
        await next_button(laptop, second).click()
        await both_show(consoles, second, third)
        await laptop.button("撤销").click()
        await both_show(consoles, first, second)  # it is still to come

        await hold(phone, "按住结束直播")
        for console in consoles:
            await console.has_text("直播结束，岗位还能登记")
        await phone.page.keyboard.up("Enter")
