"""From a poster to a confirmed lead, on a phone: three taps and the code."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.support.songgang_process import ServerProcess
from tests.support.third_party_clients import HttpClient
from tests.web.hosts import Host
from tests.web.visitors import Language, Visitor, violations, visiting

WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "act": "我感兴趣",
        "name": "姓名",
        "phone": "手机号",
        "submit": "登记并获取验证码",
        "pending": "已登记，还差一步：验证码",
        "done": "已登记，工会会联系你",
        "undo": "撤回",
        "undone": "已撤回",
        "consent": "，只为这次招聘",
        "code": "演示不发短信，验证码是",
        "bad phone": "手机号要 11 位，请检查",
    },
    "en": {
        "act": "I'm interested",
        "name": "Name",
        "phone": "Phone",
        "submit": "Register and get the code",
        "pending": "Saved. Last step: the code",
        "done": "Saved, the union will call",
        "undo": "Undo",
        "undone": "Withdrawn",
        "consent": ", for this job only",
        "code": "A demo sends no message; the code is",
        "bad phone": "Phone needs 11 digits",
    },
}
LEADS = """
query ($session: ID!) { leads(filter: {sessionId: $session}, first: 50) { edges { node {
  id confirmation source stage } } } }
"""
PHONES = iter(f"1440000{number:04}" for number in range(7000, 8000))
"""Phones that the demo admits; each test takes another one."""


async def leads_of(http: HttpClient, host: Host, session: str) -> list[dict[str, Any]]:
    data = await http(LEADS, {"session": session}, token=host.token)
    return [edge["node"] for edge in data["leads"]["edges"]]


async def fill_in(visitor: Visitor, words: dict[str, str], phone: str) -> None:
    await visitor.page.get_by_label(words["name"], exact=True).fill("王小明")
    await visitor.page.get_by_label(words["phone"], exact=True).fill(phone)


async def type_code(visitor: Visitor, words: dict[str, str]) -> None:
    """Type the code that the demo shows; it submits itself."""
    shown = visitor.text(words["code"])
    await shown.wait_for()
    found = re.search(r"\d{6}", await shown.inner_text())
    assert found is not None
    await visitor.page.locator("input[name=code]").fill(found[0])


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_poster_leads_to_a_confirmed_lead_in_three_taps_and_the_code(
    browser: Browser, demo: ServerProcess, http: HttpClient, host: Host, language: Language
) -> None:
    words = WORDS[language]
    job = (await host.jobs())[0 if language == "zh" else 1]
    session = await host.go_live("海报测试", [job])
    poster = await host.print_poster(sessionId=session, postingId=job["id"])
    async with visiting(browser, demo.url, language=language) as visitor:
        await visitor.open(poster)
        assert await visitor.page.get_by_role("heading", level=1).inner_text() == job["title"]
        assert await violations(visitor) == []

        await visitor.tap(visitor.button(words["act"]))
        await expect(visitor.page.get_by_label(words["name"], exact=True)).to_be_focused()
        consent = visitor.page.locator("input[name=consent]")
        assert not await consent.is_checked()
        assert not await visitor.page.locator("input[name=remember]").is_checked()
        sentence = await visitor.text(words["consent"]).first.inner_text()
        assert job["employer"]["name"] in sentence
        assert "总工会" in sentence
        assert await violations(visitor) == []

        phone = next(PHONES)
        await fill_in(visitor, words, phone)
        await visitor.tap(consent)
        await visitor.tap(visitor.button(words["submit"]))
        await visitor.has_text(words["pending"])
        (lead,) = await leads_of(http, host, session)
        assert (lead["confirmation"], lead["source"]) == ("UNCONFIRMED", "POSTING_QR")
        assert await violations(visitor) == []

        await type_code(visitor, words)
        await visitor.has_text(words["done"])
        assert await visitor.page.locator("dialog").count() == 0
        (lead,) = await leads_of(http, host, session)
        assert (lead["confirmation"], visitor.taps) == ("CONFIRMED", 3)
        assert await violations(visitor) == []
        kept = await visitor.stored()
        assert phone not in kept
        assert "王小明" not in kept
        assert not any(phone in url for url in visitor.requests)

        await visitor.button(words["undo"]).click()
        await visitor.has_text(words["undone"])
        (lead,) = await leads_of(http, host, session)
        assert lead["stage"] == "WITHDRAWN"
