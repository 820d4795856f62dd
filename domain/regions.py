"""Places: the six-digit codes of GB/T 2260, province, city and county in two digits each."""

from __future__ import annotations

from domain.errors import InvalidInput

PROVINCES: dict[str, str] = {
    "110000": "北京市",
    "120000": "天津市",
    "130000": "河北省",
    "140000": "山西省",
    "150000": "内蒙古自治区",
    "210000": "辽宁省",
    "220000": "吉林省",
    "230000": "黑龙江省",
    "310000": "上海市",
    "320000": "江苏省",
    "330000": "浙江省",
    "340000": "安徽省",
    "350000": "福建省",
    "360000": "江西省",
    "370000": "山东省",
    "410000": "河南省",
    "420000": "湖北省",
    "430000": "湖南省",
    "440000": "广东省",
    "450000": "广西壮族自治区",
    "460000": "海南省",
    "500000": "重庆市",
    "510000": "四川省",
    "520000": "贵州省",
    "530000": "云南省",
    "540000": "西藏自治区",
    "610000": "陕西省",
    "620000": "甘肃省",
    "630000": "青海省",
    "640000": "宁夏回族自治区",
    "650000": "新疆维吾尔自治区",
    "710000": "台湾省",
    "810000": "香港特别行政区",
    "820000": "澳门特别行政区",
}
"""The 34 provinces by code, in the order of GB/T 2260."""


def province_of(code: str) -> str:
    """The code of the province that a place lies in."""
    return code[:2] + "0000"


def city_of(code: str) -> str:
    """The code of the city that a place lies in; of a province, the province itself."""
    return code[:4] + "00"


def is_place_code(code: str) -> bool:
    """Whether it is six digits that begin with a known province."""
    return len(code) == 6 and code.isascii() and code.isdigit() and province_of(code) in PROVINCES


def check_place_code(code: str, field: tuple[str, ...]) -> str:
    """Give back the code when it is one.

    :raises InvalidInput: it is not; ``field`` says where it was given.
    """
    if not is_place_code(code):
        raise InvalidInput(
            "Give the place as a six-digit GB/T 2260 code of a province, city or county in "
            "China, such as 330402.",
            field=field,
        )
    return code


def significant_digits(region_code: str) -> str:
    """The digits that every place in the region begins with: 2, 4 or all 6."""
    if region_code.endswith("0000"):
        return region_code[:2]
    return region_code[:4] if region_code.endswith("00") else region_code


def is_within(code: str, region_code: str) -> bool:
    """Whether a place is the region or lies in it: a province, a city, or one county."""
    return code.startswith(significant_digits(region_code))
