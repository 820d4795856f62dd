"""Phrases with a number or a name in them, and what makes a phrase harmless: "no" before it,
"is paid by us" after it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from domain import phrasebook
from domain.postings import Finding

_NUMBER = r"(\d{1,3}|[一二三四五六七八九十]{1,4})"
_YEARS = r"周?岁"
_TO = r"(?:-|至|到)"
# Whom the work is for is no limit on who does it.
_OTHERS = (
    r"(?!的?(?:老|长者|儿童|孩|小孩|小朋友|幼|婴|宝|学员|青少年|少年|少儿"
    r"|客户|用户|患者|病人|顾客))"
)
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")}
_ADULT = 18
_WORKING_AGE = 16
_RETIREMENT = 60
"""An upper limit from here on keeps nobody from work: it is where a pension begins."""


@dataclass(frozen=True)
class Pattern:
    """A phrase with a number: a match counts when ``holds`` of its numbers."""

    rule: Finding
    expression: re.Pattern[str]
    holds: Callable[[tuple[int, ...]], bool] = lambda _: True

    def is_meant(self, match: re.Match[str]) -> bool:
        """Whether the numbers of a match make it one."""
        return self.holds(tuple(_value(group) for group in match.groups() if group))


def _value(digits: str) -> int:
    """The number in Arabic or Chinese digits, below a hundred when it is in Chinese."""
    if digits.isascii():
        return int(digits)
    tens, ten, ones = digits.rpartition("十")
    if not ten:
        return _DIGITS.get(digits[-1], 0)
    return _DIGITS.get(tens[-1:], 1) * 10 + _DIGITS.get(ones[-1:], 0)


def _is_limit(numbers: tuple[int, ...]) -> bool:
    return _ADULT < numbers[-1] < _RETIREMENT


def _is_child(numbers: tuple[int, ...]) -> bool:
    # Below ten it is about children that somebody looks after.
    return 10 <= numbers[0] < _WORKING_AGE


def _age(rule: Finding, expression: str, holds: Callable[[tuple[int, ...]], bool]) -> Pattern:
    return Pattern(rule, re.compile(expression + _OTHERS), holds)


_AGES = (
    _age(
        phrasebook.AGE_DISCRIMINATION,
        rf"{_NUMBER}{_YEARS}(?:及|含)?(?:以下|以内|之内|封顶)",
        _is_limit,
    ),
    _age(
        phrasebook.AGE_DISCRIMINATION,
        rf"(?:不超过|不得超过|不大于|不高于|小于|低于){_NUMBER}{_YEARS}",
        _is_limit,
    ),
    _age(
        phrasebook.AGE_DISCRIMINATION, rf"{_NUMBER}(?:{_YEARS})?{_TO}{_NUMBER}{_YEARS}", _is_limit
    ),
    _age(phrasebook.AGE_DISCRIMINATION, rf"限{_NUMBER}{_YEARS}(?!以上|及以上|起)", _is_limit),
    _age(
        phrasebook.UNDER_SIXTEEN,
        rf"{_NUMBER}{_YEARS}(?:及|含)?(?:以上|起|即可|可|就可|就能|也可|均可)",
        _is_child,
    ),
    _age(phrasebook.UNDER_SIXTEEN, rf"年?满{_NUMBER}{_YEARS}", _is_child),
    _age(phrasebook.UNDER_SIXTEEN, rf"{_NUMBER}(?:{_YEARS})?{_TO}{_NUMBER}{_YEARS}", _is_child),
    _age(
        phrasebook.UNDER_SIXTEEN,
        rf"[未不]满(?:1[0-6]|十[一二三四五六]?){_YEARS}"
        r"(?:者|的)?(?:也|均|都|亦)?(?:可|能|行|欢迎|接受|招)",
        lambda _: True,
    ),
)
_YEARS_OF_AGE = (
    Pattern(
        phrasebook.AGE_DISCRIMINATION,
        re.compile(rf"年龄(?:要求|在|限)?:?(\d\d){_TO}(\d\d)(?![\d岁周])"),
        _is_limit,
    ),
)
_HEIGHTS = (
    Pattern(
        phrasebook.APPEARANCE_DISCRIMINATION,
        re.compile(
            r"(?:净?身高)(?:要求|需|须|在|应)?:?(?:不低于|不少于|达到|高于|超过|大于)?:?"
            r"(?:1\d\d|1\.\d{1,2}|[1一]米[\d一二三四五六七八九]{1,2})(?:-\d[\d.]*)?+"
            r"(?:cm|厘米|公分|米|m)?+(?:\(含\)|及|含)?+(?:以上|起)?+(?!以下|的?儿童)"
        ),
    ),
)
_REGISTERED = (
    Pattern(
        phrasebook.ORIGIN_DISCRIMINATION,
        re.compile(
            r"(?:只招|仅招|仅限|限|要求)[一-鿿]{2,4}?(?:户籍|户口)(?!本|簿|页|性质|类型|所在|不限)"
        ),
    ),
    Pattern(
        phrasebook.ORIGIN_DISCRIMINATION,
        re.compile(r"(?:(?![不无未非没])[一-鿿]){2,4}(?:户籍|户口)优先"),
    ),
)
_HOMES = (
    Pattern(
        phrasebook.ORIGIN_DISCRIMINATION,
        re.compile(
            r"(?:河南|河北|山东|山西|陕西|东北|安徽|湖北|湖南|四川|贵州|云南|广西|江西|新疆|西藏"
            r"|青海|甘肃|宁夏|内蒙古?|福建|广东|海南|江苏|浙江|重庆|外省|外地)[人籍]?"
            r"(?:勿扰|勿投|免谈|不要)"
        ),
    ),
)
_CHILDREN = (
    Pattern(
        phrasebook.FAMILY_DISCRIMINATION,
        re.compile(
            r"[一二两三四五\d]年内(?:无|没有|不得|不能|不)(?:结婚|生育|怀孕|生孩子|要孩子|备孕)"
            r"(?:的?(?:计划|打算))?"
        ),
    ),
)

ANCHORS: Mapping[str, tuple[Pattern, ...]] = {
    "岁": _AGES,
    "年龄": _YEARS_OF_AGE,
    "身高": _HEIGHTS,
    "户籍": _REGISTERED,
    "户口": _REGISTERED,
    "勿扰": _HOMES,
    "勿投": _HOMES,
    "免谈": _HOMES,
    "不要": _HOMES,
    "年内": _CHILDREN,
}
"""The words that every match of these patterns holds."""
REACH = 18
"""Characters on either side of its word that a match of a pattern lies within."""

_WE = r"(?:公司|企业|单位|用人单位|我司|本厂|厂方|工厂|厂里|厂|店里|门店|工会|政府|国家|学校|平台)"
BEFORE = re.compile(
    r"(?:不|无|未|非|没|沒|勿|免|莫|拒绝?|禁止?|严禁|杜绝|取消|打破|反对|谨防|警惕|防范|防止|远离|抵制"
    r"|识别|避免|小心|举报|投诉|"
    + _WE
    + r"(?:全额|统一|全部)?(?:承担|支付|报销|负担|补贴|出|发放|提供))"
    r"(?:有|需要?|须|要|用|必|会|得|该|应|能|可|准|许|以|因|被|将|仅|只|看|问|做|再"
    r"|查|检|检测|检查|体检|收|取|收取|缴|缴纳|交|交纳|付|支付|扣|押|含|包含|包括|存在|设|设置|设立"
    r"|任何|额外|其他|其它|各种|各类|一切|所谓|要求|强制|变相|所有|入职|岗前|形式的?|名义的?"
    r"|向(?:劳动者|员工|求职者|应聘者|求职人员|个人|您|你)|员工|劳动者|求职者|应聘者|求职人员|您|你|的){0,6}$"
)
"""What stands right before a phrase that is denied, warned of, or paid by the employer."""
BUT = re.compile(r"(?:者|的|就|则)?(?:不能|不予|不得|不给|不办|不可|不让|免谈|勿扰|别来)")
"""What after it makes a condition of a denial: 不交押金不予录用."""
AFTER = re.compile(
    r"(?:用|等)?(?:等)?:?(?:一律|全部|全额|均|都|全|也|亦|项|费用)?"
    r"(?:不收|不需|不用|无需|免收|免交|免缴|全免|免费|不限|不作要求|不做要求|不作限制|不要求|无要求"
    r"|没有要求|没要求|不查|不检|不看|0元|零元|为0|为零|无(?![法故效])|报销|补贴|骗局|陷阱|套路|诈骗"
    r"|(?:的)?(?:行为|现象)|(?:均?属?是?)违法"
    r"|由?" + _WE + r"(?:来|全额|统一|全部)?(?:承担|支付|负担|报销|出|买单|垫付|补贴|负责))"
)
"""What stands right after such a phrase."""
AND = re.compile(r"(?:[、,和或及与等]|以及|或者|还是|任何|各种|其他){0,2}")
"""What stands between two items of a list."""
