"""Regions of China: the tree, former codes, and search by name and pinyin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.reference.geo import is_plausible_in_china
from domain.reference.regions import (
    PROVINCES,
    RegionLevel,
    check_place_code,
    city_of,
    find_current_code,
    find_regions,
    is_place_code,
    is_within,
    list_ancestors,
    list_children,
    province_of,
    region_of,
    replace_former_code,
)
from domain.refusals import InvalidInput

FIELD = ("input", "placeCode")
ALL = [
    region
    for province in list_children(None)
    for city in (province, *list_children(province.code))
    for region in (city, *(list_children(city.code) if city is not province else ()))
]
codes = st.sampled_from([region.code for region in ALL])


def full_names(text: str, most: int = 20) -> list[str]:
    return [region.full_name for region in find_regions(text, most)]


def test_there_are_34_provinces() -> None:
    assert len(PROVINCES) == 34
    assert all(is_place_code(code) and province_of(code) == code for code in PROVINCES)


def test_every_region_is_in_the_tree_with_a_point_in_china() -> None:
    assert len({region.code for region in ALL}) == len(ALL) == 3_214
    for region in ALL:
        around = list_ancestors(region)
        assert [above.level for above in around] == [
            level
            for level in RegionLevel
            if level in {above.level for above in around} and level is not region.level
        ]
        assert region.full_name == "".join(above.name for above in (*around, region))
        assert all(is_within(region.code, above.code) for above in around)
        assert region.parent == (around[-1].code if around else None)
        assert is_plausible_in_china(region.centre)
        assert region.pinyin.replace(" ", "").isascii()
        assert len(region.pinyin.split()) == len(region.name) == len(region.initials)


def test_some_counties_are_directly_below_their_province() -> None:
    county = region_of("429004")
    assert county is not None
    assert (county.full_name, county.parent) == ("湖北省仙桃市", "420000")
    assert county.level is RegionLevel.COUNTY


def test_an_unknown_code_has_no_children() -> None:
    assert list_children("330402") == list_children("999999") == ()


@given(codes)
def test_a_place_lies_in_itself_its_city_and_its_province(code: str) -> None:
    assert (
        check_place_code(code, FIELD)
        == find_current_code(code)
        == replace_former_code(code)
        == code
    )
    assert is_within(code, code)
    assert is_within(code, city_of(code))
    assert is_within(code, province_of(code))


@given(codes, codes)
def test_a_place_lies_in_no_region_of_another_province(code: str, region: str) -> None:
    assert not is_within(code, region) or province_of(code) == province_of(region)


@pytest.mark.parametrize(
    ("old", "now"),
    [
        ("510124", "四川省成都市郫都区"),
        ("330683", "浙江省绍兴市嵊州市"),
        ("371202", "山东省济南市莱芜区"),
        ("332600", "浙江省台州市"),
        ("110103", "北京市东城区"),
        ("110100", "北京市"),
        ("429000", "湖北省"),
        ("460034", "海南省陵水黎族自治县"),
        ("512301", None),
        ("341400", None),
        ("371200", None),
    ],
)
def test_a_former_code_has_one_successor_or_none(old: str, now: str | None) -> None:
    region = region_of(old)
    assert (region.full_name if region else None) == now


def test_a_former_code_is_replaced_by_its_successor() -> None:
    assert check_place_code("510124", FIELD) == replace_former_code("510124") == "510117"


def test_a_former_code_without_a_successor_is_refused_with_its_name() -> None:
    assert replace_former_code("341400") == "341400"
    with pytest.raises(InvalidInput, match=r"341400 \(巢湖市\) is no longer"):
        check_place_code("341400", FIELD)


@pytest.mark.parametrize(
    ("code", "near"),
    [("330499", "浙江省嘉兴市, or give 330400"), ("339999", "浙江省, or give 330000")],
)
def test_an_unknown_code_is_refused_with_the_region_above(code: str, near: str) -> None:
    assert not is_place_code(code)
    with pytest.raises(InvalidInput, match=near):
        check_place_code(code, FIELD)


@pytest.mark.parametrize(
    ("code", "pinyin"),
    [
        ("371722", "shan xian"),
        ("410621", "xun xian"),
        ("410783", "chang yuan shi"),
        ("500000", "chong qing shi"),
        ("350200", "xia men shi"),
        ("441900", "dong guan shi"),
        ("341500", "lu an shi"),
        ("340300", "beng bu shi"),
        ("341600", "bo zhou shi"),
        ("331000", "tai zhou shi"),
        ("331100", "li shui shi"),
        ("371522", "shen xian"),
        ("130225", "lao ting xian"),
        ("330382", "yue qing shi"),
        ("371481", "lao ling shi"),
        ("210300", "an shan shi"),
        ("211300", "chao yang shi"),
        ("140428", "zhang zi xian"),
        ("140400", "chang zhi shi"),
        ("411100", "luo he shi"),
        ("310112", "min hang qu"),
        ("220403", "xi an qu"),
        ("532531", "lv chun xian"),
        ("650500", "ha mi shi"),
        ("610829", "wu bu xian"),
        ("410122", "zhong mu xian"),
        ("141125", "liu lin xian"),
    ],
)
def test_pinyin_follows_the_local_reading(code: str, pinyin: str) -> None:
    region = region_of(code)
    assert region is not None
    assert region.pinyin == pinyin


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("嘉兴", "浙江省嘉兴市"),
        ("浙江省嘉兴市南", "浙江省嘉兴市南湖区"),
        ("jiaxing", "浙江省嘉兴市"),
        ("Jia Xing", "浙江省嘉兴市"),
        ("lüchun", "云南省红河哈尼族彝族自治州绿春县"),
        ("zjs", "浙江省"),
        ("襄樊", "湖北省襄阳市"),
        ("郫县", "四川省成都市郫都区"),
    ],
)
def test_a_region_is_found_by_name_pinyin_initials_and_former_name(text: str, first: str) -> None:
    assert full_names(text)[0] == first


def test_found_regions_are_in_a_fixed_order() -> None:
    assert full_names("南湖") == ["浙江省嘉兴市南湖区"]
    assert full_names("zhej") == ["浙江省"]
    # A region with a former name of that prefix comes last.
    assert full_names("城关") == [
        "西藏自治区拉萨市城关区",
        "甘肃省兰州市城关区",
        "江西省萍乡市安源区",
    ]
    # For pinyin the province comes first, before counties with the same spelling.
    assert full_names("shanx", 3)[:2] == ["山西省", "陕西省"]


@pytest.mark.parametrize("text", ["", "   ", "不存在", "zzzz", "330402"])
def test_a_text_that_no_name_starts_with_finds_nothing(text: str) -> None:
    assert find_regions(text, 20) == ()


@given(st.text(max_size=6))
def test_any_text_can_be_searched(text: str) -> None:
    assert len(find_regions(text, 3)) <= 3


@pytest.mark.parametrize(
    ("code", "region", "within"),
    [
        ("330402", "330000", True),
        ("330402", "330400", True),
        ("330402", "330402", True),
        ("330402", "330300", False),
        ("330402", "330411", False),
        ("330400", "330402", False),
        ("330000", "330400", False),
        ("610100", "330000", False),
    ],
)
def test_a_region_contains_its_subtree_only(code: str, region: str, within: bool) -> None:
    assert is_within(code, region) is within


@pytest.mark.parametrize(
    "code", ["", "33", "3304020", "990000", "33040a", "３３０４０２", "33 402", "000000", "²30000"]
)
def test_a_wrong_code_is_refused_with_its_field(code: str) -> None:
    with pytest.raises(InvalidInput, match="GB/T 2260") as caught:
        check_place_code(code, FIELD)
    assert caught.value.field == FIELD


@given(st.text(max_size=8))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    if is_place_code(text):
        assert check_place_code(text, FIELD) == find_current_code(text)
    else:
        with pytest.raises(InvalidInput):
            check_place_code(text, FIELD)
