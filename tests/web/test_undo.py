"""An interest is taken back beside its button for ten seconds, from the tap and from the code."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.support.songgang_process import ServerProcess
from tests.support.third_party_clients import HttpClient
from tests.web.hosts import Host
from tests.web.interests import PHONES, WORDS, fill_in, leads_of, type_code
from tests.web.visitors import Visitor, violations, visiting

ZH = WORDS["zh"]
TIME_IN_HAND = """(() => {
    let time = Date.now();
    let number = 0;
    const held = new Map();
    const { setTimeout: start, clearTimeout: stop } = window;
    Date.now = () => time;
    window.setTimeout = (run, ms, ...given) => {
        if (!(ms > 9_000 && ms <= 10_000)) return start(run, ms, ...given);
        number -= 1;
        held.set(number, { run, at: time + ms });
        return number;
    };
    window.clearTimeout = (id) => held.delete(id) || stop(id);
    window.passTime = (ms) => {
        time += ms;
        for (const [id, { run, at }] of held) {
            if (at <= time && held.delete(id)) run();
        }
    };
})()"""
"""Stops the clock of a page. ``passTime`` moves it, with the timers of nine to ten seconds."""


async def register(visitor: Visitor, host: Host, title: str, number: int) -> str:
    """Register for a job of a new session as somebody new, and return the session."""
    job = (await host.jobs())[number]
    session = await host.go_live(title, [job])
    await visitor.open(f"/?posting={job['id']}&session={session}")
    await visitor.button(ZH["act"]).click()
    await fill_in(visitor, ZH, next(PHONES))
    await visitor.page.locator("input[name=consent]").check()
    await visitor.button(ZH["submit"]).click()
    await visitor.has_text(ZH["pending"])
    return session


async def test_an_interest_is_taken_back_right_after_the_tap(
    browser: Browser, demo: ServerProcess, http: HttpClient, host: Host
) -> None:
    async with visiting(browser, demo.url) as visitor:
        session = await register(visitor, host, "点错了", 5)
        undo = visitor.page.locator("dialog").get_by_role("button", name=ZH["undo"], exact=True)
        await expect(undo).to_be_visible()
        assert await violations(visitor) == []
        await undo.click()
        await expect(visitor.page.locator("dialog")).to_have_count(0)
        await visitor.has_text(ZH["undone"])
        (lead,) = await leads_of(http, host, session)
        assert (lead["stage"], lead["confirmation"]) == ("WITHDRAWN", "UNCONFIRMED")


async def test_the_button_stays_ten_seconds_and_ten_more_from_the_code(
    browser: Browser, demo: ServerProcess, http: HttpClient, host: Host
) -> None:
    async with visiting(browser, demo.url) as visitor:
        await visitor.context.add_init_script(TIME_IN_HAND)
        session = await register(visitor, host, "想一想", 6)
        dialog = visitor.page.locator("dialog")
        undo_in_sheet = dialog.get_by_role("button", name=ZH["undo"], exact=True)
        await expect(undo_in_sheet).to_be_visible()
        await visitor.measure("passTime(9_999)")
        assert await undo_in_sheet.count() == 1
        await visitor.measure("passTime(1)")
        await expect(undo_in_sheet).to_have_count(0)

        await type_code(visitor, ZH)
        await visitor.has_text(ZH["done"])
        await expect(visitor.button(ZH["undo"])).to_be_visible()
        await visitor.measure("passTime(9_999)")
        assert await visitor.button(ZH["undo"]).count() == 1
        await visitor.measure("passTime(1)")
        await expect(visitor.button(ZH["undo"])).to_have_count(0)
        await expect(visitor.text(ZH["done"])).to_be_visible()
        (lead,) = await leads_of(http, host, session)
        assert (lead["stage"], lead["confirmation"]) == ("INTERESTED", "CONFIRMED")
