"""What around the words of a risk makes them harmless, or doubtful enough for a person.

A warning of fraud, what the law forbids, speech about the past, and the duties of people whose work
is about other people's deposits, papers or cases.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from domain.screening import conduct_findings, labour_findings, phrase_findings
from domain.screening.context_cues import CueBook
from domain.screening.negations import NEGATION_AFTER, NEGATION_BEFORE, NEGATION_OVERRIDE

CUES = CueBook()
"""What can make words harmless or doubtful; each needs certain words."""
# A search skips to the first characters of the words if each alternative begins with one. So a
# lookbehind follows the first character.
_WARNING = CUES.add(
    r"谨防|警惕|防范|骗局|陷阱|反诈|识别|打击|整治|违法|无效|维权|举报|宣讲|普法|法律援助|12333|12351|提醒|抵制|骗子|诈骗"
    r"|不合法|不允许|查处|扫黄|仲裁申请|投(?<!客户投)(?<!顾客投)(?<!客人投)(?<!被投)诉(?!属实|者|一次|超)|找工会|联系工会|主张双倍|可以申诉|擦亮|远离|小心|当心|别信|不要相信|不要加陌生|有人|遇到|碰到|若被|如果被"
)
_FORBIDDEN = CUES.add(
    r"(?:绝不|决不|从不|从未|从来不|从来没|不会|不得|禁止|严禁|杜绝|拒绝|反对|不允许|不准|不许|取消|不存在|不设|抵制|告别|远离|不搞|从没|不再有|不应|不能|不承诺|不因|不以|不强制|不强迫"
    r"|没有|无需|不用|无须|不必|不需要?|免|不做|不看|不限|不问|不是)"
    r"[^\n,]{0,8}$"
)
_DENIED_INSIDE = CUES.add(
    r"不(?:用|需要?|必|会|得|收取?|交|扣|押|压|罚|要求)|无需|无须|严禁|禁止|拒绝|绝不|从不|免(?:费|收|交|缴)|杜绝|取消"
)
_STRICTLY_FORBIDDEN = CUES.add(
    r"(?:绝不|决不|从不|从未|从来不|从来没|不会|不得|禁止|严禁|杜绝|拒绝|反对|不允许|不准|不许|不存在|不设|抵制|告别|远离|从没|不应|不因|不以|不强制|不强迫)[^\n,]{0,12}$"
)
_PAST = CUES.add(
    r"当年|那年|以(?<!头以)(?<!年以)前(?!的|出生)|从前|过去(?!的)|早年|早些年|曾经|年前|旧社会|那时|那会儿|刚进厂|年轻时|小时候|当学徒|当初"
)
_STILL = re.compile(r"现在也|至今|照旧|依旧|依然|仍然|一直")
_REPORTED = CUES.add(
    r"是不是|会不会|(?:问|听说|担心|以为)[^\n]{0,16}是否"
    r"|(?:谁|有人|朋友|伙子|中介|老板|人家|哪个|哪家)[^\n,]{0,6}(?:说|讲|告诉|问|打字)|(?:上一家|上家|上个东家|前东家|原单位|别家)"
    r"|凡是|但凡|但凡是|多半|十有八九|这种话|别急着|别犹豫|走人别|划走|走开|劝你|劝您|吃亏|不算数|不接受[^\n,]{0,12}(?:声明|申请|协议)"
)
"""What others say or do: a host repeats a question, or warns of words that are no term here."""
_OFFICE = CUES.add(
    r"核对|核算|办理|处理|协助|负责|编制|审核|登记|整理|统计|跟进|跟踪|催收|解答|讲解|受理|核销|管理|收取客|收缴|服务|客服|专员|会计|出纳|律师|收银|理赔"
    r"|辅导|老师|教师(?!资格|证)|教授|授课|教学|教练|护士|医生|检验|化验|档案|咨询|接待|照看|照顾|护理|执法|窗口|柜员|导办|维护|策划|运营|设计|采购|编辑|顾问|财务|门诊|导购|摄影|托管|讲述|分析|接听|回访"
)
_OTHERS = CUES.add(
    r"客户|顾客|客人|供应商|租客|房客|投标|招标|商(?<!工商)户|患者|学员|业主|用户|会员|乘客|游客|住客|甲方|产妇|儿童|幼儿|婴|老人|学生|病人|孩子|货架|来访|住户|商家|消费者|读者|车主|货主|纠纷|案件|法院|单车|图书|违章|逾期|项目|质保金|备用金"
    r"|台账|往来|物业|停车|通行费|营业时间|营业|热线|设备|机组|轮班|倒班运行|值守|门店开|四班|三班|产品|年龄层|货物|包裹"
)
_WORKER = re.compile(
    r"入职|入厂|进厂|上岗|应聘|面试|员工自|自付|自费|自理|自掏|自己|离职|辞职|本人|个人承担|个人负担|从工资|工资里|报到|新人|求职|须交|需交|先交|招童工|不招|勿扰|不要|优先|工资折|工资用|工资一部分|抵工资|抵薪|折成|抵扣部分"
)
_WAGES = re.compile(r"工资|薪|员工|劳动者|工钱|报酬|奖金|提成|全体|本岗位")
_ROLE = CUES.add(
    r"会计|出纳|专员|律师|柜员|客服|护士|医生|老师|教师(?!资格|证)|编辑|教练|书记员|讲解员|理赔员|收费员|档案员|管理员|检票员|协管"
)
_PUPILS = CUES.add(
    r"老师|教师|辅导|托管|照看|课程|研学|学员|顾客|患者|儿童|接送|护理|家教|教练|门票|夏令营|摄影|幼|少年宫|青少|教授|服务|照顾|培训班|课外|接待|那年"
)
_MINOR_GUARD = CUES.add(
    r"禁入|不得|不能|不安排|不允许|只安排|只做|须满18|须年满18|满18周?岁并|要满十八|禁止"
)
_CHILD_WORK = re.compile(
    r"打工|暑假工|寒假工|招|可以来|就能来|能来|上岗|进厂|车间|学徒|手工|帮忙|也收|也行|可做|报名"
)
_TEACHING = CUES.add(r"老师|教师|班主任|任教|教务|教练|辅导员|少年|剧团|体校|学校")
_CHILDREN_REFUSED = CUES.add(
    r"(?:未满|没满|不满|没到|不到|不够|不足|未到|未成年|童工)[^\n,]{0,10},?[^\n,]{0,8}"
    r"(?:不收|不招|不录|不行|不能收|不许进|不准|不得|不予|律不|概不|不接收|拒收|拦下|别来)(?!身份|证)"
)
_SHORT_DAY = CUES.add(
    r"(?<![\d十])(?:[3-6]|[三四五六])(?:\.\d|点五|个半)?个?半?(?:小时|钟头?)(?:[二三四五]十分|半)?"
    r"|不(?:到|超过|超|过|足)(?:40|四十)(?:个?小时|[,\n]|$)|(?:均|才|也就)(?:3\d|三十[一-九]?)(?:个?小时|钟)"
)
_TURNS = CUES.add(
    r"(?:员工|店员|每人|每个人|各人|大家|人员|师傅)[^\n]{0,8}(?:轮休|轮着|轮班|休两天|歇两天|休2天|休一天半|做五休二|双休|两班|两天假|倒班)"
)
_SHOP_HOURS = re.compile(r"全年|365|一年到头|无休|不打烊|点开|营业")
_ALTERNATE_WEEKS = re.compile(r"大小周|单双休|大小休|长短周|单休|双休|周|休|六天")
_WELCOME = CUES.add(
    r"不限|欢迎|均可|都可|皆可|一视同仁|同等(?!条件)|平等|不问|不设|也可|也行|也能|同工同酬|不歧视|均能|都有岗|不看|都欢迎|放心|尊重|不是门槛|可兼顾|可申请|鼓励|保护|照发|带薪|依法|支持|协助|方便接送"
)
_GOVERNMENT = CUES.add(
    r"人社|政策|就业困难|公益性岗位|灵活就业人员社保补贴|失业人员|政府|由人社局|转移|医保报销|医疗报销|费用报销|退休|返聘|补缴|断缴|漏缴|申报|代理记账|工作签证|签劳动合同|综合计算|获批|获审批|非全日制(?!学)|按实际缴|当天结清|结清|足额|每月[^,不]{0,4}补偿|按月[^,不]{0,4}补偿|依法[^,不]{0,4}补偿|不超过(?:8|八|40|四十|44|36)小时"
)
_DISCRIMINATION = frozenset(
    finding.code
    for finding in (
        phrase_findings.SEX_DISCRIMINATION,
        phrase_findings.FAMILY_DISCRIMINATION,
        phrase_findings.AGE_DISCRIMINATION,
        phrase_findings.ORIGIN_DISCRIMINATION,
        phrase_findings.ETHNIC_DISCRIMINATION,
        conduct_findings.BELIEF_DISCRIMINATION,
        phrase_findings.EDUCATION_DISCRIMINATION,
        phrase_findings.HEALTH_DISCRIMINATION,
        phrase_findings.APPEARANCE_DISCRIMINATION,
        conduct_findings.TRAIT_DISCRIMINATION,
    )
)
_OFFENCES = frozenset(
    finding.code
    for finding in (conduct_findings.FRAUD, conduct_findings.VICE, phrase_findings.LURE)
)
_GUARDED_BY_GOVERNMENT = frozenset(
    finding.code
    for finding in (
        labour_findings.SOCIAL_INSURANCE_WITHHELD,
        labour_findings.EXCESSIVE_HOURS,
        labour_findings.NON_COMPETE_UNPAID,
        phrase_findings.LURE,
    )
)


_STRONG_WARNING = CUES.add(
    r"违法|骗子|骗人|千万别|法律不允许|谁说|一律不上|来工会|找工会|工会反映|工会帮|问问工会|给双倍工资|付双倍工资|支付双倍工资|主张双倍工资|无效|骗局|别信|您别(?:给|去|签)|你就别|您就别|不合法|擦亮|小心|当心|12351|12333|可以不认|可以不回答"
)


_PROMISE = CUES.add(
    r"照发|照付|照给|照样发|一分不少|一分不收|一分钱不(?:收|花|用)|公司(?:全额)?(?:出钱|付钱|承担|付费|报销|买单|替您|帮您)|厂里(?:出钱|承担|买单)|单位(?:出钱|承担|付)|全额报销"
    r"|没有这回事|没这回事|没这规矩|没有这规矩|没有这一说|没这一说|不可能的|从来没有过|一律不收|全(?<!安全)免|免费提供|足额|当天结清|依法|按国家|按劳动法|按法律|一视同仁|不搞这|不兴这|取消了|早就没有|早没"
    r"|不会让您|不会要您|不让您|不要您|不用您|您不用|不用自己|不需要您|无需您|同样缴|一样缴|一样交|正常缴|正常交|都给缴|都缴|都交|足月缴|入职当月|当月就|当月起|第一天就|第一天起|当天就签|入职就|来了就(?:签|交|缴|上)"
)
_NEGATED_BEFORE = CUES.add(NEGATION_BEFORE)
_NEGATED_AFTER = CUES.add(NEGATION_AFTER)
NEXT_CUES = _STRONG_WARNING.bit
"""Bits that count also where the next clause begins."""
_DENIALS = _DENIED_INSIDE.bit | _NEGATED_BEFORE.bit | _FORBIDDEN.bit | _NEGATED_AFTER.bit


class Surroundings(NamedTuple):
    """What stands around a match: its clauses, its sentence, and how the next clause begins.

    ``before`` is the part of the clauses before the match. ``cues`` are the bits of its line, and
    ``next_cues`` also those of other lines, as the next clause can be in one.
    """

    sentence: str
    start: int
    end: int
    clause_start: int
    clause: str
    before: str
    next_words: str
    cues: int
    next_cues: int

    @property
    def after(self) -> str:
        """The 18 characters after the match."""
        return self.sentence[self.end : self.end + 18]


def is_harmless(
    code: str, where: Surroundings, *, is_negatable: bool, is_certain: bool = False
) -> bool:
    """Return whether what stands around the words of a rule makes them harmless.

    A promise and a warning count in the clause itself, or where the next clause begins with it. What
    stands further away is about something else: 谨防骗局，入职押一个月工资 is no warning of the second.
    """
    clause, cues = where.clause, where.cues
    if _is_denied(code, where, is_negatable=is_negatable) or _WARNING.is_in(clause, cues):
        return True
    is_promise = not is_certain and (
        _STRONG_WARNING.is_in(clause, cues)
        or _STRONG_WARNING.is_in(where.next_words, where.next_cues)
        or _PROMISE.is_in(clause, cues)
    )
    if is_promise or _is_past(where):
        return True
    if code in _DISCRIMINATION:
        return _is_welcome(code, where)
    if code == phrase_findings.UNDER_SIXTEEN.code:
        return _is_no_child_at_work(where)
    if code == labour_findings.EXCESSIVE_HOURS.code and _are_hours_lawful(where):
        return True
    return _is_lawful_exception(code, where) or _is_about_others(code, where)


def is_warned_of(next_words: str) -> bool:
    """Return whether the clause after a match begins with a warning of it."""
    return _STRONG_WARNING.expression.search(next_words) is not None


def _is_past(where: Surroundings) -> bool:
    if not where.cues & _PAST.bit:
        return False
    is_past = _PAST.expression.search(where.sentence, where.clause_start, where.end)
    return bool(is_past) and not _STILL.search(where.sentence)


def _is_no_child_at_work(where: Surroundings) -> bool:
    """Whether children are taught, or are turned away."""
    if _CHILDREN_REFUSED.is_in(where.sentence, where.cues):
        return True
    is_about_pupils = _PUPILS.is_in(where.clause, where.cues) or _TEACHING.is_in(
        where.sentence, where.cues
    )
    return is_about_pupils and not _CHILD_WORK.search(where.clause)


def _are_hours_lawful(where: Surroundings) -> bool:
    """Whether weeks of six days have short days, or only the shop is open without rest."""
    words = where.sentence[where.start : where.end]
    return bool(
        (_TURNS.is_in(where.sentence, where.cues) and _SHOP_HOURS.search(words))
        or (_SHORT_DAY.is_in(where.sentence, where.cues) and _ALTERNATE_WEEKS.search(words))
    )


def _is_lawful_exception(code: str, where: Surroundings) -> bool:
    if code == labour_findings.MINOR_AT_RISK.code:
        return _MINOR_GUARD.is_in(where.sentence, where.cues)
    if code not in _GUARDED_BY_GOVERNMENT:
        return False
    is_insurance = code == labour_findings.SOCIAL_INSURANCE_WITHHELD.code
    return _GOVERNMENT.is_in(where.clause if is_insurance else where.sentence, where.cues)


def _is_about_others(code: str, where: Surroundings) -> bool:
    """Whether the words are about customers, papers or cases that the work deals with."""
    clause, cues = where.clause, where.cues
    is_others = _OTHERS.is_in(clause, cues) and not _WAGES.search(clause)
    is_office = is_others or _OFFICE.is_in(where.before, cues) or _ROLE.is_in(clause, cues)
    return is_office and code not in _OFFENCES and not _WORKER.search(clause)


def is_doubtful(where: Surroundings) -> bool:
    """Return whether the sentence holds anything that could make words in it harmless."""
    return any(
        cue.is_in(where.sentence, where.cues)
        for cue in (_WARNING, _PAST, _GOVERNMENT, _OFFICE, _OTHERS, _REPORTED)
    )


def _is_denied(code: str, where: Surroundings, *, is_negatable: bool) -> bool:
    cues = where.cues
    if not is_negatable:
        return _STRICTLY_FORBIDDEN.is_in(where.before, cues)
    if not cues & _DENIALS or NEGATION_OVERRIDE.match(where.after):
        return False
    if (
        cues & _DENIED_INSIDE.bit
        and code not in _DISCRIMINATION | _OFFENCES
        and _DENIED_INSIDE.expression.search(where.sentence, where.start, where.end)
    ):
        return True
    return (
        _NEGATED_BEFORE.is_in(where.before, cues)
        or _FORBIDDEN.is_in(where.before, cues)
        or bool(cues & _NEGATED_AFTER.bit and NEGATION_AFTER.match(where.after))
    )


def _is_welcome(code: str, where: Surroundings) -> bool:
    clause, cues = where.clause, where.cues
    if _WELCOME.is_in(clause, cues):
        return True
    is_body = code in {
        phrase_findings.HEALTH_DISCRIMINATION.code,
        phrase_findings.APPEARANCE_DISCRIMINATION.code,
        phrase_findings.FAMILY_DISCRIMINATION.code,
    }
    return (
        is_body
        and (_OTHERS.is_in(clause, cues) or _OFFICE.is_in(where.before, cues))
        and not _WORKER.search(clause)
    )
