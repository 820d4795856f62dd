"""The search index returns the same postings as a scan of all of them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.search import search_index as module
from domain.search.search_index import SearchIndex

DAYS = ("2027-01-01", "2027-01-02", "2027-01-03")


@dataclass(frozen=True, kw_only=True)
class Put:
    pay: int
    spread: int = 0
    day: str
    keys: frozenset[str]


ids = st.sampled_from([f"{number:02}" for number in range(30)])
puts = st.builds(
    Put,
    pay=st.integers(0, 9) | st.integers(0, 1_000_000),
    spread=st.sampled_from([0, 0, 3, 5_000]),
    day=st.sampled_from(DAYS),
    keys=st.frozensets(st.sampled_from("abc")),
)
steps = st.lists(st.tuples(ids, st.none() | puts), max_size=60)


def after(changes: list[tuple[str, Put | None]]) -> tuple[SearchIndex, dict[str, Put]]:
    index, kept = SearchIndex(), dict[str, Put]()
    for posting_id, put in changes:
        index.with_key("a")  # its cached bitmap must grow with each change
        if put is None:
            index.drop(posting_id)
            kept.pop(posting_id, None)
        else:
            index.put(
                posting_id,
                pay=put.pay,
                highest_pay=put.pay + put.spread,
                last_day=put.day,
                keys=put.keys,
            )
            kept[posting_id] = put
    return index, kept


def names(index: SearchIndex, bits: int) -> set[str]:
    return {index.id_of(slot) for slot in range(bits.bit_length()) if bits >> slot & 1}


def compacted(index: SearchIndex) -> SearchIndex:
    *_, fresh = index.compact_in_steps()
    assert fresh is not None
    return fresh


@given(steps, st.booleans(), st.sampled_from(DAYS), ids, st.integers(0, 40), st.integers(0, 12))
def test_bitmaps_and_orders_equal_those_of_a_scan(
    changes: list[tuple[str, Put | None]],
    again: bool,
    day: str,
    border: str,
    number: int,
    pay: int,
) -> None:
    index, kept = after(changes)
    if again:
        index = compacted(index)
    assert len(index) == len(kept)
    shown = {each: put for each, put in kept.items() if put.day >= day}
    found = index.valid_on(day)
    assert names(index, found) == set(shown)
    for key in "abcd":
        assert names(index, found & index.with_key(key)) == {
            each for each, put in shown.items() if key in put.keys
        }
    assert names(index, found & index.with_any_key("ab")) == {
        each for each, put in shown.items() if put.keys & {"a", "b"}
    }
    assert names(index, index.with_pay_at_least(found, pay)) == {
        each for each, put in shown.items() if put.pay >= pay
    }
    assert names(index, index.with_highest_pay_at_least(found, pay)) == {
        each for each, put in shown.items() if put.pay + put.spread >= pay
    }
    more, same = index.split_by_pay(found, pay)
    assert names(index, more) == {each for each, put in shown.items() if put.pay > pay}
    assert names(index, same) == {each for each, put in shown.items() if put.pay == pay}
    assert names(index, index.with_id_below(found, border)) == {
        each for each in shown if each < border
    }
    newest = [index.id_of(slot) for slot in index.newest_slots(found, number)]
    assert newest == sorted(shown, reverse=True)[:number]
    best = [
        (index.pay_of(slot), index.id_of(slot)) for slot in index.best_paid_slots(found, number)
    ]
    assert best == sorted(((put.pay, each) for each, put in shown.items()), reverse=True)[:number]


def test_only_some_bitmaps_are_cached_and_the_others_are_rebuilt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_CACHED_BITMAPS", 2)
    index, _ = after([("00", Put(pay=1, day=DAYS[0], keys=frozenset("abc")))])
    assert [index.with_key(key) for key in "abcabc"] == [1] * 6
    assert len(index._bitmap_by_key) == 2


def test_the_largest_bitmaps_are_warmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CACHED_BITMAPS", 2)
    put = Put(pay=0, day=DAYS[0], keys=frozenset("a"))
    index, _ = after([("00", put), ("01", put), ("02", Put(pay=0, day=DAYS[1], keys=put.keys))])
    assert list(index.warm_in_steps()) == ["a", "d:2027-01-01"]
    assert index._bitmap_by_key == {"a": (3, 7), "d:2027-01-01": (2, 3)}


def test_cached_days_are_bounded() -> None:
    index, _ = after([("00", Put(pay=1, day=DAYS[0], keys=frozenset()))])
    assert [index.valid_on(f"20{year}-01-01") for year in range(20, 40)] == [1] * 8 + [0] * 12
    assert len(index._valid_by_day) <= 8


def test_an_index_needs_compaction_after_many_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_UNORDERED_SLOTS", 2)
    monkeypatch.setattr(module, "_SLOTS_PER_STEP", 1)
    put = Put(pay=1, day=DAYS[0], keys=frozenset("ab"))
    index, _ = after([("03", put), ("04", put), ("01", put), ("02", put)])
    assert not index.needs_compaction
    index.put("05", pay=1, highest_pay=1, last_day=DAYS[0], keys="a")
    assert index.needs_compaction
    assert not compacted(index).needs_compaction
    assert None in list(index.compact_in_steps())
    for posting_id in ("03", "04", "01"):
        index.drop(posting_id)
    assert index.needs_compaction
    assert len(compacted(index)) == 2
