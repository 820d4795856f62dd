"""Negations that make a forbidden phrase harmless.

Examples: "no" before it (不收押金), "paid by the company" after it (押金由公司承担).
"""

from __future__ import annotations

import re

_PAYER = (
    r"(?:公司|企业|单位|用人单位|我司|本厂|厂方|工厂|厂里|厂|店里|门店|工会|政府|国家|学校|平台)"
)
NEGATION_BEFORE = re.compile(
    r"(?:不|无|未|非|没|沒|勿|免|莫|拒绝?|禁止?|严禁|杜绝|取消|打破|反对|谨防|警惕|防范|防止|远离|抵制"
    r"|识别|避免|小心|举报|投诉|"
    + _PAYER
    + r"(?:全额|统一|全部)?(?:承担|支付|报销|负担|补贴|出|发放|提供))"
    r"(?:有|需要?|须|要|用|必|会|得|该|应|能|可|准|许|以|因|被|将|仅|只|看|问|做|再"
    r"|以(?:性别|年龄|学历|婚育|民族|户籍)(?:等)?为由"
    r"|查|检|检测|检查|体检|收|取|收取|缴|缴纳|交|交纳|付|支付|扣|押|含|包含|包括|存在|设|设置|设立"
    r"|任何|额外|其他|其它|各种|各类|一切|所谓|要求|强制|变相|所有|入职|岗前|形式的?|名义的?"
    r"|向(?:劳动者|员工|求职者|应聘者|求职人员|个人|您|你)|员工|劳动者|求职者|应聘者|求职人员|您|你|的){0,6}$"
)
"""Words right before a phrase that deny it, warn of it, or say that the employer pays."""
NEGATION_OVERRIDE = re.compile(
    r"(?:者|的|就|则)?(?:不能|不予|不得|不给|不办|不可|不让|免谈|勿扰|别来)"
)
"""Words right after a phrase that cancel the negation before it: 不交押金不予录用."""
NEGATION_AFTER = re.compile(
    r"(?:用|等)?(?:等)?:?(?:一律|全部|全额|均|都|全|也|亦|项|费用)?"
    r"(?:不收|不需|不用|无需|免收|免交|免缴|全免|免费|不限|不作要求|不做要求|不作限制|不要求|无要求"
    r"|没有要求|没要求|不查|不检|不看|0元|零元|为0|为零|无(?![法故效])|报销|补贴|骗局|陷阱|套路|诈骗"
    r"|(?:的)?(?:行为|现象)|(?:均?属?是?)违法"
    r"|由?" + _PAYER + r"(?:来|全额|统一|全部)?(?:承担|支付|负担|报销|出|买单|垫付|补贴|负责))"
)
"""Words right after a phrase that deny it, warn of it, or say that the employer pays."""
LIST_CONJUNCTION = re.compile(r"(?:[、,和或及与等]|以及|或者|还是|任何|各种|其他){0,2}")
"""The text between two items of one list."""
