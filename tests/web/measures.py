"""What can be measured of a page: targets, letters, languages, width, filled buttons."""

from __future__ import annotations

import base64
from typing import Any

from tests.web.visitors import Visitor

_VISIBLE = """
const visible = (each) => each.checkVisibility({visibilityProperty: true, opacityProperty: true});
const layer = document.querySelector('dialog[open]') ?? document.body;
const all = (selector) => [...layer.querySelectorAll(selector)].filter(visible);
const name = (each) => each.outerHTML.slice(0, 120);
"""


async def _measure(visitor: Visitor, body: str) -> list[Any]:
    found: list[Any] = await visitor.measure(f"() => {{ {_VISIBLE} {body} }}")
    return found


async def small_targets(visitor: Visitor, least: int) -> list[str]:
    """Return what can be tapped and is smaller than this many pixels. A label is a target, too."""
    return await _measure(
        visitor,
        f"""return all('a, button, input, select, textarea, summary')
            .filter((each) => !each.matches('.skip'))
            .map((each) => each.matches('[type=checkbox]') ? each.closest('label') : each)
            .filter((each) => {{
                const box = each.getBoundingClientRect();
                return box.height < {least} - 0.5 || box.width < {least} - 0.5;
            }}).map(name)""",
    )


async def small_letters(visitor: Visitor, least: int) -> list[str]:
    """Return elements whose own text has letters of fewer than this many pixels."""
    return await _measure(
        visitor,
        f"""return all('*').filter((each) => !each.matches('.visually-hidden')
            && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')
            && parseFloat(getComputedStyle(each).fontSize) < {least}).map(name)""",
    )


async def foreign_words(visitor: Visitor) -> list[str]:
    """Return Chinese texts that are not marked as Chinese: names and what people wrote are."""
    return await _measure(
        visitor,
        r"""const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const found = [];
        while (texts.nextNode()) {
            const { data, parentElement } = texts.currentNode;
            if (!/\p{Script=Han}/u.test(data)) continue;
            if (parentElement.closest('noscript, script')) continue;
            if (!parentElement.closest('[lang]').lang.startsWith('zh')) found.push(data);
        }
        return found""",
    )


async def sideways_pixels(visitor: Visitor) -> int:
    """Return by how many pixels the page is wider than its window."""
    wider: int = await visitor.measure(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wider


async def filled_buttons(visitor: Visitor) -> list[str]:
    """Return the names of the filled buttons on the screen."""
    return await _measure(
        visitor, "return all('.main:not([disabled])').map((each) => each.textContent)"
    )


async def contents_in_view(visitor: Visitor, texts: list[str]) -> list[str]:
    """Return the texts that are not in the first screen, above the menu."""
    found: list[str] = await visitor.page.evaluate(
        """(texts) => {
            const bottom = document.querySelector('.menu').getBoundingClientRect().top;
            const shown = [...document.querySelectorAll('main *')].filter((each) => {
                const box = each.getBoundingClientRect();
                return box.top >= 0 && box.bottom <= bottom;
            }).map((each) => each.textContent).join('\\n');
            return texts.filter((each) => !shown.includes(each));
        }""",
        texts,
    )
    return found


async def red_share(visitor: Visitor) -> float:
    """Return the share of the screen's pixels that are red, from 0 to 1."""
    picture = base64.b64encode(await visitor.page.screenshot()).decode()
    share: float = await visitor.page.evaluate(
        """async (picture) => {
            const bytes = Uint8Array.from(atob(picture), (each) => each.charCodeAt(0));
            const image = await createImageBitmap(new Blob([bytes], {type: 'image/png'}));
            const { width, height } = image;
            const canvas = new OffscreenCanvas(width, height).getContext('2d');
            canvas.drawImage(image, 0, 0);
            const { data } = canvas.getImageData(0, 0, width, height);
            let red = 0;
            for (let at = 0; at < data.length; at += 4) {
                const [r, g, b] = data.subarray(at, at + 3);
                if (r > 140 && g < 0.4 * r && b < 0.4 * r) red += 1;
            }
            return red / (width * height);
        }""",
        picture,
    )
    return share
