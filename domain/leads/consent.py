"""Consent texts: what a person agrees to before an employer receives their name and phone.

Each text is rendered from a template. Templates are numbered and never changed, so the text that a
person agreed to can be rendered again from the template, employer and posting. The stored digest
proves that it is the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256

from domain.free_text import check_text
from domain.reference.calendar import check_has_zone
from domain.refusals import ConsentRequired, InvalidInput

MIN_TEMPLATE_LENGTH = 50
MAX_TEMPLATE_LENGTH = 5_000
MAX_PUBLISH_AHEAD = timedelta(days=366)
"""How far in the future ``valid_from`` of a new template may be."""
_REQUIRED_PLACEHOLDERS = ("employer", "posting")
_PLACEHOLDERS = ("version", "contact", "union", "union_phone", *_REQUIRED_PLACEHOLDERS)
_PLACEHOLDER = re.compile(rf"{{({'|'.join(_PLACEHOLDERS)})}}")
_SERVICE_DESK = "工会服务台（via the union's service desk）"

_MAX_CACHED_TEXTS = 1_000
"""Rendered texts kept in memory: all viewers ask for the text of the pinned posting."""

_FIRST_TEMPLATE_BODY = """\
个人信息提供授权书（第{version}版）

我同意工会将我的个人信息提供给下列用人单位：
一、接收方：{employer}；联系方式：{contact}。
二、处理者：{union}；电话：{union_phone}。
三、目的：仅用于就岗位“{posting}”与我联系、安排面试和办理录用。
四、方式：工会加密保存，并向接收方的招聘人员和本场工作人员提供；每次查看和导出均有记录。
五、信息种类：姓名、手机号码。
六、保存期限：3年。
七、我可以随时在网页上或者拨打{union_phone}查阅、更正、删除我的信息或者撤回同意；\
撤回不影响此前已进行的处理，也不影响我使用其他服务。
本授权依据《个人信息保护法》第十四条、第十五条、第二十三条作出，只对上述接收方和岗位有效。

In short: the trade union {union} (phone {union_phone}), as handler, gives your name and mobile \
number to the employer named above, only to contact you about the posting named above, to arrange \
an interview and to hire you. Both are stored encrypted for 3 years; every look at them is \
recorded. You may see, correct or erase them, or withdraw this consent, at any time on this page \
or by phone (PIPL art. 14, 15, 23).
"""


@dataclass(frozen=True, kw_only=True)
class ConsentTemplate:
    """A consent text with placeholders, in force from ``valid_from`` until the next template.

    ``body`` holds ``{employer}`` and ``{posting}``, and may hold ``{union}``, ``{union_phone}``,
    ``{contact}`` and ``{version}``.
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
"""The template that every database starts with."""


@dataclass(frozen=True, kw_only=True)
class Handler:
    """The union that passes the contact on (PIPL art. 20 and 23), and the phone to reach it."""

    name: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class ConsentText:
    """A consent text as shown to a person. ``sha256`` is the hex digest of the body in UTF-8."""

    version: str
    body: str
    sha256: str


@lru_cache(maxsize=_MAX_CACHED_TEXTS)
def render_consent_text(
    template: ConsentTemplate,
    employer_name: str,
    posting_title: str,
    *,
    handler: Handler,
    contact: str = _SERVICE_DESK,
) -> ConsentText:
    """Return the consent text for one posting of one employer.

    It states what PIPL art. 17 and 23 require (handler, recipient, the contact of both, purpose,
    method and kinds of data) and the right to withdraw (art. 15). ``contact`` is how to reach the
    employer, by default through the union. The same arguments always give the same text.
    """
    values = {
        "version": template.version,
        "employer": _on_one_line(employer_name),
        "contact": _on_one_line(contact),
        "posting": _on_one_line(posting_title),
        "union": _on_one_line(handler.name),
        "union_phone": _on_one_line(handler.phone),
    }
    # All placeholders are replaced in one pass, so a title such as "{contact}" is not replaced.
    body = _PLACEHOLDER.sub(lambda match: values[match[1]], template.body)
    return ConsentText(
        version=template.version, body=body, sha256=sha256(body.encode()).hexdigest()
    )


def check_template(raw: str, field: tuple[str, ...]) -> str:
    """Return the body of a new template without blanks at its ends.

    :raises InvalidInput: the body has fewer than 50 or more than 5,000 characters, lacks
        ``{employer}`` or ``{posting}`` (PIPL art. 23: consent names the recipient), or has braces
        that are no placeholder.
    """
    body = raw.strip()
    if not MIN_TEMPLATE_LENGTH <= len(body) <= MAX_TEMPLATE_LENGTH:
        raise InvalidInput(
            f"Give a text of {MIN_TEMPLATE_LENGTH} to {MAX_TEMPLATE_LENGTH} characters.",
            f"请填写{MIN_TEMPLATE_LENGTH}至{MAX_TEMPLATE_LENGTH}个字的授权书正文。",
            field=field,
        )
    check_text(body, MAX_TEMPLATE_LENGTH, field)
    if not all(f"{{{name}}}" in body for name in _REQUIRED_PLACEHOLDERS):
        raise InvalidInput(
            "A consent names employer and posting: put {employer} and {posting} where they belong.",
            "授权书须写明用人单位和岗位：请在相应位置写上{employer}和{posting}。",
            field=field,
        )
    if set("{}") & set(_PLACEHOLDER.sub("", body)):
        raise InvalidInput(
            "Use braces only for {employer}, {posting}, {union}, {union_phone}, {contact} and "
            "{version}.",
            "花括号只能用于{employer}、{posting}、{union}、{union_phone}、{contact}和{version}。",
            field=field,
        )
    return body


def check_valid_from(valid_from: datetime | None, at: datetime, field: tuple[str, ...]) -> datetime:
    """Return the time in UTC from which a new template is in force, by default ``at``.

    :raises InvalidInput: the time has no zone, is in the past, or is over a year ahead.
    """
    if valid_from is None:
        return at
    check_has_zone(valid_from, field)
    if not at <= valid_from <= at + MAX_PUBLISH_AHEAD:
        raise InvalidInput(
            "Give a time from now on, within a year.", "请填写现在起一年以内的时间。", field=field
        )
    return valid_from.astimezone(UTC).replace(microsecond=valid_from.microsecond // 1000 * 1000)


def check_consent(
    given_version: str | None,
    current: ConsentText,
    *,
    given_sha256: str | None = None,
    query: str = "consentText",
) -> None:
    """Check that a person agreed to the current text, which ``query`` of the API returns.

    ``given_sha256`` is the digest of the text that was shown; None if the client did not say.

    :raises ConsentRequired: the person agreed to no text (PIPL art. 14), or to another version or
        wording.
    """
    if given_version != current.version or given_sha256 not in {None, current.sha256}:
        raise ConsentRequired(
            "Read the consent and agree to it first. It may have changed since you opened it.",
            "请先阅读并同意授权书；授权书可能刚刚更新。",
            field=("input", "consent", "textVersion"),
            hint=f"Show the text of `{query}`, let the person agree, and send its version "
            f'"{current.version}" as `consent.textVersion`.',
        )


def _on_one_line(text: str) -> str:
    """Return the text without line breaks, so that a title cannot add a clause to the consent."""
    return " ".join(text.split())
