"""A room whose picture lies in object storage: the page plays it from there."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.support.media_programs import free_port
from tests.support.s3_servers import BUCKET, CREDENTIALS, find_s3rver, running_s3
from tests.support.songgang_process import running_server
from tests.web.studios import plays_on
from tests.web.visitors import violations, visiting


@pytest.mark.timeout(300)  # it starts a demo
async def test_a_room_plays_its_picture_from_the_store(
    browser: Browser, mongo_uri: str, database_name: str, tmp_path: Path
) -> None:
    if find_s3rver() is None:
        pytest.skip("s3rver is not here: scripts/s3rver.sh")
    port = free_port()
    async with (
        running_s3(tmp_path) as s3,
        running_server(
            mongo_uri,
            database_name,
            "--demo",
            folder=tmp_path,
            **CREDENTIALS,
            AWS_ENDPOINT_URL=s3.url.removesuffix(f"/{BUCKET}"),
            SONGGANG_MEDIA_MAX_CAMERAS="1",
            SONGGANG_MEDIA_PORT=str(port),
            SONGGANG_MEDIA_STORE=f"s3://{BUCKET}/demo",
            SONGGANG_MEDIA_STORE_URL=f"{s3.url}/demo",
        ) as demo,
        visiting(browser, demo.url) as viewer,
    ):
        viewer.media_url = f"{s3.url}/demo/live/"
        # The card with the pinned job is published as a camera is.
        await viewer.open(f"/live/{demo.live_session}")
        await plays_on(viewer, 2)
        assert await violations(viewer) == []
        assert any(each.startswith(viewer.media_url) for each in viewer.requests)
