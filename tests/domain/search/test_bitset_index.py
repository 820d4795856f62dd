"""The board of open postings against a recount of everything."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.search import bitset_index as module
from domain.search.bitset_index import SearchIndex

DAYS = ("2027-01-01", "2027-01-02", "2027-01-03")


@dataclass(frozen=True, kw_only=True)
class Put:
    pay: int
    day: str
    marks: frozenset[str]


ids = st.sampled_from([f"{number:02}" for number in range(30)])
puts = st.builds(
    Put,
    pay=st.integers(0, 9) | st.integers(0, 1_000_000),
    day=st.sampled_from(DAYS),
    marks=st.frozensets(st.sampled_from("abc")),
)
steps = st.lists(st.tuples(ids, st.none() | puts), max_size=60)


def after(changes: list[tuple[str, Put | None]]) -> tuple[SearchIndex, dict[str, Put]]:
    board, kept = SearchIndex(), dict[str, Put]()
    for posting_id, put in changes:
        board.with_key("a")  # what is remembered of it grows with it
        if put is None:
            board.drop(posting_id)
            kept.pop(posting_id, None)
        else:
            board.put(posting_id, pay=put.pay, last_day=put.day, marks=put.marks)
            kept[posting_id] = put
    return board, kept


def names(board: SearchIndex, bits: int) -> set[str]:
    return {board.id_of(slot) for slot in range(bits.bit_length()) if bits >> slot & 1}


def renewed(board: SearchIndex) -> SearchIndex:
    *_, fresh = board.compact_in_steps()
    assert fresh is not None
    return fresh


@given(steps, st.booleans(), st.sampled_from(DAYS), ids, st.integers(0, 40), st.integers(0, 12))
def test_sets_and_orders_are_those_of_a_recount(
    changes: list[tuple[str, Put | None]],
    again: bool,
    day: str,
    border: str,
    number: int,
    pay: int,
) -> None:
    board, kept = after(changes)
    if again:
        board = renewed(board)
    assert len(board) == len(kept)
    shown = {each: put for each, put in kept.items() if put.day >= day}
    found = board.valid_on(day)
    assert names(board, found) == set(shown)
    for mark in "abcd":
        assert names(board, found & board.with_key(mark)) == {
            each for each, put in shown.items() if mark in put.marks
        }
    assert names(board, found & board.with_any_key("ab")) == {
        each for each, put in shown.items() if put.marks & {"a", "b"}
    }
    assert names(board, board.with_pay_at_least(found, pay)) == {
        each for each, put in shown.items() if put.pay >= pay
    }
    more, same = board.split_by_pay(found, pay)
    assert names(board, more) == {each for each, put in shown.items() if put.pay > pay}
    assert names(board, same) == {each for each, put in shown.items() if put.pay == pay}
    assert names(board, board.with_id_below(found, border)) == {
        each for each in shown if each < border
    }
    newest = [board.id_of(slot) for slot in board.newest_slots(found, number)]
    assert newest == sorted(shown, reverse=True)[:number]
    best = [
        (board.pay_of(slot), board.id_of(slot)) for slot in board.best_paid_slots(found, number)
    ]
    assert best == sorted(((put.pay, each) for each, put in shown.items()), reverse=True)[:number]


def test_only_some_sets_are_kept_and_the_others_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_CACHED_BITMAPS", 2)
    board, _ = after([("00", Put(pay=1, day=DAYS[0], marks=frozenset("abc")))])
    assert [board.with_key(mark) for mark in "abcabc"] == [1] * 6
    assert len(board._bitmap_by_mark) == 2


def test_the_largest_sets_are_made_before_a_search_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CACHED_BITMAPS", 2)
    put = Put(pay=0, day=DAYS[0], marks=frozenset("a"))
    board, _ = after([("00", put), ("01", put), ("02", Put(pay=0, day=DAYS[1], marks=put.marks))])
    assert list(board.warm_in_steps()) == ["a", "d:2027-01-01"]
    assert board._bitmap_by_mark == {"a": (3, 7), "d:2027-01-01": (2, 3)}


def test_days_that_are_remembered_are_bounded() -> None:
    board, _ = after([("00", Put(pay=1, day=DAYS[0], marks=frozenset()))])
    assert [board.valid_on(f"20{year}-01-01") for year in range(20, 40)] == [1] * 8 + [0] * 12
    assert len(board._valid_by_day) <= 8


def test_a_board_wears_out_by_changes_and_is_as_new_when_renewed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_UNORDERED_SLOTS", 2)
    monkeypatch.setattr(module, "_SLOTS_PER_STEP", 1)
    put = Put(pay=1, day=DAYS[0], marks=frozenset("ab"))
    board, _ = after([("03", put), ("04", put), ("01", put), ("02", put)])
    assert not board.needs_compaction
    board.put("05", pay=1, last_day=DAYS[0], marks="a")
    assert board.needs_compaction
    assert not renewed(board).needs_compaction
    assert None in list(board.compact_in_steps())
    for posting_id in ("03", "04", "01"):
        board.drop(posting_id)
    assert board.needs_compaction
    assert len(renewed(board)) == 2
