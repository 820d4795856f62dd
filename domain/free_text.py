"""Free text that people give: bounded, readable, and never with an identity-card number."""

from __future__ import annotations

import re
import unicodedata

from domain.errors import InvalidInput
from domain.identity.persons import holds_identity_number, holds_mobile_number

# Categories Cc and Cs of Unicode, but for line ends and tabs; found in one pass, not a call each.
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

MAX_REMARK_LENGTH = 500
"""Characters of a remark or a note."""
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


def check_text(text: str, most: int, field: tuple[str, ...]) -> None:
    """Pass for text of at most ``most`` characters.

    :raises InvalidInput: longer, with control characters, or with an identity-card number.
    """
    if len(text) > most:
        raise InvalidInput(f"Use at most {most} characters.", field=field)
    if _UNREADABLE.search(text):
        raise InvalidInput("Use text without control characters.", field=field)
    if holds_identity_number(text):
        raise InvalidInput(
            "Take the identity-card number out: they are never collected here.", field=field
        )


def mentions_health(text: str) -> bool:
    """Whether a text names a diagnosis, a treatment or a condition of somebody's body or mind."""
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return any(phrase in plain for phrase in _HEALTH_PHRASES)


def check_remark(raw: str, field: tuple[str, ...], *, most: int = MAX_REMARK_LENGTH) -> str:
    """The remark without blanks around it; it may be empty.

    :raises InvalidInput: too long, unreadable, or with a number of an identity card, a mobile
        number, or words about health.
    """
    remark = raw.strip()
    check_text(remark, most, field)
    if holds_mobile_number(remark):
        raise InvalidInput("Take the phone number out: it belongs into its own field.", field=field)
    if mentions_health(remark):
        raise InvalidInput(
            "Take what is said of health out: it is never kept. Choose a work limit instead, such "
            "as heaviest: LIGHT. 请勿填写健康状况，请改选劳动强度等限制（如“轻”）。",
            field=field,
        )
    return remark
