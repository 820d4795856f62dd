"""Readings of sentences about working hours, rest and overtime."""

from __future__ import annotations

from domain.screening import labour_findings as rules
from domain.screening.reading_syntax import Reading, read_as

MAX_SPAN_HOURS = 11
"""From the start to the end of a day: eight hours of work and at most three of breaks."""
MAX_OVERTIME_HOURS = 36
MAX_MONTH_HOURS = 174 + MAX_OVERTIME_HOURS


def _is_long_day(numbers: tuple[int, ...]) -> bool:
    return 9 <= numbers[-1] <= 24


def _is_much_overtime(numbers: tuple[int, ...]) -> bool:
    return MAX_OVERTIME_HOURS < numbers[-1] < 300


def _is_long_month(numbers: tuple[int, ...]) -> bool:
    return MAX_MONTH_HOURS < numbers[-1] < 745


def _is_long_morning_to_evening(numbers: tuple[int, ...]) -> bool:
    start, end = numbers[0], numbers[-1]
    return 4 <= start <= 12 and 1 <= end <= 12 and end + 12 - start >= MAX_SPAN_HOURS


def _is_long_evening_to_morning(numbers: tuple[int, ...]) -> bool:
    start, end = numbers[0], numbers[-1]
    return 1 <= start <= 12 and 1 <= end <= 12 and end + 12 - start >= MAX_SPAN_HOURS


def _is_long_clock_span(numbers: tuple[int, ...]) -> bool:
    start, end = numbers[0], numbers[-1]
    return 4 <= start <= 12 and end <= 24 and MAX_SPAN_HOURS < end - start + 1 <= 20


_H = r"(1[0-2]|\d|十[一二]?|[一二三四五六七八九])"
_AT = r"(?:点钟?|时|:?00|:?30|点半)?"
_FEW = r"(?:[0-3零一二两三俩]|半)"
_NOT_A_ROAD = r"(?!路|号|公交|型|系列|站|终点|\d|室|国道|大道|车|元)"

