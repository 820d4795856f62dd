"""Checks of free text: length, control characters, and data that must not be stored.

Forbidden phrases are found in ``domain/screening``.

Identity-card numbers are never collected. Health data is sensitive (PIPL art. 28): what matters for
work is stored as a limit, such as LIGHT work, never as a diagnosis.
"""

from __future__ import annotations

import re
import unicodedata

from domain.identity.persons import holds_identity_number, holds_mobile_number
from domain.refusals import InvalidInput
from domain.visible_characters import holds_bidi_control, holds_visible_character

# The Unicode categories Cc and Cs without line ends and tabs. One search is faster than looking up
# the category of each character.
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

MAX_REMARK_LENGTH = 500
"""Maximum length of a remark about a person, in characters."""
_HEALTH_WORDS = """
腰椎 椎间盘 间盘突出 腰突 颈椎 手术 手術 开刀 残疾 殘疾 残障 伤残 瘫 骨折 截肢
孕 妊娠 哺乳期 流产 患病 疾病 慢性病 重病 大病 病史 病情 病假 有病 生病 得病 确诊 诊断
住院 化疗 透析 糖尿病 高血压 心脏病 冠心病 心梗 脑梗 脑中风 癌 肿瘤 白血病 乙肝 丙肝 肝炎
肝硬化 肺结核 尘肺 哮喘 艾滋 梅毒 癫痫 抑郁 焦虑症 精神病 精神分裂 自闭症 智力障碍 聋哑
失明 耳聋 风湿 关节炎 痛风
surgery disab pregnan diagnos disease diabet cancer tumor tumour hepatitis epilep depressi
hernia arthritis asthma
"""
_HEALTH_PHRASES = tuple(_HEALTH_WORDS.split())


def check_text(text: str, max_length: int, field: tuple[str, ...]) -> None:
    """Check that a text has at most ``max_length`` characters and is safe to store.

    :raises InvalidInput: the text is too long, shows nothing though it is not blank, or holds
        control characters, controls of the writing direction or an identity-card number.
    """
    if not text:
        return
    if len(text) > max_length:
        raise InvalidInput(
            f"Use at most {max_length} characters.", f"请不要超过{max_length}个字。", field=field
        )
    if _CONTROL_CHARACTERS.search(text):
        raise InvalidInput(
            "Use text without control characters.", "请删除文字中的控制字符。", field=field
        )
    if holds_bidi_control(text):
        raise InvalidInput(
            "Remove the invisible characters that change the direction of the text, or type it "
            "again.",
            "文字中含有改变书写方向的不可见字符，请删除或重新输入。",
            field=field,
        )
    if not holds_visible_character(text) and text.strip():
        raise InvalidInput("Write something that can be seen.", "请填写看得见的文字。", field=field)
    if holds_identity_number(text):
        raise InvalidInput(
            "Remove the identity-card number: this service never collects them.",
            "请删除身份证号码，本服务不收集身份证号码。",
            field=field,
        )


def mentions_health(text: str) -> bool:
    """Return whether a text names a diagnosis, a treatment or a physical or mental condition."""
    normalised = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return any(phrase in normalised for phrase in _HEALTH_PHRASES)


def check_remark(raw: str, field: tuple[str, ...], *, max_length: int = MAX_REMARK_LENGTH) -> str:
    """Return a remark about a person, without blanks at its ends; it may be empty.

    :raises InvalidInput: the remark is too long, or holds control characters, an identity-card
        number, a mobile number or words about health.
    """
    remark = raw.strip()
    check_text(remark, max_length, field)
    if holds_mobile_number(remark):
        raise InvalidInput(
            "Remove the phone number: it has its own field.",
            "请删除手机号码，号码请填在专门的栏目里。",
            field=field,
        )
    if mentions_health(remark):
        raise InvalidInput(
            (
                "Remove what is said about health: it is never stored. Choose a work "
                "limit instead, such as light work."
            ),
            "请勿填写健康状况，请改选劳动强度等限制（如“轻”）。",
            field=field,
            hint="The work limit is `heaviest` of the profile, such as LIGHT.",
        )
    return remark
