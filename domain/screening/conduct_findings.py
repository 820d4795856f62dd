"""What statements about fraud, vice, contacts, belief and traits break."""

from __future__ import annotations

from domain.screening.phrase_findings import build_text_finding

BELIEF_DISCRIMINATION = build_text_finding(
    "BELIEF_DISCRIMINATION",
    "Do not restrict applicants by religious belief.",
    "劳动者不因宗教信仰不同而受歧视，请删除。",
    "劳动法第12条；就业促进法第3条",
)
TRAIT_DISCRIMINATION = build_text_finding(
    "TRAIT_DISCRIMINATION",
    "Do not select by star sign, blood type, family name or a past that the work does not concern.",
    "请勿以星座、属相、血型、姓氏或与岗位无关的经历筛选求职者。",
    "就业促进法第26条；人力资源市场暂行条例第24条",
)
FRAUD = build_text_finding(
    "FRAUD",
    "This reads like an invitation to fraud: faked orders, lent accounts, advance payments. It is "
    "a crime to take part.",
    "疑似刷单、出租账户、垫付返利等违法活动，不得发布；如为误判可提出申诉。",
    "刑法第287条之二；反电信网络诈骗法第31条",
)
VICE = build_text_finding(
    "VICE",
    "This reads like an offer of paid company, gambling or surrogacy, which cannot be published.",
    "疑似有偿陪侍、赌博、代孕等违法活动，不得发布；如为误判可提出申诉。",
    "治安管理处罚法；娱乐场所管理条例第14条",
)
CONTACT_DETAILS = build_text_finding(
    "CONTACT_DETAILS",
    "Delete contact details: applicants are reached through the union, which keeps the record that "
    "protects them.",
    "请删除微信、电话、二维码等联系方式，求职者统一点“我有意向”，由工会留痕对接。",
    "人力资源市场暂行条例第27条；工会直播送岗规则",
)
