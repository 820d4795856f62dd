"""One-time codes: what proves that a phone is in the hands of the person at a device.

A code belongs to one device and one phone. It is valid for ``CODE_LIFETIME`` and ``MAX_TRIES``
guesses; the next request of the same device for the same phone replaces it. It is stored as a keyed
hash only. The message that carries it is part of the same record, so that both are stored at once.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.labels import Labelled
from domain.refusals import InvalidInput, PhoneCodeInvalid

CODE_DIGITS = 6
CODE_LIFETIME = timedelta(minutes=5)
MAX_TRIES = 5
"""Guesses at one code: five of a million are right by chance once in 200,000 codes."""
RESEND_PAUSE = timedelta(seconds=60)
"""The shortest time between two codes of one device for one phone. Carriers in China pass on one a
minute as well."""
RETRY_DELAYS = (timedelta(seconds=5), timedelta(seconds=20))
"""The delays between attempts to send a message: three attempts within half a minute."""
MAX_ATTEMPTS = len(RETRY_DELAYS) + 1
MAX_REPLY_LENGTH = 20
"""Characters of a reply that are read; a longer text is no keyword."""

_CODE = re.compile(rf"[0-9]{{{CODE_DIGITS}}}")
_BLANKS = re.compile(r"\s+")
_STOP_WORDS = frozenset({"TD", "T", "N", "STOP", "UNSUBSCRIBE", "退订", "退", "取消", "停止"})
_START_WORDS = frozenset({"KT", "START", "恢复", "开通", "重新订阅"})
_REPLY_MARKS = "【】[]()“”\"'。.!！,，"


class CodeChannel(Labelled):
    """How a code reaches the phone."""

    SMS = "SMS", "短信", "Text message"
    VOICE = "VOICE", "语音电话", "Spoken in a call"


class MessageState(Labelled):
    """The state of a message that carries a code.

    SUPPRESSED: the phone may get no message now, which its answer does not tell.
    """

    PENDING = "PENDING", "待发送"
    SENT = "SENT", "已提交"
    DELIVERED = "DELIVERED", "已送达"
    FAILED = "FAILED", "发送失败"
    EXPIRED = "EXPIRED", "已过期"
    SUPPRESSED = "SUPPRESSED", "不发送"


class PhoneReply(Labelled):
    """What a person asks for by replying to a message."""

    STOP = "STOP", "退订"
    START = "START", "恢复"


@dataclass(frozen=True, kw_only=True)
class SealedMessage:
    """The encrypted phone and code of a message that is not sent yet."""

    key_version: int
    sealed: bytes


@dataclass(frozen=True, kw_only=True)
class CodeMessage:
    """The message that carries a code.

    ``claim`` names the worker that sends it now; the claim expires at ``next_at``. ``attempts``
    counts the attempts, including one that a crash interrupted. ``serial`` is the gateway's number
    of the message, which its delivery report repeats. ``failure`` is the gateway's own error code.
    """

    channel: CodeChannel
    state: MessageState
    sealed: SealedMessage | None
    attempts: int = 0
    next_at: datetime
    claim: str | None = None
    serial: str | None = None
    failure: str | None = None


@dataclass(frozen=True, kw_only=True)
class CountedWindow:
    """A window of a cap in which a code was counted, and when it ends."""

    name: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class CountedCode:
    """A cap under whose ``key`` a code was counted."""

    key: str
    windows: tuple[CountedWindow, ...]


@dataclass(frozen=True, kw_only=True)
class PhoneCode:
    """The newest code of a device for a phone; ``person`` is the keyed hash of the phone.

    ``code_hash`` is None when nothing is sent: then no guess is right. Otherwise everybody could go
    on guessing at a phone that has had its codes.

    ``issue`` is a random text, another one for each request. ``counted`` are the caps that get
    their count back when the code is confirmed, ``house`` is the budget, which gets it back when
    nothing is sent. ``confirmed_at`` is the first time that the code was confirmed.
    """

    id: str
    device: str
    person: str
    issue: str
    code_hash: str | None
    tries: int = 0
    issued_at: datetime
    expires_at: datetime
    counted: tuple[CountedCode, ...]
    house: CountedCode
    confirmed_at: datetime | None = None
    message: CodeMessage


class SendOutcome(Labelled):
    """How an attempt to send a message ended, apart from the gateway's own error code.

    PHONE_REFUSED: this phone gets no message; others do. GATEWAY_REFUSED: account, signature,
    template or balance are not in order, so nobody gets one. UNAVAILABLE: a later attempt may
    succeed.
    """

    ACCEPTED = "ACCEPTED", "已受理"
    PHONE_REFUSED = "PHONE_REFUSED", "号码被拒"
    GATEWAY_REFUSED = "GATEWAY_REFUSED", "网关拒绝"
    UNAVAILABLE = "UNAVAILABLE", "网关不可用"


@dataclass(frozen=True, kw_only=True)
class SendResult:
    """The result of an attempt; ``serial`` if accepted, else the gateway's error ``code``."""

    outcome: SendOutcome
    serial: str | None = None
    code: str | None = None


