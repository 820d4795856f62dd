"""The path of a union: its ancestors and its parent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity.unions import Union, UnionLevel, check_service_phone, find_service_phone
from domain.refusals import InvalidInput

paths = st.lists(st.text("abcdef", min_size=1, max_size=3), min_size=1, unique=True)


def union(path: list[str]) -> Union:
    return Union(
        id=path[-1],
        name="嘉兴市总工会",
        level=UnionLevel.CITY,
        place_code="330400",
        path=tuple(path),
    )


@given(paths, st.text("abcdef", max_size=3))
def test_a_union_is_within_itself_and_its_ancestors_only(path: list[str], other: str) -> None:
    assert all(union(path).is_within(ancestor) for ancestor in path)
    assert union(path).is_within(other) is (other in path)


@given(paths)
def test_the_parent_is_the_second_to_last_of_the_path(path: list[str]) -> None:
    assert union([*path, "self"]).parent_id == path[-1]


def test_the_root_has_no_parent() -> None:
    assert union(["root"]).parent_id is None


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("", ""),
        ("  ", ""),
        ("12351", "12351"),
        (" 0573-82345678 ", "0573-82345678"),
        ("+86 573 8234 5678", "+86 573 8234 5678"),
        ("0573（82345678", "0573(82345678"),
        ("０５７３－８２３４５６７８", "0573-82345678"),
    ],
)
def test_a_service_phone_is_stored_with_plain_digits(raw: str, number: str) -> None:
    assert check_service_phone(raw, ("input", "servicePhone")) == number


@pytest.mark.parametrize(
    "raw", ["1", "1235", "12" * 9, "call 12351", "12351\n12351", "12351;", "①②③", "0" * 10_000]
)
def test_what_cannot_be_called_is_no_service_phone(raw: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_service_phone(raw, ("input", "servicePhone"))
    assert caught.value.field == ("input", "servicePhone")


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_refused(raw: str) -> None:
    try:
        number = check_service_phone(raw, ("servicePhone",))
    except InvalidInput:
        return
    assert number == "" or 5 <= sum(each.isdigit() for each in number) <= 16


@given(paths, st.data())
def test_the_nearest_union_with_a_phone_answers(path: list[str], data: st.DataObject) -> None:
    own = union(path)
    phones = data.draw(st.dictionaries(st.sampled_from(path), st.just("0573-1")))
    unions = {
        each: replace(union(path[: place + 1]), service_phone=f"{phones[each]}{place}")
        for place, each in enumerate(path)
        if each in phones
    }
    with_phone = [place for place, each in enumerate(path) if each in phones]
    expected = f"0573-1{with_phone[-1]}" if with_phone else "12351"
    assert find_service_phone(own, unions) == expected
