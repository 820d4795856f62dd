"""Every page in every look: readable, reachable, in one language, with a clean console."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.support.songgang_process import ServerProcess
from tests.support.third_party_clients import HttpClient
from tests.web.hosts import Host
from tests.web.measures import (
    contents_in_view,
    filled_buttons,
    foreign_words,
    sideways_pixels,
    small_letters,
    small_targets,
)
from tests.web.visitors import WIDE, Language, Visitor, violations, visiting

SESSIONS = """
query ($status: SessionStatus!) { liveSessions(filter: {status: $status}, first: 1) { edges {
  node { id postings(first: 1) { edges { node { id title } } } } } } }
"""
SMALL_SCREEN = {"width": 320, "height": 640}


TWICE_THE_TEXT = """addEventListener("DOMContentLoaded", () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(":root { font-size: 200% }");
    document.adoptedStyleSheets.push(sheet);
})"""
"""What a browser does whose owner has set letters of twice the size."""


@dataclass(frozen=True)
class Look:
    """How a person has set the phone and the page."""

    language: Language = "zh"
    large: bool = False
    dark: bool = False
    size: dict[str, int] | None = None


LOOKS = {
    "phone": Look(),
    "dark, English": Look(language="en", dark=True),
    "large, English, small screen": Look(language="en", large=True, size=SMALL_SCREEN),
    "wide, dark": Look(dark=True, size=WIDE),
}


async def find_session(http: HttpClient, status: str) -> dict[str, Any]:
    edges = (await http(SESSIONS, {"status": status}))["liveSessions"]["edges"]
    found: dict[str, Any] = edges[0]["node"]
    return found


async def paths_of_pages(http: HttpClient) -> dict[str, str]:
    """Return an address of each page in each state that an address can have."""
    live = await find_session(http, "LIVE")
    job = live["postings"]["edges"][0]["node"]["id"]
    ended, scheduled = [await find_session(http, each) for each in ("ENDED", "SCHEDULED")]
    return {
        "home": "/",
        "board": "/jobs",
        "board that finds nothing": "/jobs?search=zzzz&benefit=DORMITORY&pay=8000",
        "job": f"/?posting={job}",
        "job of a session": f"/?posting={job}&session={live['id']}",
        "unknown job": "/?posting=nothing",
        "room on air": f"/live/{live['id']}",
        "room that ended": f"/live/{ended['id']}",
        "room to come": f"/?session={scheduled['id']}",
        "unknown room": "/live/nothing",
        "mine, empty": "/me",
        "wishes": "/me/wishes",
        "page for search engines": f"/jobs/{job}",
        "unknown code": "/q/nothing",
    }


@pytest.mark.parametrize("look", LOOKS)
async def test_every_page_can_be_read_and_used_in_every_look(
    browser: Browser, demo: ServerProcess, http: HttpClient, look: str
) -> None:
    chosen = LOOKS[look]
    found: dict[str, Any] = {}
    async with visiting(
        browser,
        demo.url,
        language=chosen.language,
        large=chosen.large,
        dark=chosen.dark,
        size=chosen.size,
    ) as visitor:
        visitor.answers_expected = {404}  # of the unknown code
        for name, path in (await paths_of_pages(http)).items():
            await visitor.open(path)
            faults = await faults_of(visitor, chosen)
            if faults:
                found[name] = faults
    assert found == {}


async def faults_of(visitor: Visitor, look: Look) -> list[object]:
    """Return what is wrong with the page that is shown."""
    faults: list[object] = [*await violations(visitor)]
    wider = await sideways_pixels(visitor)
    if wider > 0:
        faults.append(f"{wider} pixels too wide")
    faults += [("small", each) for each in await small_targets(visitor, 60 if look.large else 44)]
    faults += [("letters", each) for each in await small_letters(visitor, 18 if look.large else 12)]
    filled = await filled_buttons(visitor)
    if len(filled) > 1:
        faults.append(("filled buttons", filled))
    if look.language == "en":
        faults += [("Chinese", each) for each in await foreign_words(visitor)]
    return faults


async def test_letters_of_twice_the_size_make_no_page_scroll_sideways(
    browser: Browser, demo: ServerProcess, http: HttpClient
) -> None:
    wider: dict[str, int] = {}
    async with visiting(browser, demo.url) as visitor:
        visitor.answers_expected = {404}  # of the unknown code
        await visitor.context.add_init_script(TWICE_THE_TEXT)
        for name, path in (await paths_of_pages(http)).items():
            await visitor.open(path)
            wider[name] = await sideways_pixels(visitor)
        body = await visitor.measure("parseFloat(getComputedStyle(document.body).fontSize)")
    assert body == 32
    assert set(wider.values()) == {0}, wider


@pytest.mark.parametrize("size", [None, {"width": 360, "height": 640}])
async def test_the_first_screen_of_a_job_says_pay_place_hours_and_insurance(
    browser: Browser, demo: ServerProcess, http: HttpClient, size: dict[str, int] | None
) -> None:
    paths = await paths_of_pages(http)
    async with visiting(browser, demo.url, size=size) as visitor:
        await visitor.open(paths["job"])
        assert (
            await contents_in_view(visitor, ["元/", "地点", "时间", "社会保险", "我感兴趣"]) == []
        )


async def test_why_a_picture_was_cut_off_stays_marked_as_chinese_on_an_english_page(
    browser: Browser, demo: ServerProcess, http: HttpClient, host: Host
) -> None:
    session = await host.go_live("停播", (await host.jobs())[:1])
    officer = Host(http, (await http.sign_in("officer", demo.demo_password))["accessToken"])
    await officer.act("cutOffStream", {"sessionId": session, "reason": "画面里有求职者的证件"})
    look = Look(language="en")
    async with visiting(browser, demo.url, language="en") as visitor:
        await visitor.open(f"/live/{session}")
        await visitor.has_text("The picture was stopped: 画面里有求职者的证件")
        assert await faults_of(visitor, look) == []
