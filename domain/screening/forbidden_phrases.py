"""The whole phrases that break a rule, and the harmless words that contain one.

Words are in simplified characters without blanks, as ``domain.screening.text_normalisation``
returns a text. Phrases with a number or with variable parts are in ``phrase_patterns``.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.postings.postings import Finding
from domain.screening import phrase_findings


def _split_words(*lines: str) -> tuple[str, ...]:
    return tuple(" ".join(lines).split())


FORBIDDEN_PHRASES: Mapping[str, tuple[Finding, tuple[str, ...]]] = {
    rule.code: (rule, _split_words(*lines))
    for rule, *lines in (
        (
            phrase_findings.DEPOSIT_OR_FEE,
            "押金 服装费 培训费 保证金 工装费 工服费 制服费 报名费 上岗费 入职费 建档费 风险金",
            "诚意金 工牌费 工卡费",
        ),
        (
            phrase_findings.DOCUMENTS_KEPT,
            "扣证件 压证件 押证件 扣押证件 扣留证件 收走证件 扣身份证 压身份证 押身份证",
            "扣押身份证 扣留身份证 收走身份证 抵押身份证 收取身份证原件 代管身份证",
            "扣毕业证 扣押毕业证 押毕业证",
        ),
        (
            phrase_findings.SEX_DISCRIMINATION,
            "限男性 限女性 限男士 限女士 限男生 限女生 限男 限女 只招男 只招女 仅招男 仅招女",
            "只要男 只要女 要求男性 要求女性 男性优先 女性优先 男士优先 女士优先 男生优先 女生优先",
            "男优先 女优先 女士勿扰 男士勿扰 女性勿扰 男性勿扰 女生勿扰 男生勿扰 女勿扰 男勿扰",
            "不招女 不招男 不要女 不要男 帅哥优先 美女优先",
            # Longer than 限男装 in HARMLESS_WORDS, so the longer match wins.
            "限男装卸 限男装配 限男装修 限男装潢 限男装订 限男装箱 限男装车 限男装货 限男装载",
            "限女装卸 限女装配 限女装修 限女装潢 限女装订 限女装箱 限女装车 限女装货",
        ),
        (
            phrase_findings.FAMILY_DISCRIMINATION,
            "已婚已育优先 已婚优先 已育优先 限已婚 限已育 限未婚 未婚优先 未婚勿扰 未育勿扰",
            "怀孕勿扰 孕妇勿扰 两年内无生育计划 无生育计划 不得怀孕 不准怀孕 孕检 验孕 查孕",
            "妊娠检测 妊娠检查",
        ),
        (phrase_findings.AGE_DISCRIMINATION, "年龄不超过 年龄不得超过"),
        (
            phrase_findings.ORIGIN_DISCRIMINATION,
            "限本地户籍 限本地户口 限本地人 限本市户籍 限本市户口 本地户口优先 本地户籍优先",
            "本市户籍优先 本地人优先 当地人优先 只招本地 仅招本地 仅限本地 外地勿投 外地勿扰",
            "外地人勿扰 外地人勿投 外地户口勿扰 本地优先",
        ),
        (
            phrase_findings.ETHNIC_DISCRIMINATION,
            "限汉族 汉族优先 只招汉族 仅招汉族 少数民族勿扰 不招少数民族",
        ),
        (
            phrase_findings.HEALTH_DISCRIMINATION,
            "无乙肝 非乙肝 乙肝勿扰 乙肝两对半 乙肝五项 残疾勿扰 残疾人勿扰 不招残疾 无残疾",
        ),
        (phrase_findings.APPEARANCE_DISCRIMINATION, "五官端正 相貌端正 容貌端正"),
        (
            phrase_findings.EDUCATION_DISCRIMINATION,
            "仅限985 限985 只招985 仅招985 仅限211 限211 只招211 仅招211 第一学历",
        ),
        (
            phrase_findings.LURE,
            "月入过万 月入上万 月入数万 日入过千 躺赚 保录用 包录用 保证录用 百分百录用",
            "内部渠道 内部名额 招转培 培训贷",
        ),
    )
}
"""The finding and the phrases of each rule, by the rule's code."""

HARMLESS_WORDS = _split_words(
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
"""Longer words that contain a phrase but mean something else: a match inside one is dropped."""

NEUTRAL_LIST_ITEMS = _split_words(
    "中介费 体检费 手续费 管理费 资料费 伙食费 住宿费 水电费 介绍费 工本费 会费 罚款"
)
"""List items that break no rule by themselves but carry a negation to the next item.

In 不收中介费、押金 the 不收 also covers 押金."""
