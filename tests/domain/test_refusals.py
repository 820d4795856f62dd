"""Every refusal declares its code and HTTP status."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from domain import refusals
from domain.refusals import ErrorCode, InvalidInput, PhoneInvalid, Refusal, database_unavailable
from tests.support.source_files import LAYERS, ROOT, place, python_files


def subclasses(base: type[Refusal]) -> Iterator[type[Refusal]]:
    for kind in base.__subclasses__():
        yield kind
        yield from subclasses(kind)


REFUSALS = list(subclasses(Refusal))


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_has_a_code_and_a_client_or_server_error_status(kind: type[Refusal]) -> None:
    assert isinstance(kind.code, ErrorCode)
    assert 400 <= kind.http_status < 600


def test_every_code_belongs_to_one_refusal() -> None:
    assert Counter(kind.code for kind in REFUSALS) == Counter(ErrorCode)


def test_all_refusals_are_declared_in_one_module() -> None:
    assert {kind.__module__ for kind in REFUSALS} == {refusals.__name__}


def test_an_unreachable_database_is_said_in_both_languages() -> None:
    refusal = database_unavailable()
    assert refusal.code is ErrorCode.BUSY
    assert "database" in refusal.message
    assert "数据库" in refusal.message_zh


def test_a_refusal_carries_its_texts_and_field() -> None:
    refusal = PhoneInvalid("Give a number.", "请填写手机号。", field=("input", "phone"))
    assert isinstance(refusal, InvalidInput)
    assert refusal.message == str(refusal) == "Give a number."
    assert refusal.message_zh == "请填写手机号。"
    assert refusal.field == ("input", "phone")
    assert InvalidInput("No field.", "没有字段。").field is None


API_WORD = re.compile(r"`|\b[a-z]+[A-Z]\w*|\b[A-Z]{4,}\b|\b[A-Z]+_[A-Z]+\b|\bBearer\b")
"""A name of the API: of a field, an argument or a value."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _text(expression: ast.expr) -> str:
    if not isinstance(expression, ast.Constant | ast.JoinedStr):
        return ""
    parts = [part.value for part in ast.walk(expression) if isinstance(part, ast.Constant)]
    return "".join(part for part in parts if isinstance(part, str))


def _messages() -> Iterator[tuple[str, str, str]]:
    """Yield place, English and Chinese of each message that is written out in the sources."""
    names = {kind.__name__ for kind in REFUSALS}
    for path in python_files(ROOT, *LAYERS):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
                texts = [_text(argument) for argument in node.args]
                if len(texts) > 1 and all(texts):
                    yield place(ROOT, path, node.lineno), texts[0], texts[1]


def test_every_message_has_both_languages_without_names_of_the_api() -> None:
    # A page shows the message to a person. What to send is the hint for the page's developer.
    messages = [found for found in _messages() if not found[0].startswith("api/")]
    assert len(messages) > 200
    faulty = [
        (where, english, chinese)
        for where, english, chinese in messages
        if API_WORD.search(english)
        or API_WORD.search(chinese)
        or CHINESE.search(english)
        or not CHINESE.search(chinese)
    ]
    assert faulty == []
