"""Phrases with a number or one of many words in them, and the words that every match holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from domain.postings.postings import Finding
from domain.screening import phrasebook

_CHINESE_DIGITS = "零〇一二三四五六七八九十两廿卅壹贰叁肆伍陆柒捌玖拾"
_NUMBER = rf"(\d{{1,3}}|[{_CHINESE_DIGITS}]{{1,4}})"
_YEARS = r"周?岁"
_RANGE = r"(?:-|至|到)"
# Whom the work is for is no limit on who does it.
_NOT_ABOUT_CUSTOMERS = (
    r"(?!的?(?:老|长者|儿童|孩|小孩|小朋友|幼|婴|宝|学员|青少年|少年|少儿"
    r"|客户|用户|患者|病人|顾客))"
)
_PLAIN_DIGITS = str.maketrans("〇两壹贰叁肆伍陆柒捌玖拾", "零二一二三四五六七八九十")
_TENS = {"廿": "二十", "卅": "三十"}
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")}
_ADULT_AGE = 18
_WORKING_AGE = 16
_RETIREMENT_AGE = 60
"""An upper limit from here on keeps nobody from work: it is where a pension begins."""

_REJECTED_AFTER = (
    r"(?:勿扰|勿投|勿入|勿试|勿来|免谈|止步|谢绝|除外|不要|不招|不收|不考虑|不接受|不录|不予考虑"
    r"|不予录|不予接收|请?勿打扰|请绕[道行])"
)
"""What turns somebody away who was just named."""
_REJECTED_BEFORE = r"(?:不招|不收|不要|不录用?|不考虑|不接受|谢绝|拒绝|拒收|拒招)"
"""What turns somebody away who is named next."""
_ONLY = r"(?:只招|仅招|只收|仅收|只要|仅要|只限|仅限|限|要求|须为|须是|需为|必须是?|最好是?)"
_PERSON_SUFFIX = r"(?:者|的|人士|人员|应聘者|求职者)?"


@dataclass(frozen=True)
class PhrasePattern:
    """A phrase with a number: a match counts when ``holds`` of its numbers."""

    rule: Finding
    expression: re.Pattern[str]
    accepts_numbers: Callable[[tuple[int, ...]], bool] = lambda _: True

    def accepts(self, match: re.Match[str]) -> bool:
        """Whether the numbers of a match make it one."""
        return self.accepts_numbers(
            tuple(_parse_number(group) for group in match.groups() if group)
        )


def _parse_number(digits: str) -> int:
    """The number in Arabic or Chinese digits, below a hundred when it is in Chinese."""
    if digits[0].isdecimal():
        return int(digits)
    plain = digits.translate(_PLAIN_DIGITS)
    for short, long in _TENS.items():
        plain = plain.replace(short, long)
    tens, ten, ones = plain.rpartition("十")
    if not ten:
        # One after the other, as 三五 for 35.
        return int("".join(str(_DIGITS[digit]) for digit in plain))
    return _DIGITS.get(tens[-1:], 1) * 10 + _DIGITS.get(ones[-1:], 0)


def _is_age_limit(numbers: tuple[int, ...]) -> bool:
    return _ADULT_AGE < numbers[-1] < _RETIREMENT_AGE


def _is_child_age(numbers: tuple[int, ...]) -> bool:
    # Below ten it is about children that somebody looks after.
    return 10 <= numbers[0] < _WORKING_AGE


def _age_pattern(
    rule: Finding, expression: str, holds: Callable[[tuple[int, ...]], bool]
) -> PhrasePattern:
    return PhrasePattern(rule, re.compile(expression + _NOT_ABOUT_CUSTOMERS), holds)


def _is_birth_year_limit(numbers: tuple[int, ...]) -> bool:
    # Whoever was born after 1970 and before 2005: earlier or later it keeps nobody away.
    return 1970 <= numbers[0] <= 2005


_UP_TO = r"(?:以下|以内|之内|内|封顶|为限|为止|截止|止)"
_AGES = (
    _age_pattern(
        phrasebook.AGE_DISCRIMINATION, rf"{_NUMBER}{_YEARS}(?:及|含|含本数)?{_UP_TO}", _is_age_limit
    ),
    _age_pattern(
        phrasebook.AGE_DISCRIMINATION,
        rf"(?:(?:不|不得|不能|不可|不要|不许|勿|别|未)(?:超过?|大于|高于|过)|小于|低于|最大|最高|上限)"
        rf"(?:为|是|到)?:?{_NUMBER}{_YEARS}",
        _is_age_limit,
    ),
    _age_pattern(
        phrasebook.AGE_DISCRIMINATION,
        rf"{_NUMBER}(?:{_YEARS})?{_RANGE}{_NUMBER}{_YEARS}",
        _is_age_limit,
    ),
    _age_pattern(
        phrasebook.AGE_DISCRIMINATION, rf"限{_NUMBER}{_YEARS}(?!以上|及以上|起)", _is_age_limit
    ),
    _age_pattern(
        phrasebook.AGE_DISCRIMINATION,
        rf"{_NUMBER}{_YEARS}(?:及|含)?(?:以上|往上|朝上){_PERSON_SUFFIX}{_REJECTED_AFTER}",
        _is_age_limit,
    ),
    _age_pattern(
        phrasebook.AGE_DISCRIMINATION,
        rf"(?:超过?|大于|高于|满){_NUMBER}{_YEARS}{_PERSON_SUFFIX}{_REJECTED_AFTER}",
        _is_age_limit,
    ),
    _age_pattern(
        phrasebook.AGE_DISCRIMINATION,
        rf"{_REJECTED_BEFORE}{_NUMBER}{_YEARS}(?:及|含)?(?:以上|往上)",
        _is_age_limit,
    ),
    _age_pattern(
        phrasebook.UNDER_SIXTEEN,
        rf"{_NUMBER}{_YEARS}(?:及|含)?(?:以上|起|即可|可|就可|就能|也可|均可)",
        _is_child_age,
    ),
    _age_pattern(phrasebook.UNDER_SIXTEEN, rf"年?满{_NUMBER}{_YEARS}", _is_child_age),
    _age_pattern(
        phrasebook.UNDER_SIXTEEN, rf"{_NUMBER}(?:{_YEARS})?{_RANGE}{_NUMBER}{_YEARS}", _is_child_age
    ),
    _age_pattern(
        phrasebook.UNDER_SIXTEEN,
        rf"[未不]满(?:1[0-6]|十[一二三四五六]?){_YEARS}"
        r"(?:者|的)?(?:也|均|都|亦)?(?:可|能|行|欢迎|接受|招)",
        lambda _: True,
    ),
)
_YEARS_OF_AGE = (
    PhrasePattern(
        phrasebook.AGE_DISCRIMINATION,
        re.compile(rf"年龄(?:要求|在|限制?)?[:\n]?(\d\d){_RANGE}(\d\d)(?![\d岁周])"),
        _is_age_limit,
    ),
    _age_pattern(
        phrasebook.AGE_DISCRIMINATION,
        rf"年龄(?:要求|在|限制?|须|需|应)*[:\n]?{_NUMBER}(?:{_YEARS})?(?:及|含)?(?:{_UP_TO}|下)",
        _is_age_limit,
    ),
    # With nothing after it, it is a limit: of "年龄<35" and "年龄：35岁" no more is left.
    PhrasePattern(
        phrasebook.AGE_DISCRIMINATION,
        re.compile(rf"(?<!平均)年龄(?:要求|限制?)?[:\n]*(\d\d)(?:{_YEARS})?(?=[\n,。、]|$)"),
        _is_age_limit,
    ),
    PhrasePattern(
        phrasebook.AGE_DISCRIMINATION,
        re.compile(
            rf"年龄(?:要求|限制?)?:?(?:不|不得|不能|不可|不要|勿)(?:超过?|大于|高于){_NUMBER}(?!\d)"
        ),
        _is_age_limit,
    ),
)
_GENERATIONS = (
    PhrasePattern(
        phrasebook.AGE_DISCRIMINATION,
        re.compile(rf"{_ONLY}(?:[6-9]|0)[05]后|(?:[6-9]|0)[05]后{_PERSON_SUFFIX}(?:优先|为佳)"),
    ),
)
_BIRTHS = (
    PhrasePattern(
        phrasebook.AGE_DISCRIMINATION,
        re.compile(
            r"((?:19|20)\d\d)年(?:\d{1,2}月(?:\d{1,2}日)?)?(?:及|含)?(?:以后|之后|后|以来)"
            r"(?:出生|生人)" + _NOT_ABOUT_CUSTOMERS
        ),
        _is_birth_year_limit,
    ),
)
_AGES_BY_SEX = (
    PhrasePattern(
        phrasebook.AGE_DISCRIMINATION,
        re.compile(
            rf"男(?:性|士)?(\d\d)(?:{_YEARS})?[,、\n]?女(?:性|士)?(\d\d)(?:{_YEARS})?(?:及|含)?{_UP_TO}"
        ),
        _is_age_limit,
    ),
)
_SEX = r"(?:男|女)(?:性|士|生|工|孩|同志|员工|青年|的)?"
# Not of things for one sex, nor of both: a dormitory of women, women's wear, women and men. But
# 装卸工, 包装工, 服务员, 客服 and the like do work.
_NOT_A_THING = (
    r"(?!男|女|性|士|生|工|宿舍|公寓|浴室|更衣|厕|卫生间|用品|服(?!务)|装(?!卸|配|修|潢|订|箱|货|车|载)"
    r"|鞋|款|包(?!装)|裤|裙|健康|护理(?!员|工|师)|疾病|科(?!研|技)|内衣|顾客|客户(?!经理|服务)|客人|会员"
    r"|学员|用户|病人|患者|职工|委|部(?!门)|权益|劳动)"
)
_NOT_BOTH_SEXES = r"(?!或|[,、]?[男女]|和|及|与|均|都|皆|不限|也可|亦可|平等|同工)"
_SEXES = (
    PhrasePattern(
        phrasebook.SEX_DISCRIMINATION,
        re.compile(
            rf"(?:{_ONLY}|{_REJECTED_BEFORE}|诚招|急招|招聘?|招收|优先(?:考虑|录用|录取|招聘?)?){_SEX}{_NOT_A_THING}{_NOT_BOTH_SEXES}"
        ),
    ),
    PhrasePattern(
        phrasebook.SEX_DISCRIMINATION,
        re.compile(
            rf"(?<![男女子妇儿孙]){_SEX}{_PERSON_SUFFIX}(?:优先|限定|专岗|专招|为主|为佳|{_REJECTED_AFTER})"
        ),
    ),
    PhrasePattern(
        phrasebook.SEX_DISCRIMINATION,
        re.compile(
            r"性别(?:要求|限制?)?[:\n]?(?:仅?限|为|是)?(?:男|女)(?:性|士|生)?"
            r"(?!男|女|性|士|生)" + _NOT_BOTH_SEXES
        ),
    ),
)
_HEIGHTS = (
    PhrasePattern(
        phrasebook.APPEARANCE_DISCRIMINATION,
        re.compile(
            r"(?:净?身高)(?:要求|需|须|在|应)?[:\n]?(?:不低于|不少于|达到|高于|超过|大于)?:?"
            r"(?:1\d\d|1\.\d{1,2}|[1一]米[\d一二三四五六七八九]{1,2})(?:-\d[\d.]*)?+"
            r"(?:cm|厘米|公分|米|m)?+(?:及|含)?+(?:以上|起)?+(?!以下|的?儿童)"
        ),
    ),
)
_REGISTERED = (
    PhrasePattern(
        phrasebook.ORIGIN_DISCRIMINATION,
        re.compile(
            r"(?:只招|仅招|仅限|只限|限|要求)[一-鿿]{2,4}?(?:户籍|户口)"
            r"(?!本|簿|页|性质|类型|所在|不限)"
        ),
    ),
    PhrasePattern(
        phrasebook.ORIGIN_DISCRIMINATION,
        re.compile(rf"(?:(?![不无未非没])[一-鿿]){{2,4}}(?:户籍|户口){_PERSON_SUFFIX}优先"),
    ),
)
_REGIONS = (
    r"(?:河南|河北|山东|山西|陕西|东北|安徽|湖北|湖南|四川|贵州|云南|广西|江西|新疆|西藏"
    r"|青海|甘肃|宁夏|内蒙古?|福建|广东|海南|江苏|浙江|重庆|外省|外地|外来|农村)"
)
_HOMES = (
    PhrasePattern(
        phrasebook.ORIGIN_DISCRIMINATION,
        re.compile(rf"{_REGIONS}(?:籍|户籍|户口)?(?:的|人|人员)?{_PERSON_SUFFIX}{_REJECTED_AFTER}"),
    ),
    PhrasePattern(
        phrasebook.ORIGIN_DISCRIMINATION,
        re.compile(rf"{_REJECTED_BEFORE}{_REGIONS}(?:籍|户籍|户口|的|人)"),
    ),
)
_PEOPLES = r"(?:维吾尔|维|藏|回|彝|苗|壮|满|蒙古?|朝鲜|少数民)族"
_ETHNIC = (
    PhrasePattern(
        phrasebook.ETHNIC_DISCRIMINATION,
        re.compile(
            rf"{_PEOPLES}(?:人|同胞)?{_PERSON_SUFFIX}{_REJECTED_AFTER}|{_REJECTED_BEFORE}{_PEOPLES}"
            r"|民族(?:要求)?[:\n]?(?:仅?限)?汉族?(?![、,或和语]|不限)"
        ),
    ),
)
_HEPATITIS = (
    PhrasePattern(
        phrasebook.HEALTH_DISCRIMINATION,
        re.compile(
            rf"(?:乙肝|大三阳|小三阳)(?:病毒)?(?:携带)?(?:阳性|患者)?{_PERSON_SUFFIX}{_REJECTED_AFTER}"
            r"|(?:入职|体检|须|需|要|统一|加)(?:体检|检查)?(?:须|需|要|中?含|加)?"
            r"(?:查|检测|检查|化验|排查)乙肝"
        ),
    ),
)
_DISABLED = (
    PhrasePattern(
        phrasebook.HEALTH_DISCRIMINATION,
        re.compile(
            rf"(?:残疾|残障|身体缺陷|慢性病)(?:人|人士)?{_PERSON_SUFFIX}{_REJECTED_AFTER}|{_REJECTED_BEFORE}残[疾障]"
        ),
    ),
)
_SCHOOLS = (
    PhrasePattern(
        phrasebook.EDUCATION_DISCRIMINATION,
        re.compile(
            rf"{_ONLY}(?:985|211|双一流)(?!系列|型|号|路|国道|省道|元)"
            rf"|(?:985|211|双一流)(?:院校|高校|大学|名校)?(?:毕业生?)?{_PERSON_SUFFIX}优先"
        ),
    ),
)
_MARRIED = r"(?:已婚已育|未婚未育|已婚未育|已婚|未婚|已育|未育|离异|单身)"
_EXPECTING = r"(?:怀孕|备孕|孕期|孕妇|有孕|哺乳期|产期)"
_CHILDREN = (
    PhrasePattern(
        phrasebook.FAMILY_DISCRIMINATION,
        re.compile(
            r"[一二两三四五\d]年内(?:无|没有|不得|不能|不准|不许|不)"
            r"(?:结婚|生育|怀孕|生孩子|要孩子|备孕)(?:的?(?:计划|打算))?"
        ),
    ),
)
_FAMILIES = (
    PhrasePattern(
        phrasebook.FAMILY_DISCRIMINATION,
        re.compile(
            rf"{_MARRIED}(?:人士|女性|男性)?{_PERSON_SUFFIX}(?:优先|为佳|{_REJECTED_AFTER})"
            rf"|{_EXPECTING}(?:妇女|女性|中)?{_PERSON_SUFFIX}{_REJECTED_AFTER}"
            rf"|(?:{_ONLY}|{_REJECTED_BEFORE}|须|需){_MARRIED}(?!公寓|宿舍|已|未|均|都|皆|与|和|或)"
        ),
    ),
)
_PAPER_NAMES = ("身份证", "毕业证", "学位证", "资格证", "证件")
_PAPERS = rf"(?:{'|'.join(_PAPER_NAMES)})(?:原件)?"
_WITHHELD_PAPERS = (
    PhrasePattern(
        phrasebook.DOCUMENTS_KEPT,
        re.compile(
            rf"(?<!客户)(?<!顾客){_PAPERS}(?:须|需|要|将|统一|先)*(?:由|交|放在)?(?:给|到)?"
            r"(?:公司|单位|厂里|店里|人事部?|行政部?)?(?:统一)?(?:抵押|扣押|扣留|代管|保管|收走|收存)"
            r"(?!业务|服务|柜|箱|员|台账)"
            rf"|(?:上交|抵押|押下|交出|质押){_PAPERS}(?!复印|的?(?:客户|顾客))"
        ),
    ),
)
_INCOMES = (
    PhrasePattern(
        phrasebook.LURE,
        re.compile(
            r"月入(?:轻松)?(?:破|超|上|过|近|达)?"
            r"(?:万|[一二两三四五六七八九十\d]{1,2}(?:万|w)|[5五]位数|w)"
        ),
    ),
)
# The same sound in other characters or in letters, where a sum or a verb shows what is meant.
_FEE_IN_LETTERS = r"(?:ya金|押jin|yajin|压金|baozhengjin|peixunfei|fuzhuangfei)"
_FEES = (
    PhrasePattern(
        phrasebook.DEPOSIT_OR_FEE,
        re.compile(
            rf"(?<![a-z]){_FEE_IN_LETTERS}:?(?:\d|[一二三四五六七八九两几]百|元|块|不?退)"
            rf"|(?:交|收|付|缴|扣|退)(?:纳|取)?{_FEE_IN_LETTERS}(?![a-z属线箔片条丝])"
        ),
    ),
)

PATTERNS_BY_ANCHOR: Mapping[str, tuple[PhrasePattern, ...]] = {
    "岁": _AGES,
    "年龄": _YEARS_OF_AGE,
    "后优先": _GENERATIONS,
    "后为佳": _GENERATIONS,
    **{f"{decade}后": _GENERATIONS for decade in ("60", "65", "70", "75", "80", "85", "90", "95")},
    **{f"{decade}后": _GENERATIONS for decade in ("00", "05")},
    "出生": _BIRTHS,
    "生人": _BIRTHS,
    "男": _SEXES,
    "女": (*_SEXES, *_AGES_BY_SEX),
    "身高": _HEIGHTS,
    "户籍": _REGISTERED,
    "户口": _REGISTERED,
    **dict.fromkeys(("勿扰", "勿投", "勿打扰", "请绕", "免谈", "谢绝", "除外", "止步"), _HOMES),
    **dict.fromkeys(("不要", "不招", "不收", "不考虑", "不接受", "不录", "拒绝"), _HOMES),
    "族": _ETHNIC,
    "乙肝": _HEPATITIS,
    "三阳": _HEPATITIS,
    "残": _DISABLED,
    "缺陷": _DISABLED,
    "慢性病": _DISABLED,
    **dict.fromkeys(("985", "211", "双一流"), _SCHOOLS),
    "年内": _CHILDREN,
    **dict.fromkeys(("婚", "已育", "未育", "孕", "离异", "单身", "哺乳", "产期"), _FAMILIES),
    **dict.fromkeys(_PAPER_NAMES, _WITHHELD_PAPERS),
    "月入": _INCOMES,
    **dict.fromkeys(("ya金", "押jin", "yajin", "压金"), _FEES),
    **dict.fromkeys(("baozhengjin", "peixunfei", "fuzhuangfei"), _FEES),
}
"""The words of which every match of these patterns holds one; rare ones, as each is tried."""
MATCH_WINDOW_CHARS = 18
"""Characters on either side of its word that a match of a pattern lies within."""
