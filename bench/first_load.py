"""What a first visit costs on a slow phone: script, and the time until the page can be used.

Chromium with a processor slowed down four times and 1.6 Mbit/s opens each page with an empty cache,
against a demo of its own. Needs Chromium (`make browser`) and built pages (`make web`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from playwright.async_api import Browser

from bench.machine import described
from storage.mongo.embedded import run_embedded
from tests.support.songgang_process import ServerProcess, running_server
from tests.support.third_party_clients import HttpClient
from tests.web.hosts import sign_in_host
from tests.web.visitors import PHONE, missing_parts, running_browser

RESULTS = Path(__file__).parent / "results" / "first_load.json"
PASSWORD = "demo-for-benchmarks-1"  # noqa: S105 -- of a database that lives as long as the run
CPU_SLOWDOWN = 4
BYTES_PER_SECOND = 1_600_000 // 8
LATENCY_MS = 150
"""Of 4G in a full hall, there and back."""
MOST_SCRIPT_BYTES = {
    "room": 60_000,
    "job": 15_000,
    "home": 45_000,
    "board": 45_000,
    "mine": 60_000,
}
MOST_INTERACTIVE_MS, MOST_SHIFT = 1_500, 0.02
"""A page is interactive when what people came for is drawn and can be tapped."""

_OBSERVE = """
window.measured = {shift: 0, largest: 0, ready: 0};
new PerformanceObserver((list) => { for (const each of list.getEntries())
    if (!each.hadRecentInput) measured.shift += each.value;
}).observe({type: 'layout-shift', buffered: true});
new PerformanceObserver((list) => { for (const each of list.getEntries())
    measured.largest = each.startTime;
}).observe({type: 'largest-contentful-paint', buffered: true});
const watch = () => {
    if (document.querySelector(READY)) measured.ready = performance.now();
    else requestAnimationFrame(watch);
};
requestAnimationFrame(watch);
"""
_MEASURED = """() => new Promise((resolve) => {
    const look = () => {
        if (measured.ready && measured.largest) resolve(measured);
        else setTimeout(look, 50);
    };
    look();
})"""


@dataclass(frozen=True)
class Load:
    """One first visit. Bytes are those of bodies as they are sent: compressed, without headers."""

    script_bytes: int
    all_bytes: int
    interactive_ms: float
    largest_paint_ms: float
    layout_shift: float


async def load_once(browser: Browser, url: str, ready: str) -> Load:
    """Open a page as somebody who was never here."""
    context = await browser.new_context(
        viewport={"width": PHONE["width"], "height": PHONE["height"]}, locale="zh-CN"
    )
    try:
        await context.add_init_script(_OBSERVE.replace("READY", json.dumps(ready)))
        page = await context.new_page()
        devtools = await context.new_cdp_session(page)
        kinds: dict[str, str] = {}
        headers: dict[str, int] = {}
        sizes: dict[str, int] = {}

        def responded(event: dict[str, Any]) -> None:
            kinds[event["requestId"]] = event["type"]
            # Nothing but the headers has come so far.
            headers[event["requestId"]] = int(event["response"]["encodedDataLength"])

        def finished(event: dict[str, Any]) -> None:
            key = event["requestId"]
            sizes[key] = int(event["encodedDataLength"]) - headers.get(key, 0)

        devtools.on("Network.responseReceived", responded)
        devtools.on("Network.loadingFinished", finished)
        await devtools.send("Network.enable")
        limits = {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND,
        }
        await devtools.send("Network.emulateNetworkConditions", limits)
        await devtools.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
        await page.goto(url)
        await page.locator(ready).first.wait_for()
        measured = await page.evaluate(_MEASURED)
        return Load(
            sum(size for key, size in sizes.items() if kinds.get(key) == "Script"),
            sum(sizes.values()),
            measured["ready"],
            measured["largest"],
            measured["shift"],
        )
    finally:
        await context.close()


def middle(loads: list[Load]) -> Load:
    """Return the median of each figure."""
    figures = {name: [getattr(load, name) for load in loads] for name in asdict(loads[0])}
    return Load(**{name: median(values) for name, values in figures.items()})


def exceeded_bounds(page: str, load: Load) -> list[str]:
    """Return what a page is too heavy, too slow or too restless in, with figure and bound."""
    figures = {
        "bytes of script": (load.script_bytes, MOST_SCRIPT_BYTES[page]),
        "ms until interactive": (load.interactive_ms, MOST_INTERACTIVE_MS),
        "layout shift": (load.layout_shift, MOST_SHIFT),
    }
    return [
        f"{page}: {figure:,.6g} {name}, at most {most:,}"
        for name, (figure, most) in figures.items()
        if figure > most
    ]


async def pages_of(server: ServerProcess) -> dict[str, tuple[str, str]]:
    """Return path and selector of each page: what must be there before it can be used."""
    async with HttpClient(server.url) as http:
        host = await sign_in_host(http, PASSWORD)
        jobs = await host.jobs()
        session = await host.go_live("首次打开", jobs[:20])
        await host.pin(session, jobs[0])
    return {
        "room": (f"/live/{session}", ".pinned .main"),
        "job": (f"/?posting={jobs[0]['id']}", ".job .main"),
        "home": ("/", ".slip"),
        "board": ("/jobs", ".slip"),
        "mine": ("/me", ".notice .main"),
    }


async def main(times: int) -> int:
    """Return 0 if every page stays within its bounds."""
    missing = missing_parts()
    if missing:
        sys.exit(missing)
    found: dict[str, Load] = {}
    with tempfile.TemporaryDirectory(prefix="songgang-bench-", ignore_cleanup_errors=True) as data:
        async with (
            run_embedded(Path(data)) as mongod,
            running_server(
                mongod.uri, "bench", "--demo", SONGGANG_DEMO_PASSWORD=PASSWORD
            ) as server,
            running_browser() as browser,
        ):
            for name, (path, ready) in (await pages_of(server)).items():
                loads = [await load_once(browser, server.url + path, ready) for _ in range(times)]
                found[name] = middle(loads)
                print(
                    f"{name:6}",
                    *(f"{key} {value:,.2f}" for key, value in asdict(found[name]).items()),
                )
            version = browser.version
    report = {
        "machine": {**described(), "chromium": version},
        "visits": times,
        "pages": {name: asdict(load) for name, load in found.items()},
    }
    RESULTS.write_text(json.dumps(report, indent=2) + "\n")
    beyond = [line for name, load in found.items() for line in exceeded_bounds(name, load)]
    if beyond:
        print("beyond the bounds:", *beyond, sep="\n  ")
    return 1 if beyond else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--times", type=int, default=5, help="visits of each page; the median counts"
    )
    sys.exit(asyncio.run(main(parser.parse_args().times)))