@dataclass(frozen=True, kw_only=True)
class DeliveryReport:
    """What a gateway reports later of a message that it had accepted."""

    serial: str
    delivered: bool
    code: str


def seconds_until(moment: datetime, at: datetime) -> int:
    """Return how many whole seconds are left until a moment, rounded up; 0 once it has passed."""
    return max(0, math.ceil((moment - at).total_seconds()))


def code_id(device: str, person: str) -> str:
    """Return the id of the newest code of a device for a phone."""
    return f"{device}/{person}"


def format_code(number: int) -> str:
    """Return a number below 1,000,000 as a code of six digits."""
    return f"{number:0{CODE_DIGITS}d}"


def check_code(raw: str) -> str:
    """Return a typed code: six ASCII digits, without blanks. Full-width digits are accepted.

    :raises InvalidInput: it cannot be a code.
    """
    text = _BLANKS.sub("", unicodedata.normalize("NFKC", raw[: CODE_DIGITS * 4]))
    if len(raw) > CODE_DIGITS * 4 or not _CODE.fullmatch(text):
        raise InvalidInput(
            f"Give the {CODE_DIGITS} digits of the code from the message.",
            f"请填写收到的{CODE_DIGITS}位数字验证码。",
            field=("input", "code"),
        )
    return text


def code_invalid() -> PhoneCodeInvalid:
    """Return the one refusal of every code that does not count.

    A wrong code, an expired one, one that was tried too often and one that was never asked for get
    the same answer.
    """
    return PhoneCodeInvalid(
        "The code is wrong or no longer valid. Check the newest message, or ask for a new code.",
        "验证码错误或已失效，请核对最新收到的验证码，或重新获取。",
        field=("input", "code"),
    )


def read_reply(text: str) -> PhoneReply | None:
    """Return what a reply to a message asks for; None if it is no keyword.

    Case, width, blanks, quotation marks and full stops do not matter.
    """
    if len(text) > MAX_REPLY_LENGTH:
        return None
    word = _BLANKS.sub("", unicodedata.normalize("NFKC", text)).strip(_REPLY_MARKS).upper()
    if word in _STOP_WORDS:
        return PhoneReply.STOP
    return PhoneReply.START if word in _START_WORDS else None


def record_sending(message: CodeMessage, result: SendResult, *, at: datetime) -> CodeMessage:
    """Return the message after an attempt. Only ``UNAVAILABLE`` leads to another attempt.

    A message that is finished no longer holds phone and code.
    """
    if result.outcome is SendOutcome.ACCEPTED:
        return replace(
            message, state=MessageState.SENT, sealed=None, claim=None, serial=result.serial
        )
    if result.outcome is SendOutcome.UNAVAILABLE and message.attempts < MAX_ATTEMPTS:
        wait = RETRY_DELAYS[max(message.attempts, 1) - 1]
        return replace(message, claim=None, next_at=at + wait, failure=result.code)
    return replace(message, state=MessageState.FAILED, sealed=None, claim=None, failure=result.code)
