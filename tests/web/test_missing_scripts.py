"""A page whose script cannot be loaded says so, and is loaded once there is a network again."""

from __future__ import annotations

from playwright.async_api import Browser, Route, expect

from tests.support.songgang_process import ServerProcess
from tests.web.cables import Cable
from tests.web.visitors import Visitor, violations, visiting

NOT_LOADED = "这一页没打开，请看看网络"
NO_ENGLISH = "English did not load. Check your connection"


async def go_to_board(visitor: Visitor, name: str = "岗位") -> None:
    """Follow the link of the menu, without a new document."""
    await visitor.page.get_by_role("link", name=name, exact=True).click()


async def is_board(visitor: Visitor, title: str = "岗位") -> None:
    """Wait until the board is shown in place of a fault."""
    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text(title)
    await expect(visitor.page.get_by_role("alert")).to_have_count(0)


async def test_scripts_that_were_never_loaded_are_loaded_by_try_again(
    browser: Browser, cable: Cable
) -> None:
    async with visiting(browser, cable.url) as visitor:
        await visitor.open("/")
        document = await visitor.measure("performance.timeOrigin")
        cable.unplug()
        await go_to_board(visitor)
        await visitor.has_text(NOT_LOADED)
        await visitor.button("EN").click()
        await visitor.has_text(NO_ENGLISH)
        assert await violations(visitor) == []
        # The last request of an attempt without a network asks whether the service answers.
        async with visitor.page.expect_event(
            "requestfailed", lambda request: request.method == "HEAD"
        ):
            await visitor.button("重试").click()
        await expect(visitor.text(NOT_LOADED)).to_be_visible()

        cable.plug()
        await visitor.button("重试").click()
        await expect(visitor.text(NOT_LOADED)).to_have_count(0)
        await visitor.button("Try again").click()
        await is_board(visitor, "Jobs")
        assert await visitor.measure("performance.timeOrigin") == document


async def test_scripts_are_loaded_by_themselves_when_the_network_returns(
    browser: Browser, demo: ServerProcess
) -> None:
    async with visiting(browser, demo.url, language="en") as visitor:
        await visitor.open("/")
        await visitor.offline()
        await go_to_board(visitor, "Jobs")
        await visitor.has_text("This page did not load. Check your connection")
        await visitor.offline(False)
        await is_board(visitor, "Jobs")


async def test_a_script_that_failed_with_its_document_is_loaded_with_a_new_one(
    browser: Browser, demo: ServerProcess
) -> None:
    async def fail(route: Route) -> None:
        await route.abort()

    async with visiting(browser, demo.url) as visitor:
        await visitor.context.route("**/assets/page-*.js", fail)
        await visitor.open("/jobs")
        await visitor.has_text(NOT_LOADED)
        await visitor.context.unroute("**/assets/page-*.js")
        await visitor.button("重试").click()
        await is_board(visitor)
