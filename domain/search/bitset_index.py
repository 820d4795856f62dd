"""Which open postings have what, as sets of bits: a search takes a few ANDs over 100,000 of them.

Each posting that is put in gets a slot of its own, which is a bit of every set; one that changes
gets a new slot and leaves the old one dead, so sets only grow. A *mark* names a set: a token of
``domain.search.search_entries``, a code's character of ``domain.search.facets``, an employer, or
a last day.
"""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

MAX_CACHED_BITMAPS = 500
"""Sets that are kept as bits; the others are made of their slots when they are asked for."""
MAX_UNORDERED_SLOTS = 5_000
"""Slots out of the order of ids, or dead, after which a board is better made anew."""
_PAY_BITS = 24
_SLOTS_PER_STEP = 20_000
"""Slots that are moved before others may go on."""

Bitmap = int


class SearchIndex:
    """Open postings by id, with pay (whole yuan a month), last day and marks."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._pays = array("I")
        self._slot_by_id: dict[str, int] = {}
        self._slots_by_mark: dict[str, array[int]] = {}
        self._last_days: set[str] = set()
        self._live_bitmap: Bitmap = 0
        self._ordered_count = 0
        """So many slots from the first are in the order of ids."""
        self._bitmap_by_mark: dict[str, tuple[int, Bitmap]] = {}
        self._valid_by_day: dict[str, Bitmap] = {}

    def __len__(self) -> int:
        return len(self._slot_by_id)

    @property
    def needs_compaction(self) -> bool:
        """Whether so much has changed that ``renewed`` is worth its time."""
        unordered = len(self._ids) - self._ordered_count
        return max(unordered, len(self._ids) - len(self._slot_by_id)) > MAX_UNORDERED_SLOTS

    def put(self, posting_id: str, *, pay: int, last_day: str, marks: Iterable[str]) -> None:
        """Put a posting in, in place of what there was of it; ``last_day`` is an ISO date."""
        self.drop(posting_id)
        self._valid_by_day.clear()
        self._last_days.add(last_day)
        slot = len(self._ids)
        if slot == self._ordered_count and (not slot or self._ids[-1] < posting_id):
            self._ordered_count += 1
        self._ids.append(posting_id)
        self._pays.append(pay)
        self._slot_by_id[posting_id] = slot
        self._live_bitmap |= 1 << slot
        for mark in (*marks, _day_mark(last_day), *_pay_marks(pay)):
            self._slots_of(mark).append(slot)

    def drop(self, posting_id: str) -> None:
        """Take a posting out, if it is there."""
        slot = self._slot_by_id.pop(posting_id, None)
        if slot is not None:
            self._live_bitmap ^= 1 << slot
            self._valid_by_day.clear()

    def _slots_of(self, mark: str) -> array[int]:
        slots = self._slots_by_mark.get(mark)
        if slots is None:
            slots = self._slots_by_mark[mark] = array("I")
        return slots

    def id_of(self, slot: int) -> str:
        return self._ids[slot]

    def pay_of(self, slot: int) -> int:
        return self._pays[slot]

    def valid_on(self, day: str) -> Bitmap:
        """The postings whose last day is that day (an ISO date) or later."""
        bits = self._valid_by_day.get(day)
        if bits is None:
            if len(self._valid_by_day) >= _MAX_CACHED_DAYS:
                self._valid_by_day.clear()
            lasting = [_day_mark(each) for each in self._last_days if each >= day]
            bits = self._valid_by_day[day] = self._live_bitmap & self.with_any_key(lasting)
        return bits

    def with_key(self, mark: str) -> Bitmap:
        """The postings with this mark, and dead slots."""
        slots = self._slots_by_mark.get(mark)
        if slots is None:
            return 0
        known, bits = self._bitmap_by_mark.pop(mark, (0, 0))
        if known < len(slots):
            bits |= _bitmap_of(slots[known:])
        # Behind the others now: the first is the one that was not asked for the longest.
        self._bitmap_by_mark[mark] = len(slots), bits
        if len(self._bitmap_by_mark) > MAX_CACHED_BITMAPS:
            del self._bitmap_by_mark[next(iter(self._bitmap_by_mark))]
        return bits

    def warm_in_steps(self) -> Iterator[str]:
        """Make the largest sets as bits, one at a time, so that no search has to wait for it."""
        for mark in heapq.nlargest(MAX_CACHED_BITMAPS, self._slots_by_mark, key=self._mark_size):
            self.with_key(mark)
            yield mark

    def _mark_size(self, mark: str) -> int:
        return len(self._slots_by_mark[mark])

    def with_any_key(self, marks: Iterable[str]) -> Bitmap:
        """The postings with at least one of the marks, and dead slots."""
        bits = 0
        for mark in marks:
            bits |= self.with_key(mark)
        return bits

    def split_by_pay(self, found: Bitmap, pay: int) -> tuple[Bitmap, Bitmap]:
        """Those of ``found`` that pay more, and those that pay just that."""
        more, same = 0, found
        for place in reversed(range(_PAY_BITS)):
            having = same & self.with_key(_pay_mark(place))
            if pay >> place & 1:
                same = having
            else:
                more |= having
                same ^= having
        return more, same

    def with_pay_at_least(self, found: Bitmap, pay: int) -> Bitmap:
        """Those of ``found`` that pay that or more."""
        more, same = self.split_by_pay(found, pay)
        return more | same

    def with_id_below(self, found: Bitmap, posting_id: str) -> Bitmap:
        """Those of ``found`` with smaller ids."""
        head = bisect_left(self._ids, posting_id, 0, self._ordered_count)
        tail = [slot for slot in self._unordered_slots(found) if self._ids[slot] < posting_id]
        return found & ((1 << head) - 1) | _bitmap_of(tail[::-1])

    def newest_slots(self, found: Bitmap, number: int) -> list[int]:
        """The slots of so many of ``found`` with the greatest ids, the greatest first."""
        head = found & ((1 << self._ordered_count) - 1)
        slots = [*self._unordered_slots(found), *_highest_slots(head, number)]
        return heapq.nlargest(number, slots, key=self._ids.__getitem__)

    def best_paid_slots(self, found: Bitmap, number: int) -> list[int]:
        """The slots of so many of ``found`` with the highest pay, of equals the newest first.

        P. O'Neil, D. Quass, "Improved query performance with variant indexes", 1997: the best
        are found from the highest bit of the pay downwards.
        """
        sure, open_ = 0, found
        for place in reversed(range(_PAY_BITS)):
            having = open_ & self.with_key(_pay_mark(place))
            if (sure | having).bit_count() >= number:
                open_ = having
            else:
                sure |= having
                open_ ^= having
        slots = [*_highest_slots(sure, number), *self.newest_slots(open_, number)]
        return heapq.nlargest(number, slots, key=lambda slot: (self._pays[slot], self._ids[slot]))

    def _unordered_slots(self, found: Bitmap) -> Iterator[int]:
        tail = found >> self._ordered_count
        return (slot + self._ordered_count for slot in _highest_slots(tail, tail.bit_count()))

    def compact_in_steps(self) -> Iterator[SearchIndex | None]:
        """The same postings in the order of ids, without dead slots, at last; None on the way.

        Nothing may be put in or dropped meanwhile.
        """
        fresh = SearchIndex()
        fresh._ids = sorted(self._slot_by_id)
        fresh._ordered_count = len(fresh._ids)
        fresh._live_bitmap = (1 << fresh._ordered_count) - 1
        fresh._slot_by_id = {posting_id: slot for slot, posting_id in enumerate(fresh._ids)}
        yield None
        old = array("I", map(self._slot_by_id.__getitem__, fresh._ids))
        fresh._pays = array("I", map(self._pays.__getitem__, old))
        fresh._last_days = self._last_days
        yield None
        # One more than the slot, so that none stands for dead ones.
        places = array("I", bytes(old.itemsize * len(self._ids)))
        for place, slot in enumerate(old, 1):
            places[slot] = place
        yield None
        moved = 0
        for mark, slots in self._slots_by_mark.items():
            kept = sorted(place - 1 for slot in slots if (place := places[slot]))
            if kept:
                fresh._slots_by_mark[mark] = array("I", kept)
            moved += len(slots)
            if moved > _SLOTS_PER_STEP:
                moved = 0
                yield None
        yield fresh


_MAX_CACHED_DAYS = 8


def employer_key(employer_id: str) -> str:
    return f"e:{employer_id}"


def region_key(digits: str) -> str:
    """The mark of all that lies in a region with these significant digits."""
    return f"r:{digits}"


def _day_mark(day: str) -> str:
    return f"d:{day}"


def _pay_mark(place: int) -> str:
    return f"p:{place}"


def _pay_marks(pay: int) -> Iterator[str]:
    """One mark a bit of the pay."""
    return (_pay_mark(place) for place in range(_PAY_BITS) if pay >> place & 1)


def _bitmap_of(slots: Sequence[int]) -> Bitmap:
    """The set of these slots, which ascend."""
    if len(slots) < 2:
        return 1 << slots[0] if slots else 0
    octets = bytearray((slots[-1] >> 3) + 1)
    for slot in slots:
        octets[slot >> 3] |= 1 << (slot & 7)
    return int.from_bytes(octets, "little")


def _highest_slots(bits: Bitmap, number: int) -> Iterator[int]:
    """So many of the slots, the last first."""
    while bits and number:
        slot = bits.bit_length() - 1
        yield slot
        bits ^= 1 << slot
        number -= 1
