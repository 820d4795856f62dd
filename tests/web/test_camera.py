"""A host on air from the camera of a browser, and a viewer who sees it."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.support.third_party_clients import HttpClient
from tests.web.hosts import sign_in_host
from tests.web.studios import ON_AIR, PREVIEW, plays_on, running_studio
from tests.web.test_console import hold, sign_in
from tests.web.visitors import violations, visiting

STREAM = "query ($id: ID!) { liveSession(id: $id) { stream { state startedAt } } }"


@pytest.mark.timeout(300)  # it starts a demo and plays ten seconds of a picture
async def test_a_host_goes_on_air_from_a_camera_is_cut_comes_back_and_stops(
    browser: Browser, mongo_uri: str, database_name: str
) -> None:
    async with (
        running_studio(mongo_uri, database_name) as studio,
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
