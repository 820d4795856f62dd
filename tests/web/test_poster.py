"""From a poster to a confirmed lead, on a phone: three taps and the code."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.support.songgang_process import ServerProcess
from tests.support.third_party_clients import HttpClient
from tests.web.hosts import Host
from tests.web.interests import PHONES, WORDS, fill_in, leads_of, type_code
from tests.web.visitors import Language, violations, visiting


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
