"""Wishes without a name: what somebody wants, the jobs that fit, and the end of it."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.support.songgang_process import ServerProcess
from tests.web.measures import filled_buttons, foreign_words, small_targets
from tests.web.visitors import violations, visiting


async def test_wishes_give_jobs_with_reasons_and_can_be_changed_and_deleted(
    browser: Browser, demo: ServerProcess
) -> None:
    async with visiting(browser, demo.url) as visitor:
        await visitor.open("/me/wishes")
        assert await violations(visitor) == []
        page = visitor.page
        await page.get_by_label("想做的工作（最多5个，最想做的放前面）").fill("hangong")
        await visitor.button("+ 焊工").click()
        await page.get_by_label("想去的地方（最多5个）").fill("上海")
        await visitor.button("+ 上海市").click()
        await page.get_by_label("包住").check()
        await visitor.button("找适合的岗位").click()
        await visitor.has_text("请先看一下这句话，同意再打勾")
        await page.locator("input[name=consent]").check()
        await visitor.button("找适合的岗位").click()
        await visitor.has_text("适合你的岗位")
        await visitor.has_text("✓ 在意向地区内")
        assert 1 <= await page.locator(".slip").count() <= 5
        assert await violations(visitor) == []
        assert await small_targets(visitor, 44) == []

        # The profile stands after a new start, and the form has what was saved.
        await visitor.open("/me/wishes")
        await visitor.has_text("✓ 在意向地区内")
        await visitor.button("改条件").click()
        await expect(visitor.button("去掉 焊工")).to_be_visible()
        await expect(page.get_by_label("包住")).to_be_checked()
        assert await filled_buttons(visitor) == ["找适合的岗位"]

        await page.locator("input[name=consent]").check()
        await visitor.button("找适合的岗位").click()
        await visitor.button("删除我的条件").click()
        await visitor.has_text("想找什么样的活")
        await expect(visitor.button("去掉 焊工")).to_have_count(0)


async def test_wishes_begin_anew_behind_a_receipt_that_ran_out(
    browser: Browser, demo: ServerProcess
) -> None:
    async with visiting(browser, demo.url) as visitor:
        await visitor.open("/me/wishes")
        await visitor.measure("localStorage.setItem('songgang.seeker', '\"of nobody\"')")
        await visitor.open("/me/wishes")
        await visitor.page.get_by_role("alert").wait_for()
        await visitor.button("改条件").click()
        await visitor.page.locator("input[name=consent]").check()
        await visitor.button("找适合的岗位").click()
        await visitor.has_text("适合你的岗位")
        await visitor.page.locator(".reasons").first.wait_for()


async def test_the_form_of_wishes_is_in_one_language(browser: Browser, demo: ServerProcess) -> None:
    async with visiting(browser, demo.url, language="en", dark=True) as visitor:
        await visitor.open("/me/wishes")
        await visitor.page.get_by_label("Places (5 at most)").fill("hangzhou")
        await visitor.page.locator(".chips button").first.wait_for()
        assert await foreign_words(visitor) == []
        assert await violations(visitor) == []
