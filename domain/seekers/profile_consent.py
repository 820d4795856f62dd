"""Consent to being matched: what somebody agrees to before a profile of theirs is kept.

Other than the consent to a lead it names no employer, because no employer sees a profile: whom
a match suits gives the lead themselves, with a consent of its own.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from domain.errors import ConsentRequired, InvalidInput
from domain.leads.consent import ConsentText
from domain.seekers.seekers import ProfileConsent

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
"""The text that is current."""


def make_profile_consent(
    text_version: str | None, *, at: datetime, asked_by: str | None = None
) -> ProfileConsent:
    """The consent to keep.

    :raises ConsentRequired: to none, or to another text than the current one.
    """
    if text_version != PROFILE_CONSENT_TEXT.version:
        raise ConsentRequired(
            "Show the text (query profileConsentText), let the person agree, and send its version "
            f'"{PROFILE_CONSENT_TEXT.version}" as consent.textVersion.',
            field=("input", "consent", "textVersion"),
        )
    return ProfileConsent(
        text_version=PROFILE_CONSENT_TEXT.version,
        text_sha256=PROFILE_CONSENT_TEXT.sha256,
        at=at,
        asked_by=asked_by,
    )


def check_asked_at(asked_at: datetime, *, now: datetime) -> datetime:
    """When an officer asked on the phone, given with its zone.

    :raises InvalidInput: without a zone, in the future, or longer than a week ago.
    """
    field = ("input", "consent", "askedAt")
    if asked_at.tzinfo is None:
        raise InvalidInput("Give a time with its zone, such as Z.", field=field)
    if not 0 <= (now - asked_at).total_seconds() <= 7 * 86_400:
        raise InvalidInput("Give when the person was asked, within the last week.", field=field)
    return asked_at
