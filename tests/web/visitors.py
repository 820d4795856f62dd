"""A visitor: one phone with one page in Chromium, and everything that its page did wrong."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    async_playwright,
    expect,
)

from api.http.web.client_files import DIST
from tests.support.waiting import ROOT

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}
WAIT_MS = 60_000
"""How long a step of a page may take on a busy machine."""

expect.set_options(timeout=WAIT_MS)

Language = Literal["zh", "en"]

_FAKE_CAMERA = "--use-fake-device-for-media-stream=fps=10"
"""A moving picture and beeps, for pages whose visitor allows the camera."""

_OF_THE_NETWORK = ("Failed to load resource", "WebSocket connection to")
"""Lines that the browser itself writes; answers of 400 or more are judged one by one."""


def find_chromium() -> str | None:
    """Return the path of an installed Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def missing_parts() -> str:
    """Return what a test in a browser lacks here, and what installs it; empty if nothing."""
    if find_chromium() is None:
        return "there is no Chromium: scripts/browser.sh installs it"
    if not (DIST / "index.html").exists() or not AXE.exists():
        return "the pages are not built: make web"
    return ""


@asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """Run a Chromium until the block ends."""
    # Chromium has no sandbox of its own for root, as in most containers.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(),
            args=[*arguments, "--disable-dev-shm-usage", _FAKE_CAMERA],
        )
        try:
            yield browser
        finally:
            await browser.close()


class Visitor:
    """One phone. ``faults`` has what its page did that no page of ours may do."""

    def __init__(self, context: BrowserContext, page: Page, url: str) -> None:
        self.context = context
        self.page = page
        self.url = url
        self.media_url = ""
        """Where the pictures come from, if not from the service itself."""
        self.taps = 0
        self.faults: list[str] = []
        self.requests: list[str] = []
        self.answers_expected: set[int] = set()
        """Status codes that are answers here, not faults: of a page that does not exist."""
        page.set_default_timeout(WAIT_MS)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"uncaught: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    async def open(self, path: str) -> None:
        """Go to an address, and wait until its heading is there."""
        await self.page.goto(self.url + path)
        await self.page.get_by_role("heading", level=1).wait_for()

    async def tap(self, target: Locator) -> None:
        """Tap once, and count it."""
        self.taps += 1
        await target.click()

    def button(self, name: str) -> Locator:
        """Return the button with exactly this name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def text(self, text: str) -> Locator:
        """Return what contains this text."""
        return self.page.get_by_text(text)

    async def has_text(self, text: str) -> None:
        """Wait until the text is visible."""
        await self.text(text).first.wait_for()

    async def measure(self, script: str) -> Any:
        """Return the value of an expression or a function in the page."""
        return await self.page.evaluate(script)

    async def stored(self) -> str:
        """Return all that the page keeps on this device."""
        kept = await self.measure(
            "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
        )
        return str(kept)

    async def offline(self, off: bool = True) -> None:
        """Take the phone off the network, or back to it."""
        await self.context.set_offline(off)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_OF_THE_NETWORK):
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        parts = urlsplit(request.url)
        own = (self.url, self.media_url or self.url)
        if parts.scheme not in {"blob", "data"} and not request.url.startswith(own):
            self.faults.append(f"a foreign host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.answers_expected:
            self.faults.append(f"{response.status} of {response.url}")


@asynccontextmanager
async def visiting(
    browser: Browser,
    url: str,
    *,
    language: Language = "zh",
    large: bool = False,
    dark: bool = False,
    size: dict[str, int] | None = None,
) -> AsyncIterator[Visitor]:
    """Open a phone that nobody has used. Its faults fail the test as the block ends."""
    width_and_height = size or PHONE
    async with AsyncExitStack() as stack:
        context = await browser.new_context(
            viewport={"width": width_and_height["width"], "height": width_and_height["height"]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        stack.push_async_callback(context.close)
        choices = {"songgang.english": language == "en", "songgang.large": large}
        for name, chosen in choices.items():
            if chosen:
                await context.add_init_script(f"localStorage.setItem('{name}', 'yes')")
        visitor = Visitor(context, await context.new_page(), url)
        yield visitor
        assert visitor.faults == [], visitor.faults


async def violations(visitor: Visitor, rule: str | None = None) -> list[str]:
    """Return what axe-core finds against WCAG 2.2 AA and its best practices, with the elements.

    With ``rule`` it looks at this rule only.
    """
    if not await visitor.measure("typeof axe === 'object'"):
        await visitor.page.evaluate(await asyncio.to_thread(Path(AXE).read_text, "utf-8"))
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rule is not None:
        options["runOnly"] = {"type": "rule", "values": [rule]}
    found: list[str] = await visitor.page.evaluate(
        """async (options) => (await axe.run(document, options)).violations.flatMap(
            (each) => each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 160)} ${
                node.failureSummary.split("\\n").slice(1).join(" ")}`))""",
        options,
    )
    return found
