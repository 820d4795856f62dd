"""The phrases that a posting must not have: what each kind is called, its basis, and its words.

Words are in simplified characters without blanks, as ``domain.screening.phrases`` reads a text.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.postings.postings import Finding, Severity

_MARKET_REGULATION = "人力资源市场暂行条例第24条"
_EQUAL_EMPLOYMENT = "就业促进法第26条"


def _rule(severity: Severity, code: str, message: str, message_zh: str, basis: str) -> Finding:
    return Finding(
        code=code,
        severity=severity,
        field="",
        message=message,
        message_zh=message_zh,
        basis=basis,
    )


DEPOSIT_OR_FEE = _rule(
    Severity.REFUSE,
    "DEPOSIT_OR_FEE",
    "Take no deposit or fee from workers, and strike it out.",
    "不得向劳动者收取押金、保证金、服装费、培训费等任何财物，请删除。",
    "劳动合同法第9条",
)
DOCUMENTS_KEPT = _rule(
    Severity.REFUSE,
    "DOCUMENTS_KEPT",
    "Keep nobody's identity card or other papers, and strike it out.",
    "不得扣押劳动者的居民身份证和其他证件，请删除。",
    "劳动合同法第9条",
)
UNDER_SIXTEEN = _rule(
    Severity.REFUSE,
    "UNDER_SIXTEEN",
    "Employ nobody under 16, and say so.",
    "禁止招用未满16周岁的未成年人，请改正。",
    "劳动法第15条",
)
SEX_DISCRIMINATION = _rule(
    Severity.REVIEW,
    "SEX_DISCRIMINATION",
    "Welcome women and men alike, or wait for an officer to see whether the law makes this one "
    "an exception.",
    "不得以性别为由限制应聘，请修改；法律规定的例外由工会干部人工审核。",
    "就业促进法第27条；妇女权益保障法第43条",
)
FAMILY_DISCRIMINATION = _rule(
    Severity.REVIEW,
    "FAMILY_DISCRIMINATION",
    "Ask nothing about marriage, children or pregnancy.",
    "不得询问或限定婚育情况，不得要求孕检，请修改。",
    "妇女权益保障法第43条；就业促进法第27条",
)
AGE_DISCRIMINATION = _rule(
    Severity.REVIEW,
    "AGE_DISCRIMINATION",
    "Set no upper age limit, or wait for an officer to decide.",
    "请勿设置年龄上限；确有需要的由工会干部人工审核。",
    f"{_EQUAL_EMPLOYMENT}；{_MARKET_REGULATION}",
)
ORIGIN_DISCRIMINATION = _rule(
    Severity.REVIEW,
    "ORIGIN_DISCRIMINATION",
    "Welcome people wherever they are from or registered.",
    "不得以户籍、地域为由限制应聘，请修改。",
    f"就业促进法第31条；{_MARKET_REGULATION}",
)
ETHNIC_DISCRIMINATION = _rule(
    Severity.REVIEW,
    "ETHNIC_DISCRIMINATION",
    "Welcome people of every ethnic group.",
    "各民族劳动者享有平等的劳动权利，请修改。",
    "就业促进法第28条",
)
HEALTH_DISCRIMINATION = _rule(
    Severity.REVIEW,
    "HEALTH_DISCRIMINATION",
    "Ask for no hepatitis B test, and turn nobody away for an illness or a disability.",
    "不得要求乙肝检测，不得歧视残疾人和病原携带者，请修改。",
    "就业促进法第29条、第30条",
)
APPEARANCE_DISCRIMINATION = _rule(
    Severity.REVIEW,
    "APPEARANCE_DISCRIMINATION",
    "Ask for no height or looks that the work does not need.",
    "请勿设置与岗位无关的身高、容貌要求。",
    f"{_EQUAL_EMPLOYMENT}；{_MARKET_REGULATION}",
)
EDUCATION_DISCRIMINATION = _rule(
    Severity.REVIEW,
    "EDUCATION_DISCRIMINATION",
    "Ask for the skills that the work needs, not for a certain school or a first degree.",
    "请勿限定毕业院校或第一学历，请改为岗位需要的能力要求。",
    f"{_EQUAL_EMPLOYMENT}；{_MARKET_REGULATION}",
)
LURE = _rule(
    Severity.REVIEW,
    "LURE",
    "State what is really paid and how people are really chosen.",
    "请如实说明待遇和录用方式，勿用“月入过万”“保录用”等诱导性表述。",
    "人力资源社会保障部等五部门通知（2026年1月）",
)


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(" ".join(lines).split())


FORBIDDEN_PHRASES: Mapping[str, tuple[Finding, tuple[str, ...]]] = {
    rule.code: (rule, _words(*words))
    for rule, *words in (
        (
            DEPOSIT_OR_FEE,
            "押金 服装费 培训费 保证金 工装费 工服费 制服费 报名费 上岗费 入职费 建档费 风险金",
            "诚意金 工牌费 工卡费",
        ),
        (
            DOCUMENTS_KEPT,
            "扣证件 压证件 押证件 扣押证件 扣留证件 收走证件 扣身份证 压身份证 押身份证",
            "扣押身份证 扣留身份证 收走身份证 抵押身份证 收取身份证原件 代管身份证",
            "扣毕业证 扣押毕业证 押毕业证",
        ),
        (
            SEX_DISCRIMINATION,
            "限男性 限女性 限男士 限女士 限男生 限女生 限男 限女 只招男 只招女 仅招男 仅招女",
            "只要男 只要女 要求男性 要求女性 男性优先 女性优先 男士优先 女士优先 男生优先 女生优先",
            "男优先 女优先 女士勿扰 男士勿扰 女性勿扰 男性勿扰 女生勿扰 男生勿扰 女勿扰 男勿扰",
            "不招女 不招男 不要女 不要男 帅哥优先 美女优先",
            # Longer than what shields men's wear.
            "限男装卸 限男装配 限男装修 限男装潢 限男装订 限男装箱 限男装车 限男装货 限男装载",
            "限女装卸 限女装配 限女装修 限女装潢 限女装订 限女装箱 限女装车 限女装货",
        ),
        (
            FAMILY_DISCRIMINATION,
            "已婚已育优先 已婚优先 已育优先 限已婚 限已育 限未婚 未婚优先 未婚勿扰 未育勿扰",
            "怀孕勿扰 孕妇勿扰 两年内无生育计划 无生育计划 不得怀孕 不准怀孕 孕检 验孕 查孕",
            "妊娠检测 妊娠检查",
        ),
        (AGE_DISCRIMINATION, "年龄不超过 年龄不得超过"),
        (
            ORIGIN_DISCRIMINATION,
            "限本地户籍 限本地户口 限本地人 限本市户籍 限本市户口 本地户口优先 本地户籍优先",
            "本市户籍优先 本地人优先 当地人优先 只招本地 仅招本地 仅限本地 外地勿投 外地勿扰",
            "外地人勿扰 外地人勿投 外地户口勿扰 本地优先",
        ),
        (ETHNIC_DISCRIMINATION, "限汉族 汉族优先 只招汉族 仅招汉族 少数民族勿扰 不招少数民族"),
        (
            HEALTH_DISCRIMINATION,
            "无乙肝 非乙肝 乙肝勿扰 乙肝两对半 乙肝五项 残疾勿扰 残疾人勿扰 不招残疾 无残疾",
        ),
        (APPEARANCE_DISCRIMINATION, "五官端正 相貌端正 容貌端正"),
        (
            EDUCATION_DISCRIMINATION,
            "仅限985 限985 只招985 仅招985 仅限211 限211 只招211 仅招211 第一学历",
        ),
        (
            LURE,
            "月入过万 月入上万 月入数万 日入过千 躺赚 保录用 包录用 保证录用 百分百录用",
            "内部渠道 内部名额 招转培 培训贷",
        ),
    )
}
"""The whole phrases of each rule, by its code."""

HARMLESS_WORDS = _words(
    "客户押金 客人押金 顾客押金 租客押金 房客押金 住客押金 客房押金 房卡押金 押金收退 押金管理",
    "抵押金额 质押金额 扣押金额 投标保证金 履约保证金 质量保证金 工资保证金 保证金账户",
    "培训费预算 培训费用预算 培训费核算 培训费用核算 培训费补贴",
    "限男女 限女装 限女鞋 限男装 限男鞋 限女款 限男款 子女优先 儿女优先",
    "要求女性用品 要求男性用品 限男生公寓 限女生公寓 限男生宿舍 限女生宿舍",
    "孕检假 带薪孕检 孕检时间 孕检门诊 孕检预约 孕检中心 孕检服务 陪同孕检",
    "查孕妇 查孕期 查孕产",
    "有无残疾",
    "社保录用 医保录用 确保录用 内部渠道管理 内部渠道建设 内部渠道沟通",
)
"""Longer words that only look like a phrase: what lies within one of them is no match."""

NEUTRAL_LIST_ITEMS = _words(
    "中介费 体检费 手续费 管理费 资料费 伙食费 住宿费 水电费 介绍费 工本费 会费 罚款"
)
"""Other items of a list such as "no deposit, no agency fee": the "no" spans them."""
