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

MOST_SETS = 500
"""Sets that are kept as bits; the others are made of their slots when they are asked for."""
MOST_UNORDERED = 5_000
"""Slots out of the order of ids, or dead, after which a board is better made anew."""
_PAY_BITS = 24
_AT_ONCE = 20_000
"""Slots that are moved before others may go on."""

Bits = int


class Board:
    """Open postings by id, with pay (whole yuan a month), last day and marks."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._pays = array("I")
        self._slots: dict[str, int] = {}
        self._marked: dict[str, array[int]] = {}
        self._days: set[str] = set()
        self._alive: Bits = 0
        self._ordered = 0
        """So many slots from the first are in the order of ids."""
        self._bits: dict[str, tuple[int, Bits]] = {}
        self._shown: dict[str, Bits] = {}

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def is_worn(self) -> bool:
        """Whether so much has changed that ``renewed`` is worth its time."""
        unordered = len(self._ids) - self._ordered
        return max(unordered, len(self._ids) - len(self._slots)) > MOST_UNORDERED

    def put(self, posting_id: str, *, pay: int, last_day: str, marks: Iterable[str]) -> None:
        """Put a posting in, in place of what there was of it; ``last_day`` is an ISO date."""
        self.drop(posting_id)
        self._shown.clear()
        self._days.add(last_day)
        slot = len(self._ids)
        if slot == self._ordered and (not slot or self._ids[-1] < posting_id):
            self._ordered += 1
        self._ids.append(posting_id)
        self._pays.append(pay)
        self._slots[posting_id] = slot
        self._alive |= 1 << slot
        for mark in (*marks, _day(last_day), *_pay_marks(pay)):
            self._slots_of(mark).append(slot)

    def drop(self, posting_id: str) -> None:
        """Take a posting out, if it is there."""
        slot = self._slots.pop(posting_id, None)
        if slot is not None:
            self._alive ^= 1 << slot
            self._shown.clear()

    def _slots_of(self, mark: str) -> array[int]:
        slots = self._marked.get(mark)
        if slots is None:
            slots = self._marked[mark] = array("I")
        return slots

    def id_of(self, slot: int) -> str:
        return self._ids[slot]

    def pay_of(self, slot: int) -> int:
        return self._pays[slot]

    def shown(self, day: str) -> Bits:
        """The postings whose last day is that day (an ISO date) or later."""
        bits = self._shown.get(day)
        if bits is None:
            if len(self._shown) >= _MOST_DAYS:
                self._shown.clear()
            lasting = [_day(each) for each in self._days if each >= day]
            bits = self._shown[day] = self._alive & self.either(lasting)
        return bits

    def having(self, mark: str) -> Bits:
        """The postings with this mark, and dead slots."""
        slots = self._marked.get(mark)
        if slots is None:
            return 0
        known, bits = self._bits.pop(mark, (0, 0))
        if known < len(slots):
            bits |= _bits_of(slots[known:])
        # Behind the others now: the first is the one that was not asked for the longest.
        self._bits[mark] = len(slots), bits
        if len(self._bits) > MOST_SETS:
            del self._bits[next(iter(self._bits))]
        return bits

    def warmed(self) -> Iterator[str]:
        """Make the largest sets as bits, one at a time, so that no search has to wait for it."""
        for mark in heapq.nlargest(MOST_SETS, self._marked, key=self._size):
            self.having(mark)
            yield mark

    def _size(self, mark: str) -> int:
        return len(self._marked[mark])

    def either(self, marks: Iterable[str]) -> Bits:
        """The postings with at least one of the marks, and dead slots."""
        bits = 0
        for mark in marks:
            bits |= self.having(mark)
        return bits

    def paying(self, found: Bits, pay: int) -> tuple[Bits, Bits]:
        """Those of ``found`` that pay more, and those that pay just that."""
        more, same = 0, found
        for place in reversed(range(_PAY_BITS)):
            having = same & self.having(_pay_mark(place))
            if pay >> place & 1:
                same = having
            else:
                more |= having
                same ^= having
        return more, same

    def at_least(self, found: Bits, pay: int) -> Bits:
        """Those of ``found`` that pay that or more."""
        more, same = self.paying(found, pay)
        return more | same

    def before(self, found: Bits, posting_id: str) -> Bits:
        """Those of ``found`` with smaller ids."""
        head = bisect_left(self._ids, posting_id, 0, self._ordered)
        tail = [slot for slot in self._unordered(found) if self._ids[slot] < posting_id]
        return found & ((1 << head) - 1) | _bits_of(tail[::-1])

    def newest(self, found: Bits, number: int) -> list[int]:
        """The slots of so many of ``found`` with the greatest ids, the greatest first."""
        head = found & ((1 << self._ordered) - 1)
        slots = [*self._unordered(found), *_highest(head, number)]
        return heapq.nlargest(number, slots, key=self._ids.__getitem__)

    def best_paid(self, found: Bits, number: int) -> list[int]:
        """The slots of so many of ``found`` with the highest pay, of equals the newest first.

        P. O'Neil, D. Quass, "Improved query performance with variant indexes", 1997: the best
        are found from the highest bit of the pay downwards.
        """
        sure, open_ = 0, found
        for place in reversed(range(_PAY_BITS)):
            having = open_ & self.having(_pay_mark(place))
            if (sure | having).bit_count() >= number:
                open_ = having
            else:
                sure |= having
                open_ ^= having
        slots = [*_highest(sure, number), *self.newest(open_, number)]
        return heapq.nlargest(number, slots, key=lambda slot: (self._pays[slot], self._ids[slot]))

    def _unordered(self, found: Bits) -> Iterator[int]:
        tail = found >> self._ordered
        return (slot + self._ordered for slot in _highest(tail, tail.bit_count()))

    def renewed(self) -> Iterator[Board | None]:
        """The same postings in the order of ids, without dead slots, at last; None on the way.

        Nothing may be put in or dropped meanwhile.
        """
        fresh = Board()
        fresh._ids = sorted(self._slots)
        fresh._ordered = len(fresh._ids)
        fresh._alive = (1 << fresh._ordered) - 1
        fresh._slots = {posting_id: slot for slot, posting_id in enumerate(fresh._ids)}
        yield None
        old = array("I", map(self._slots.__getitem__, fresh._ids))
        fresh._pays = array("I", map(self._pays.__getitem__, old))
        fresh._days = self._days
        yield None
        # One more than the slot, so that none stands for dead ones.
        places = array("I", bytes(old.itemsize * len(self._ids)))
        for place, slot in enumerate(old, 1):
            places[slot] = place
        yield None
        moved = 0
        for mark, slots in self._marked.items():
            kept = sorted(place - 1 for slot in slots if (place := places[slot]))
            if kept:
                fresh._marked[mark] = array("I", kept)
            moved += len(slots)
            if moved > _AT_ONCE:
                moved = 0
                yield None
        yield fresh


_MOST_DAYS = 8


def employer_mark(employer_id: str) -> str:
    return f"e:{employer_id}"


def region_mark(digits: str) -> str:
    """The mark of all that lies in a region with these significant digits."""
    return f"r:{digits}"


def _day(day: str) -> str:
    return f"d:{day}"


def _pay_mark(place: int) -> str:
    return f"p:{place}"


def _pay_marks(pay: int) -> Iterator[str]:
    """One mark a bit of the pay."""
    return (_pay_mark(place) for place in range(_PAY_BITS) if pay >> place & 1)


def _bits_of(slots: Sequence[int]) -> Bits:
    """The set of these slots, which ascend."""
    if len(slots) < 2:
        return 1 << slots[0] if slots else 0
    octets = bytearray((slots[-1] >> 3) + 1)
    for slot in slots:
        octets[slot >> 3] |= 1 << (slot & 7)
    return int.from_bytes(octets, "little")


def _highest(bits: Bits, number: int) -> Iterator[int]:
    """So many of the slots, the last first."""
    while bits and number:
        slot = bits.bit_length() - 1
        yield slot
        bits ^= 1 << slot
        number -= 1
