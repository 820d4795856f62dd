"""A host in the console: from the sign-in to the end of a session, and a viewer who sees it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.support.songgang_process import ServerProcess
from tests.web.hosts import Host
from tests.web.measures import filled_buttons, foreign_words, sideways_pixels, small_targets
from tests.web.visitors import WIDE, Language, Visitor, violations, visiting

WORDS = {
    "zh": ("用户名", "密码", "登录"),
    "en": ("User name", "Password", "Sign in"),
}


async def sign_in(console: Visitor, password: str, language: Language = "zh") -> None:
    """Fill the sign-in that lies over the page."""
    name, secret, act = WORDS[language]
    await console.page.get_by_label(name, exact=True).fill("host")
    await console.page.get_by_label(secret, exact=True).fill(password)
    await console.button(act).click()


async def shows(viewer: Visitor, title: str) -> None:
    """Wait until the room shows the job."""
    await expect(viewer.page.locator(".pinned-slip strong")).to_have_text(title)


def next_button(console: Visitor, title: str) -> Locator:
    """Return the button that shows the next job, while it is this one."""
    name = re.compile(rf"下一个：\s*{re.escape(title)}$")
    return console.page.get_by_role("button", name=name)


async def hold(console: Visitor, text: str) -> None:
    """Press a button until it acts."""
    await console.button(text).focus()
    await console.page.keyboard.down("Enter")


async def test_a_host_plans_a_session_goes_on_air_and_ends_it_and_a_viewer_sees_it(
    browser: Browser, demo: ServerProcess, host: Host
) -> None:
    first, second = list({job["title"]: job for job in await host.jobs()})[:2]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    async with visiting(browser, demo.url) as console, visiting(browser, demo.url) as viewer:
        await console.page.goto(demo.url + "/console/new")
        await sign_in(console, demo.demo_password)
        await console.page.get_by_label("标题").fill("手机上排的场次")
        await console.page.get_by_label("主播姓名").fill("李师傅")
        await console.page.get_by_label("开播时间（北京时间）").fill(f"{tomorrow:%Y-%m-%d}T19:30")
        for title in (first, second):
            await console.page.get_by_role("searchbox").fill(title)
            await console.page.get_by_role("searchbox").press("Enter")
            await console.button(f"加入：{title}").first.click()
        await console.button("排好了").click()
        await console.has_text("彩排：观众还看不到这里的操作")
        await viewer.open(console.page.url.removeprefix(demo.url).replace("/console/", "/live/"))

        await console.button("开播").click()
        await viewer.has_text("● 直播中")
        await next_button(console, first).click()
        await shows(viewer, first)
        await console.has_text(f"正在介绍：{first}")
        await next_button(console, second).wait_for()
        await console.page.keyboard.press("n")
        await shows(viewer, second)
        await console.has_text(f"正在介绍：{second}")
        await console.button("撤销").click()
        await shows(viewer, first)

        await console.button("公告").click()
        await console.page.get_by_label("公告内容").fill("只招男工，夫妻房还有6间")
        await console.button("发布").click()
        await console.page.get_by_role("alert").wait_for()
        await expect(console.page.get_by_label("公告内容")).to_have_value("只招男工，夫妻房还有6间")
        await console.page.get_by_label("公告内容").fill("夫妻房还有6间")
        await console.button("发布").click()
        await viewer.has_text("夫妻房还有6间")

        await viewer.page.get_by_label("想问什么").fill("有夫妻房吗？")
        await viewer.button("提问").click()
        await console.button("提问 1").click()
        await console.has_text("有夫妻房吗？")

        await hold(console, "按住结束直播")
        await console.has_text("直播结束，岗位还能登记")
        await console.page.keyboard.up("Enter")
        await viewer.has_text("直播结束")


async def test_a_sign_in_that_ran_out_is_asked_for_over_the_page_and_nothing_typed_is_lost(
    browser: Browser, demo: ServerProcess
) -> None:
    async with visiting(browser, demo.url) as console:
        await console.page.goto(demo.url + "/console/new")
        await sign_in(console, demo.demo_password)
        await console.page.get_by_label("标题").fill("写到一半的场次")
        # What another tab does when it signs out.
        await console.measure(
            "() => { localStorage.removeItem('songgang.staff');"
            " dispatchEvent(new StorageEvent('storage', { key: 'songgang.staff' })) }"
        )
        await console.page.get_by_role("searchbox").fill("工")
        await console.page.get_by_role("searchbox").press("Enter")
        await console.has_text("登录过期了，内容还在")
        await sign_in(console, demo.demo_password)
        await console.page.get_by_role("button", name="加入：").first.wait_for()
        await expect(console.page.get_by_label("标题")).to_have_value("写到一半的场次")


@pytest.mark.parametrize(
    ("language", "dark", "wide"),
    [("zh", False, False), ("en", True, True)],
    ids=["phone", "wide, dark, English"],
)
async def test_every_page_of_the_console_is_readable_and_reachable(
    browser: Browser, demo: ServerProcess, language: Language, dark: bool, wide: bool
) -> None:
    size = WIDE if wide else None
    async with visiting(browser, demo.url, language=language, dark=dark, size=size) as console:
        await console.page.goto(demo.url + "/console")
        await console.page.get_by_role("heading", level=1).wait_for()
        assert await violations(console) == []
        await sign_in(console, demo.demo_password, language)
        on_air = console.page.locator(".mark.live")
        live = console.page.get_by_role("article").filter(has=on_air).first
        await live.wait_for()
        await judge(console, language)
        await live.get_by_role("link").first.click()
        await console.page.locator(".desk-head").wait_for()
        await judge(console, language)
        for tab in (await console.page.locator(".tabs button").all())[1:]:
            if await tab.is_visible():
                await tab.click()
                await judge(console, language)
        await console.page.locator(".desk-head button").click()
        await console.page.locator(".code-screen img").wait_for()
        assert await cut_pixels(console, ".code-screen img") == 0
        await console.page.goto(demo.url + "/console/new")
        await console.page.locator("form.plan").wait_for()
        await judge(console, language)


async def cut_pixels(console: Visitor, selector: str) -> int:
    """Return how many pixels of its width an element has outside the open sheet."""
    cut: int = await console.measure(
        f"""(() => {{
            const sheet = document.querySelector("dialog[open]").getBoundingClientRect();
            const shown = document.querySelector("{selector}").getBoundingClientRect();
            return Math.ceil(
                Math.max(0, sheet.left - shown.left) + Math.max(0, shown.right - sheet.right));
        }})()"""
    )
    return cut


async def judge(console: Visitor, language: Language) -> None:
    """Fail on what axe-core and our own measures find on the page as it is now."""
    assert await violations(console) == []
    assert await sideways_pixels(console) == 0
    assert await small_targets(console, 44) == []
    assert len(await filled_buttons(console)) <= 1
    if language == "en":
        assert await foreign_words(console) == []
