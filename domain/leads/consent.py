"""Consent: the text that somebody agrees to before an employer gets their name and phone.

A text is made from a template. Templates are numbered and never changed: what somebody agreed to
can be shown again from number, employer and posting, and its digest proves it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256

from domain.errors import ConsentRequired, InvalidInput
from domain.free_text import check_text

MIN_TEMPLATE_LENGTH = 50
MAX_TEMPLATE_LENGTH = 5_000
MAX_PUBLISH_AHEAD = timedelta(days=366)
"""How far ahead a text may be published."""
_REQUIRED_PLACEHOLDERS = ("employer", "posting")
_PLACEHOLDERS = ("version", "contact", *_REQUIRED_PLACEHOLDERS)
_PLACEHOLDER = re.compile(rf"{{({'|'.join(_PLACEHOLDERS)})}}")
_SERVICE_DESK = "工会服务台（via the union's service desk）"

_MAX_CACHED_TEXTS = 1_000
"""Texts: the posting on air is asked about again and again."""

_FIRST_TEMPLATE_BODY = """\
个人信息提供授权书（第{version}版）

我同意工会将我的个人信息提供给下列用人单位：
一、接收方：{employer}；联系方式：{contact}。
二、处理者：主办本场直播的工会。
三、目的：仅用于就岗位“{posting}”与我联系、安排面试和办理录用。
四、方式：工会加密保存，并向接收方的招聘人员和本场工作人员提供；每次查看和导出均有记录。
五、信息种类：姓名、手机号码。
六、保存期限：3年。
七、我可以随时通过工会服务台查阅、更正、删除我的信息或者撤回同意；撤回不影响此前已进行的处理，\
也不影响我使用其他服务。
本授权依据《个人信息保护法》第十四条、第十五条、第二十三条作出，只对上述接收方和岗位有效。

In short: the trade union that holds this live session, as handler, gives your name and mobile \
number to the employer named above, only to contact you about the posting named above, to arrange \
an interview and to hire you. Both are stored encrypted for 3 years; every look at them is \
recorded. You may see, correct or erase them, or withdraw this consent, at any time at the \
union's service desk (PIPL art. 14, 15, 23).
"""


@dataclass(frozen=True, kw_only=True)
class ConsentTemplate:
    """A text with places for employer and posting, current from ``valid_from`` on.

    ``body`` holds ``{employer}`` and ``{posting}``, and may hold ``{contact}`` and ``{version}``.
    """

    number: int
    body: str
    valid_from: datetime
    created_by: str

    @property
    def version(self) -> str:
        """The number as clients send it."""
        return str(self.number)


FIRST_TEMPLATE = ConsentTemplate(
    number=1,
    body=_FIRST_TEMPLATE_BODY,
    valid_from=datetime(2026, 1, 1, tzinfo=UTC),
    created_by="songgang",
)
"""What every database begins with."""


@dataclass(frozen=True, kw_only=True)
class ConsentText:
    """A text as it is shown; ``sha256`` is the hex digest of the body in UTF-8."""

    version: str
    body: str
    sha256: str


@lru_cache(maxsize=_MAX_CACHED_TEXTS)
def render_consent_text(
    template: ConsentTemplate,
    employer_name: str,
    posting_title: str,
    *,
    contact: str = _SERVICE_DESK,
) -> ConsentText:
    """The text for one posting of one employer, the same for the same arguments.

    It names what PIPL art. 23 asks for: recipient and its contact, purpose, method and kinds of
    data; and the right to withdraw (art. 15). ``contact`` is how to reach the employer, by
    default through the union.
    """
    filled = {
        "version": template.version,
        "employer": _on_one_line(employer_name),
        "contact": _on_one_line(contact),
        "posting": _on_one_line(posting_title),
    }
    # In one pass: a title that looks like a place is not filled in turn.
    body = _PLACEHOLDER.sub(lambda place: filled[place[1]], template.body)
    return ConsentText(
        version=template.version, body=body, sha256=sha256(body.encode()).hexdigest()
    )


def check_template(raw: str, field: tuple[str, ...]) -> str:
    """The body of a new template, without blanks around it.

    :raises InvalidInput: not 50 to 5,000 characters; ``{employer}`` or ``{posting}`` is missing
        (PIPL art. 23: consent names the recipient); or other braces.
    """
    body = raw.strip()
    if not MIN_TEMPLATE_LENGTH <= len(body) <= MAX_TEMPLATE_LENGTH:
        raise InvalidInput(
            f"Give a text of {MIN_TEMPLATE_LENGTH} to {MAX_TEMPLATE_LENGTH} characters.",
            field=field,
        )
    check_text(body, MAX_TEMPLATE_LENGTH, field)
    if not all(f"{{{place}}}" in body for place in _REQUIRED_PLACEHOLDERS):
        raise InvalidInput(
            "A consent names employer and posting: put {employer} and {posting} where they belong.",
            field=field,
        )
    if set("{}") & set(_PLACEHOLDER.sub("", body)):
        raise InvalidInput(
            "Use braces only for {employer}, {posting}, {contact} and {version}.", field=field
        )
    return body


def check_valid_from(wanted: datetime | None, at: datetime, field: tuple[str, ...]) -> datetime:
    """When a new template becomes current; without a wish, at once.

    :raises InvalidInput: without a time zone, in the past, or over a year ahead.
    """
    if wanted is None:
        return at
    if wanted.tzinfo is None:
        raise InvalidInput("Give a time with its zone, such as Z.", field=field)
    if not at <= wanted <= at + MAX_PUBLISH_AHEAD:
        raise InvalidInput("Publish from now on, or for a day within a year.", field=field)
    return wanted.astimezone(UTC).replace(microsecond=wanted.microsecond // 1000 * 1000)


def check_consent(given_version: str | None, current: ConsentText) -> None:
    """Pass when somebody agreed to the text that is current.

    :raises ConsentRequired: to none (PIPL art. 14), or to another version.
    """
    if given_version != current.version:
        raise ConsentRequired(
            "Show the consent text of this posting (query consentText), let the person agree, and "
            f'send its version "{current.version}" as consent.textVersion.',
            field=("input", "consent", "textVersion"),
        )


def _on_one_line(text: str) -> str:
    """Without line breaks, so that a title cannot add a clause of its own."""
    return " ".join(text.split())
