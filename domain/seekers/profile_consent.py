"""Consent to matching: the text that a person agrees to before their profile is stored.

It names no employer, because no employer sees a profile. A person who likes a match gives a lead,
which needs a consent of its own.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from domain.leads.consent import ConsentText, check_consent
from domain.reference.calendar import check_has_zone
from domain.refusals import InvalidInput
from domain.seekers.seekers import ProfileConsent

MAX_ASKED_AGO = timedelta(days=7)
"""How long ago an officer may have asked for the consent that they enter."""
CLOCK_ALLOWANCE = timedelta(minutes=1)
"""How far the clock of an officer's device may be ahead of the database's."""

_TEXT_BODY = """\
求职信息处理同意书（第1版）

我同意工会保存并使用我的求职信息：
一、处理者：受理我登记的工会及其上级工会。
二、目的：为我匹配岗位、通知新岗位，并按我的需要转介培训、法律援助等服务。
三、信息种类：求职群体、技能、意向和限制条件；我选填的姓名、手机号码、学历和工作年限。\
不收集身份证号码和健康状况。
四、方式：姓名和手机号码加密保存；由系统自动匹配并说明理由，我可以随时拒绝自动匹配；\
不向用人单位提供，我对具体岗位另行授权的除外。
五、保存期限：最后一次更新后1年；法律要求留存的，只作存储，满3年后销毁。
六、我可以随时查阅、更正、导出、删除我的信息或者撤回同意。
本同意依据《个人信息保护法》第十四条、第十五条、第二十四条作出。

In short: the trade union keeps what you want from a job, and if you wish your name and mobile \
number (encrypted), to find postings for you, to tell you of new ones and to pass you on to \
services that you need. Matching is automatic and explained, and you may refuse it. No employer \
sees your profile. No identity-card number and nothing on health is kept. You may see, correct, \
export or erase it all, or withdraw this consent, at any time (PIPL art. 14, 15, 24).
"""

PROFILE_CONSENT_TEXT = ConsentText(
    version="1", body=_TEXT_BODY, sha256=sha256(_TEXT_BODY.encode()).hexdigest()
)
"""The text in force."""


def make_profile_consent(
    text_version: str | None,
    *,
    at: datetime,
    text_sha256: str | None = None,
    asked_by: str | None = None,
) -> ProfileConsent:
    """Return the record of the consent. ``asked_by`` is the officer who asked on the phone, if any.

    ``text_sha256`` is the digest of the text that was shown; None if the client did not say.

    :raises ConsentRequired: the person agreed to no text, or to another version or wording.
    """
    check_consent(
        text_version, PROFILE_CONSENT_TEXT, given_sha256=text_sha256, query="profileConsentText"
    )
    return ProfileConsent(
        text_version=PROFILE_CONSENT_TEXT.version,
        text_sha256=PROFILE_CONSENT_TEXT.sha256,
        at=at,
        asked_by=asked_by,
    )


def check_asked_at(asked_at: datetime, *, now: datetime) -> datetime:
    """Return the time at which an officer asked for consent on the phone, ``now`` at the latest.

    :raises InvalidInput: the time has no zone, is more than a minute in the future, or is more than
        a week ago.
    """
    field = ("input", "consent", "askedAt")
    check_has_zone(asked_at, field)
    if not -CLOCK_ALLOWANCE <= now - asked_at <= MAX_ASKED_AGO:
        raise InvalidInput(
            "Give the time at which the person was asked, within the last week.",
            "请填写征得本人同意的时间，须在最近一周以内。",
            field=field,
        )
    return min(asked_at, now)
