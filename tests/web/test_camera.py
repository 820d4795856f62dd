"""A host on air from the camera of a browser, live and recorded, and a viewer who sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from storage.mongo.client import Mongo, new_id
from tests.support.third_party_clients import HttpClient
from tests.support.waiting import wait_until
from tests.web.films import film_half_an_hour, publish, seek, seek_away
from tests.web.hosts import sign_in_host
from tests.web.measures import sideways_pixels, small_targets
from tests.web.studios import ON_AIR, PREVIEW, Studio, plays_on, running_studio
from tests.web.test_console import hold, sign_in
from tests.web.visitors import Visitor, violations, visiting

STREAM = "query ($id: ID!) { liveSession(id: $id) { stream { state startedAt } } }"
REPLAY = "query ($id: ID!) { liveSession(id: $id) { replay { hlsUrl } } }"


@pytest.fixture(scope="module")
async def studio(mongo_uri: str) -> AsyncIterator[Studio]:
    """A demo with a media process, which the tests below share."""
    name = f"test_{new_id()}"
    async with running_studio(mongo_uri, name) as running:
        yield running
    mongo = await Mongo.connect(mongo_uri, name)
    await mongo.drop_database()
    await mongo.close()


@pytest.mark.timeout(300)  # it starts a demo and plays ten seconds of a picture
async def test_a_host_goes_on_air_from_a_camera_is_cut_comes_back_and_stops(
    browser: Browser, studio: Studio
) -> None:
    async with (
        HttpClient(studio.demo.url) as http,
        visiting(browser, studio.demo.url) as console,
        visiting(browser, studio.demo.url) as viewer,
    ):
        viewer.media_url = studio.cable.url
        host = await sign_in_host(http, studio.demo.demo_password)
        session = await host.go_live("手机摄像头直播", (await host.jobs())[:1])

        await console.page.goto(f"{studio.demo.url}/console/{session}")
        await sign_in(console, studio.demo.demo_password)
        await console.button("画面").click()
        await console.button("打开摄像头").click()
        await console.has_text("请在浏览器里允许摄像头和麦克风")
        await studio.go_on_air(console)
        assert await violations(console) == []

        await viewer.open(f"/live/{session}")
        await plays_on(viewer)
        await console.has_text("画面正常")
        before = await http(STREAM, {"id": session})

        await studio.comes_back(console)
        await plays_on(viewer, 3)
        await console.has_text("画面正常")
        assert await http(STREAM, {"id": session}) == before

        # The camera goes on while its host edits the session.
        await console.page.get_by_role("link", name="修改场次").click()
        await console.page.get_by_label("标题").wait_for()
        await console.page.go_back()
        await console.button("画面").click()
        await console.has_text(ON_AIR)

        await hold(console, "按住停止画面")
        await console.has_text(PREVIEW)
        await viewer.has_text("画面中断，主播马上回来")


async def judge(page: Visitor) -> None:
    """Fail on what axe-core and our own measures find."""
    assert await violations(page) == []
    assert await sideways_pixels(page) == 0
    assert await small_targets(page, 44) == []


@pytest.mark.timeout(300)  # it may start the demo
async def test_a_host_agrees_half_an_hour_is_watched_again_from_any_minute_and_deleted(
    browser: Browser, studio: Studio
) -> None:
    async with (
        HttpClient(studio.demo.url) as http,
        visiting(browser, studio.demo.url) as console,
        visiting(browser, studio.demo.url) as viewer,
    ):
        host = await sign_in_host(http, studio.demo.demo_password)
        session = await host.schedule("要回放的直播", (await host.jobs())[:1])
        await console.page.goto(f"{studio.demo.url}/console/{session}")
        await sign_in(console, studio.demo.demo_password)
        await console.button("画面").click()
        await console.has_text("这场没有录像")
        await console.button("看授权书，同意录像").click()
        await expect(console.page.locator(".sheet b")).to_have_text("李师傅")
        await console.has_text("肖像使用授权书（第1版）")
        await judge(console)
        await console.page.get_by_role("checkbox", name="我就是这位主播").check()
        await console.button("同意录像").click()
        await console.has_text("开播后自动录，彩排不录")

        await host.act("startSession", {"sessionId": session})
        await publish(host, session, film_half_an_hour())
        await host.act("endSession", {"sessionId": session})

        async def replay() -> str | None:
            shown = (await http(REPLAY, {"id": session}))["liveSession"]["replay"]
            return shown and str(shown["hlsUrl"])

        await wait_until(replay, 60, every=0.2)
        url = await replay()
        assert url is not None
        viewer.media_url = studio.cable.url
        await viewer.open(f"/live/{session}")
        await viewer.has_text("回放保留到")
        assert not [each for each in viewer.requests if studio.owns(each)]
        await viewer.button("看回放 30:00").click()
        await plays_on(viewer)
        length = "Math.round(document.querySelector('video').duration)"
        assert await viewer.measure(length) == 1_800
        greys = [await seek(viewer, second) for second in (1_790, 10, 910, 890)]
        assert [grey > 128 for grey in greys] == [True, False, True, False]
        await judge(viewer)

        await console.page.reload()
        await console.button("画面").click()
        await console.has_text("回放30:00，1 MB")
        await console.page.get_by_text("撤回同意，删除录像").click()
        await judge(console)
        await hold(console, "按住删除，不能恢复")
        await console.page.get_by_role("alert").wait_for()
        await console.page.keyboard.up("Enter")
        await console.page.get_by_label("原因").fill("主播撤回了同意")
        await hold(console, "按住删除，不能恢复")
        await console.has_text("已撤下，观众看不到了")
        await console.page.keyboard.up("Enter")
        assert await replay() is None

        async def is_gone() -> bool:
            return (await viewer.context.request.get(url)).status == 404

        await wait_until(is_gone, 60, every=0.2)
        # Who watches it meanwhile gets no more of it.
        viewer.answers_expected = {404}
        await seek_away(viewer, 500)
        await viewer.has_text("回放已删除")
        await viewer.page.reload()
        await viewer.has_text("有回放的话")
