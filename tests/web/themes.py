"""The looks that a person can choose, changed on an open page, and what axe finds in each."""

from __future__ import annotations

from typing import Any

from playwright.async_api import expect

from tests.web.measures import filled_buttons, sideways_pixels
from tests.web.visitors import Visitor, violations

_CONTRAST = "color-contrast"
_LANGUAGE = "document.querySelector('.top button[lang]').click()"
"""A tap that an open sheet does not stop."""


async def faults_in_every_theme(visitor: Visitor) -> list[tuple[str, Any]]:
    """Return what is wrong with the page: light and dark, large letters, both languages.

    The page is Chinese, light and in usual letters before and after. What dark colours can spoil
    is contrast, so only that is looked at again.
    """
    filled = await filled_buttons(visitor)
    faults: list[tuple[str, Any]] = [("filled buttons", filled)] if len(filled) > 1 else []
    for language in ("zh-CN", "en"):
        for large in (False, True) if language == "zh-CN" else (False,):
            await visitor.measure(f"document.documentElement.classList.toggle('large', {large:d})")
            theme = f"{language}, large" if large else language
            faults += [(theme, each) for each in await violations(visitor)]
            wider = await sideways_pixels(visitor)
            if wider > 0:
                faults.append((theme, f"{wider} pixels too wide"))
            await visitor.page.emulate_media(color_scheme="dark")
            faults += [(f"{theme}, dark", each) for each in await violations(visitor, _CONTRAST)]
            await visitor.page.emulate_media(color_scheme="light")
        await visitor.measure("document.documentElement.classList.remove('large')")
        await visitor.measure(_LANGUAGE)
        other = "zh-CN" if language == "en" else "en"
        await expect(visitor.page.locator("html")).to_have_attribute("lang", other)
    return faults
