"""Every refusal declares its code and HTTP status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from domain import refusals
from domain.refusals import ErrorCode, InvalidInput, PhoneInvalid, Refusal, database_unavailable


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
