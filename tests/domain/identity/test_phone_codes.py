"""One-time codes: reading what is typed and replied, and the life of a message."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity.phone_codes import (
    MAX_ATTEMPTS,
    RETRY_DELAYS,
    CodeMessage,
    MessageState,
    PhoneReply,
    SendOutcome,
    SendResult,
    check_code,
    format_code,
    read_reply,
    record_sending,
)
from domain.refusals import InvalidInput
from tests.support import records
from tests.support.records import FIXED_NOW

ACCEPTED = SendResult(outcome=SendOutcome.ACCEPTED, serial="serial")
UNAVAILABLE = SendResult(outcome=SendOutcome.UNAVAILABLE, code="TIMEOUT")


@given(st.integers(0, 999_999))
def test_every_number_is_a_code_that_is_read_as_it_is_written(number: int) -> None:
    code = format_code(number)
    assert len(code) == 6
    assert check_code(code) == code
    assert check_code(f" {code[:3]} {code[3:]}\n") == code
    full_width = code.translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)})
    assert check_code(full_width) == code


@pytest.mark.parametrize("raw", ["", "12345", "1234567", "12345a", "一二三四五六", "123456" * 9])
def test_what_cannot_be_a_code_is_refused_at_its_field(raw: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_code(raw)
    assert refused.value.field == ("input", "code")
    assert raw == "" or raw not in refused.value.message


@given(st.text(max_size=60))
def test_any_typed_text_is_a_code_of_six_digits_or_refused(raw: str) -> None:
    try:
        code = check_code(raw)
    except InvalidInput:
        return
    assert len(code) == 6
    assert code.isascii()
    assert code.isdigit()


WISHES: dict[PhoneReply | None, tuple[str, ...]] = {
    PhoneReply.STOP: ("TD", "td", " t ", "退订", "【退订】", "\uff34\uff24", "STOP."),
    PhoneReply.START: ("恢复", "开通。", "start", "KT"),
    None: ("", "好的", "不要退订", "TD" * 20, "123456", "你好，我想退订短信"),
}


@pytest.mark.parametrize(
    ("text", "wish"), [(text, wish) for wish, texts in WISHES.items() for text in texts]
)
def test_a_reply_asks_for_something_only_if_it_is_a_keyword(
    text: str, wish: PhoneReply | None
) -> None:
    assert read_reply(text) is wish


@given(st.text())
def test_any_reply_is_read_without_an_error(text: str) -> None:
    assert read_reply(text) in {None, PhoneReply.STOP, PhoneReply.START}


def claimed(attempts: int) -> CodeMessage:
    return replace(records.phone_code().message, attempts=attempts, claim="worker")


def test_an_accepted_message_keeps_its_serial_and_neither_phone_nor_code() -> None:
    after = record_sending(claimed(1), ACCEPTED, at=FIXED_NOW)
    assert (after.state, after.serial) == (MessageState.SENT, "serial")
    assert (after.sealed, after.claim) == (None, None)


def test_an_unavailable_gateway_is_tried_three_times_with_growing_pauses() -> None:
    pauses = []
    for attempts in range(1, MAX_ATTEMPTS):
        after = record_sending(claimed(attempts), UNAVAILABLE, at=FIXED_NOW)
        assert (after.state, after.claim) == (MessageState.PENDING, None)
        assert after.sealed is not None
        pauses.append(after.next_at - FIXED_NOW)
    assert tuple(pauses) == RETRY_DELAYS == (timedelta(seconds=5), timedelta(seconds=20))
    last = record_sending(claimed(MAX_ATTEMPTS), UNAVAILABLE, at=FIXED_NOW)
    assert (last.state, last.sealed, last.failure) == (MessageState.FAILED, None, "TIMEOUT")


@pytest.mark.parametrize("outcome", [SendOutcome.PHONE_REFUSED, SendOutcome.GATEWAY_REFUSED])
def test_a_refused_message_is_not_tried_again(outcome: SendOutcome) -> None:
    after = record_sending(claimed(1), SendResult(outcome=outcome, code="NO"), at=FIXED_NOW)
    assert (after.state, after.sealed, after.failure) == (MessageState.FAILED, None, "NO")
