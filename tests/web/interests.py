"""What a person does to register an interest, and the leads that staff then see."""

from __future__ import annotations

import re
from typing import Any

from tests.support.third_party_clients import HttpClient
from tests.web.hosts import Host
from tests.web.visitors import Language, Visitor

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
    """Return the leads of a session."""
    data = await http(LEADS, {"session": session}, token=host.token)
    return [edge["node"] for edge in data["leads"]["edges"]]


async def fill_in(visitor: Visitor, words: dict[str, str], phone: str) -> None:
    """Fill in name and phone."""
    await visitor.page.get_by_label(words["name"], exact=True).fill("王小明")
    await visitor.page.get_by_label(words["phone"], exact=True).fill(phone)


async def shown_code(visitor: Visitor, words: dict[str, str]) -> str:
    """Wait for the code that the demo shows, and return it."""
    shown = visitor.text(words["code"])
    await shown.wait_for()
    found = re.search(r"\d{6}", await shown.inner_text())
    assert found is not None
    return found[0]


async def type_code(visitor: Visitor, words: dict[str, str]) -> None:
    """Type the code that the demo shows; it submits itself."""
    await visitor.page.locator("input[name=code]").fill(await shown_code(visitor, words))
