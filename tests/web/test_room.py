"""A live session in the browser: pins, questions, the end; and what networks do to it."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, expect

from tests.support.songgang_process import ServerProcess
from tests.support.waiting import wait_until
from tests.web.cables import Cable
from tests.web.frames import Frames
from tests.web.hosts import Host
from tests.web.visitors import WIDE, Visitor, violations, visiting

CUTS = 20
PINS = 50
WAIT_SECONDS = 60.0


async def wait_pinned(visitor: Visitor, job: dict[str, Any]) -> None:
    """Wait until the slip shows the job."""
    await expect(visitor.page.locator(".pinned-slip strong")).to_have_text(job["title"])


async def jobs_with_different_titles(host: Host, count: int) -> list[dict[str, Any]]:
    by_title = {job["title"]: job for job in await host.jobs()}
    return list(by_title.values())[:count]


async def test_three_viewers_see_pins_questions_and_the_end(
    browser: Browser, demo: ServerProcess, host: Host
) -> None:
    jobs = await jobs_with_different_titles(host, 3)
    session = await host.go_live("三人看的直播", jobs)
    async with (
        visiting(browser, demo.url) as phone,
        visiting(browser, demo.url, language="en", dark=True) as english,
        visiting(browser, demo.url, size=WIDE) as wide,
    ):
        viewers = [phone, english, wide]
        for viewer in viewers:
            await viewer.open(f"/live/{session}")
        await phone.has_text("还没有开始介绍岗位")
        await host.pin(session, jobs[0])
        for viewer in viewers:
            await wait_pinned(viewer, jobs[0])
        await host.pin(session, jobs[1])
        for viewer in viewers:
            await wait_pinned(viewer, jobs[1])
        await phone.has_text(f"刚讲过: {jobs[0]['title']}")
        await host.act("announce", {"sessionId": session, "body": "夫妻房还有6间"})
        for viewer in viewers:
            await viewer.has_text("夫妻房还有6间")
        async with visiting(browser, demo.url) as late:
            await late.open(f"/live/{session}")
            await late.has_text("夫妻房还有6间")
        await phone.button("关闭").click()
        await expect(phone.text("夫妻房还有6间")).to_have_count(0)

        await phone.page.get_by_label("想问什么").fill("有夜班吗")
        await phone.button("提问").click()
        await phone.has_text("已交给主播，公开后大家能看到")
        await phone.has_text("我的提问 · 待审核")
        (question,) = await host.questions(session)
        await host.act("publishQuestion", {"questionId": question["id"]})
        for viewer in viewers:
            await viewer.has_text("有夜班吗")
        await phone.has_text("我的提问 · 已公开")
        answer = {"questionId": question["id"], "answer": "没有夜班，都是白班"}
        await host.act("answerQuestion", answer)
        for viewer in viewers:
            await viewer.has_text("没有夜班，都是白班")
            assert await violations(viewer) == []
        await phone.has_text("我的提问 · 已回答")
        for viewer in (english, wide):
            await expect(viewer.page.locator(".own-question")).to_have_count(0)

        await host.act("endSession", {"sessionId": session})
        await phone.has_text("直播结束，岗位还能登记")
        await english.has_text("Ended, jobs open")
        await expect(phone.button("我感兴趣")).to_be_enabled()
        assert await violations(phone) == []


async def test_the_slip_keeps_its_height_over_50_pins_and_a_tap_belongs_to_its_job(
    browser: Browser, demo: ServerProcess, host: Host
) -> None:
    jobs = await jobs_with_different_titles(host, 10)
    session = await host.go_live("五十次介绍", jobs)
    async with visiting(browser, demo.url) as visitor:
        await visitor.open(f"/live/{session}")
        await host.pin(session, jobs[0])
        await wait_pinned(visitor, jobs[0])
        heights: set[float] = set()
        for number in range(1, PINS + 1):
            job = jobs[number % len(jobs)]
            await host.pin(session, job)
            await wait_pinned(visitor, job)
            heights.add(await visitor.measure("document.querySelector('.pinned').offsetHeight"))
        assert len(heights) == 1

        # The finger came down on the job before: its tap is none on the job after.
        await visitor.measure(
            """() => { const button = document.querySelector('.pinned .main');
            button.dispatchEvent(new PointerEvent('pointerdown', {bubbles: true}));
            new MutationObserver((_, watch) => { watch.disconnect(); button.click(); })
                .observe(document.querySelector('.pinned-slip strong'),
                    {subtree: true, characterData: true, childList: true}); }"""
        )
        await host.pin(session, jobs[1])
        await wait_pinned(visitor, jobs[1])
        assert await visitor.page.locator("dialog").count() == 0

        async def opens() -> bool:
            # The sheet is loaded by the first tap, and then covers the button.
            if await visitor.page.locator("dialog").count() == 1:
                return True
            await visitor.button("我感兴趣").click()
            return False

        await wait_until(opens, WAIT_SECONDS, every=1.0)
        title = visitor.page.locator("dialog .terms strong")
        await expect(title).to_have_text(jobs[1]["title"])
        # The job of an open sheet stays, whatever is shown meanwhile.
        await host.pin(session, jobs[2])
        await wait_pinned(visitor, jobs[2])
        await expect(title).to_have_text(jobs[1]["title"])
        # Back closes the sheet, not the page.
        await visitor.page.go_back()
        await expect(visitor.page.locator("dialog")).to_have_count(0)
        assert visitor.page.url.endswith(f"/live/{session}")


async def test_a_socket_that_is_cut_20_times_loses_and_repeats_nothing(
    browser: Browser, host: Host, cable: Cable
) -> None:
    jobs = await jobs_with_different_titles(host, 5)
    session = await host.go_live("断了又连", jobs)
    async with visiting(browser, cable.url) as visitor:
        frames = Frames(visitor)
        await visitor.open(f"/live/{session}")
        for number in range(CUTS):
            job = jobs[number % len(jobs)]
            sockets = frames.sockets
            await host.pin(session, job)
            cable.cut()
            await host.act("announce", {"sessionId": session, "body": f"第{number}次"})
            await wait_until(lambda: frames.sockets > sockets, WAIT_SECONDS)  # noqa: B023 -- awaited here
            await visitor.has_text(f"第{number}次")
            await wait_pinned(visitor, job)
        assert frames.gaps_and_repeats() == []
        assert (len(frames.seqs), frames.resets) == (2 * CUTS, 0)

        cable.unplug()
        await visitor.has_text("正在重连")
        for job in jobs[:3]:
            await host.pin(session, job)
        cable.plug()
        await visitor.has_text("已恢复")
        await wait_pinned(visitor, jobs[2])
        assert frames.gaps_and_repeats() == []


async def test_a_page_that_was_hidden_looks_at_its_socket_and_catches_up(
    browser: Browser, host: Host, cable: Cable
) -> None:
    jobs = await jobs_with_different_titles(host, 3)
    session = await host.go_live("锁屏一分钟", jobs)
    async with visiting(browser, cable.url) as visitor:
        frames = Frames(visitor)
        await visitor.open(f"/live/{session}")
        await host.pin(session, jobs[0])
        await wait_pinned(visitor, jobs[0])
        # While a phone sleeps its socket dies, and nobody tells it.
        cable.deafen()
        for job in jobs[1:]:
            await host.pin(session, job)
        pings, sockets = frames.pings, frames.sockets
        await visitor.measure("document.dispatchEvent(new Event('visibilitychange'))")
        await wait_until(lambda: frames.pings > pings, WAIT_SECONDS)
        await wait_until(lambda: frames.sockets > sockets, WAIT_SECONDS)
        await wait_pinned(visitor, jobs[2])
        assert frames.gaps_and_repeats() == []
