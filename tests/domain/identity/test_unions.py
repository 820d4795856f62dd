"""The path of a union: its ancestors and its parent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.identity.unions import Union, UnionLevel

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