READINGS: tuple[Reading, ...] = (
    *read_as(
        rules.EXCESSIVE_HOURS,
        rf"(?<!\d)(?:996|997|007|9117|9107|896|8116|12126|9127){_NOT_A_ROAD}",
        r"大小周|大小休|单双休|长短周",
        rf"月休(?:息)?{_FEW}(?:天|日)?(?![\d十天日]|-)",
        rf"(?:一个?月|每月|月)(?:只|仅|才|能|可)?(?:休息?|歇|放假?|轮休){_FEW}(?:天|日)",
        r"(?:全年|全月|节假日|周末|法定假|假期|双休日|节日|春节|一年到头|365天)(?:都|也|均|照常)?(?:无休|不休|不放假|没有休|照常上班|上班|要上班|无假|不休息|工作)(?!加班费|有)",
        r"(?:没有|无|不|没)(?:任何|固定)?(?:休息日|双休|休假|假期|休息(?!室)|单休|节假日|周末|公休|放假|调休)",
        r"(?:每周|一周|周)(?:上|工作|干|做)?(?:六天半|七天|7天|6天半|6\.5天)",
        r"(?:做|上)[七7]休[零0]|(?:连上|连续上|连着干|连续工作)(?:[七八九十]|\d{1,2}|[一二三]十)天",
        r"(?:六天|6天|单休|做六休一|上六休一)[^\n]{0,8}(?:1[0-6]|十[一二三四]?|9|九|9\.5|11\.5)个?(?:多)?小时",
        r"[67](?:x|天)(?:1[0-6]|9)(?:h|小时)?",
        r"(?:连续)?(?:上|值|干|工作)(?:24|二十四|36|48)(?:个)?小时?[^\n]{0,3}(?:休|歇)",
        r"(?<!不)(?:上|干|做)(?:24|二十四|48)休(?:24|二十四|48|一天)",
        r"加班[^\n]{0,4}(?:没有?|无|不给|不算|不计|不另付|不另|不支付|不发)(?:任何|另外)?(?:加班)?(?:费|工资|钱|报酬|薪|补贴|另算|补偿)",
        r"(?:无|没有?|不给|不发|不算|不付|不支付|不计)(?:任何)?加班(?:费|工资|费用|薪|补贴)",
        r"(?:无偿|义务|免费|随叫随到|高强度|天天|每天都|经常性|强制|必须|长期|常态|接受|服从|自愿无偿)(?:的)?加班(?!费|工资|按|补贴|有|另)",
        r"(?:天天|每天|每晚|经常)加班[^\n]{0,2}(?:到|至)",
        r"加班(?:到|至)(?:晚上|夜里|深夜|凌晨)?(?:2[0-4]|1[01]|十[一二]?|九|[一二三]|后半夜|半夜|通宵|深夜|凌晨)",
        r"加班[^\n]{0,10}(?:不计报酬|奉献|不要钱|不算钱|自觉)",
        r"(?:薪资|工资|月薪|底薪|薪酬|待遇)[^\n]{0,5}(?:包含|已含|含|包括|涵盖)[^\n,]{0,3}加班",
        r"(?:随时|24小时|全天)(?:响应|待命|在线|待岗|候命|接听工作)",
        r"隔周(?:双休|单休)|(?:365|三百六十五)(?:天|日)(?!都?开|营业|不打烊)",
        r"(?:调休)[^\n]{0,4}(?:代替|替代|过期|作废)",
        r"(?:不休|从早干到晚|起早贪黑|干到完|干完再走|做完才能走|没有下班时间|下班时间不定|下班没点|24小时待命|随时待命|全天待命)",
        r"(?:sevendaysaweek|12hours(?:aday|daily|/?day)|nodaysoff|7daysaweek)",
        r"(?:每天|每日|一天|天天|日均|日)[^\n,]{0,4}十几个?小时",
        r"(?:下午|中午|傍晚)[^\n,]{1,4}(?:到|至|-)(?:次日|第二天|凌晨|早上|清晨|次晨)(?:[三四五六七八九3-9])点",
        negatable=True,
    ),
    *read_as(
        rules.EXCESSIVE_HOURS,
        r"(?:每天|每日|一天|天天|日均|日工作|日|长白班|白班|夜班|每班|一班|班)(?:都|需|要|得|至少|约|大约|平均|纯|实际|干|上班?|工作时?间?|时间|做|:|满|够|时长|为){0,4}(1\d|2[0-4]|9|十[一二三四五六]?|九)(?:\.\d)?个?(?:多|半)?(?:小时|钟头|钟|h)",
        r"(1[0-9]|2[0-4]|十[一二三四五六])(?:\.\d)?个?(?:半|多)?(?:小时|h)(?:一)?(?:班|制|/天|每天|两班|长白|一天|倒班|轮班|工作制|天)",
        r"(1[1-6]|十[一二三四])个?小时(?:两班|二班|对班|倒|站)",
        numbers=_is_long_day,
        negatable=True,
    ),
    *read_as(
        rules.EXCESSIVE_HOURS,
        r"(?:每月|月|一个月)(?:均|平均)?加班(?:约|大约|至少|不少于|在|大概|时间)?(\d{2,3})(?:多)?(?:个)?(?:小时|h|多)",
        numbers=_is_much_overtime,
    ),
    *read_as(
        rules.EXCESSIVE_HOURS,
        r"(?:月工时|每月工时|工时|月工作|每月工作|月做|每月上)[^\n,\d]{0,4}(\d{3})(?:个)?(?:小时|h|工时)?",
        numbers=_is_long_month,
    ),
    *read_as(
        rules.EXCESSIVE_HOURS,
        rf"(?:早上?|朝|上午|早晨|清晨|晨){_H}{_AT}(?:,|、|到|至|-|干到|做到|上到|忙到|一直到)?(?:晚上?|夜里|暮|夜间){_H}{_AT}(?!两班|轮|半轮)",
        numbers=_is_long_morning_to_evening,
    ),
    *read_as(
        rules.EXCESSIVE_HOURS,
        rf"(?:晚上?|夜里){_H}{_AT}(?:到|至|-|干到|做到|上到)(?:次日|第二天)?(?:早上?|凌晨|清晨|上午|早晨){_H}{_AT}",
        numbers=_is_long_evening_to_morning,
    ),
    *read_as(
        rules.EXCESSIVE_HOURS,
        r"(?<!\d)(?<!\d:)(0?[4-9]|1[0-2])(?::\d\d|点半?)(?:-|到|至)(?:当日|当天|晚上?)?(1[89]|2[0-4])(?::\d\d|点半?)",
        r"(?:早上?|上午)?([四五六七八九]|十[一二]?)点半?(?:-|到|至)(十[八九]|二十[一二三四]?)点",
        numbers=_is_long_clock_span,
    ),
)
