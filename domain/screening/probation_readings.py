"""Readings of sentences about the length and the pay of a probation (劳动合同法 art. 19 to 21)."""

from __future__ import annotations

from domain.screening.labour_findings import PROBATION
from domain.screening.reading_syntax import Reading, read_as

_TRIAL = r"(?:试用期?|实习试用期?|考察期)"
_MONTHS_3_UP = r"(?:[3-9]|1[0-2]|三|四|五|六|七|八|九|十)个月|半年"
_MONTHS_7_UP = (
    r"(?:(?:[7-9]|1[0-8]|七|八|九|十[一二]?)个月|一年|1年|两年|2年|一整年|整年|大半年|九个月)"
)
_ONE_OR_TWO_YEARS = r"(?:一|1|两|二|2)年"


def _is_low_pay(numbers: tuple[int, ...]) -> bool:
    trial, regular = numbers[0], numbers[-1]
    return regular <= 99_999 and trial * 5 < regular * 4


def _is_low_pay_after(numbers: tuple[int, ...]) -> bool:
    return _is_low_pay((numbers[-1], numbers[0]))


READINGS: tuple[Reading, ...] = (
    *read_as(
        PROBATION,
        rf"{_TRIAL}[^\n,回访]{{0,6}}{_MONTHS_7_UP}",
        rf"{_MONTHS_7_UP}(?:的)?{_TRIAL}",
        rf"(?:合同|协议|签)[^\n试三3]{{0,4}}{_ONE_OR_TWO_YEARS}[^\n]{{0,6}}{_TRIAL}[^\n,不]{{0,4}}(?:{_MONTHS_3_UP})",
        rf"{_TRIAL}[^\n,不]{{0,4}}(?:{_MONTHS_3_UP})[^\n]{{0,4}}(?:合同|协议|签)[^\n,三3]{{0,4}}{_ONE_OR_TWO_YEARS}",
        rf"{_ONE_OR_TWO_YEARS}(?:期)?(?:的)?(?:合同|一签)[^\n]{{0,6}}{_TRIAL}[^\n,不]{{0,4}}(?:{_MONTHS_3_UP}|一年)",
        rf"(?:[1-9]|一|两|二|三|四|五|六|七|八|九|十)个月(?:的)?(?:短期)?合同[^\n]{{0,6}}{_TRIAL}[^\n,]{{0,4}}(?:个月|半年)",
        rf"{_TRIAL}[^\n]{{0,10}}(?:延长|再延|可延|顺延|延期|加试|再试|续试|重新试用|从头)",
        r"(?:重新|再次|二次|两次|再)试用|试用(?:两|二|三|2|3)次",
        r"(?:先)?试用(?:满)?(?:半年|六个月|6个月|一年)[^\n]{0,6}(?:再|后|才)(?:签|转|定)",
        rf"{_TRIAL}[^\n]{{0,10}}(?:[三四五六七]|七点五|六点五)(?:成|折)",
        rf"{_TRIAL}[^\n]{{0,12}}(?<!\d)[3-7]\d(?:发|计|执行|支付|$|,|的?标准|比例|工资|薪)",
        rf"{_TRIAL}[^\n]{{0,8}}(?:一半|对半|半薪|半价|百分之[三四五六七]十)",
        r"(?:头|前)[一二两三四五六\d]个月[^\n]{0,6}(?:[三四五六七](?:成|折)|一半|半薪|百分之[三四五六七]十)",
        rf"{_TRIAL}[^\n]{{0,8}}(?:随时|无条件|任意|说走)[^\n]{{0,6}}(?:走|辞退|解除|解聘|开除|不要|淘汰|终止)",
        rf"{_TRIAL}[^\n]{{0,10}}(?:不用理由|无需理由|不需要理由|没有理由|不需理由)",
        rf"(?:只签|单签|单独签)[^\n,]{{0,3}}{_TRIAL}",
    ),
    *read_as(
        PROBATION,
        rf"{_TRIAL}[^\n\d]{{0,10}}(\d{{4,5}})[^\n\d]{{0,10}}(?:转正|正式)[^\n\d]{{0,8}}(\d{{4,5}})",
        numbers=_is_low_pay,
    ),
    *read_as(
        PROBATION,
        rf"(?:转正|正式)[^\n\d]{{0,8}}(\d{{4,5}})[^\n\d]{{0,8}}{_TRIAL}[^\n\d]{{0,8}}(\d{{4,5}})",
        numbers=_is_low_pay_after,
    ),
)
