"""The search index: one bitmap of open postings per key, so a search is a few ANDs over 100,000.

Each posting gets a slot, which is its bit in every bitmap. A posting that changes gets a new slot
and its old one becomes dead, so bitmaps only grow. A *key* is a token of
``domain.search.search_entries``, a character of ``domain.search.facets``, an employer, a region, a
last day, or a bit of the pay.
"""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from domain.search.search_tokens import region_token

MAX_CACHED_BITMAPS = 500
"""Bitmaps that are kept; others are built from their slots on demand."""
MAX_UNORDERED_SLOTS = 5_000
"""Slots that are dead or out of id order before the index needs compaction."""
_MAX_CACHED_DAYS = 8
_PAY_BITS = 24
_PAY, _HIGHEST_PAY = "p", "q"
"""The two ends of the pay in keys."""
_SLOTS_PER_STEP = 20_000
"""Slots that compaction moves before it yields to other work."""

Bitmap = int
"""Bit n is set if the posting in slot n belongs to the set."""


class SearchIndex:
    """Open postings with their pay (whole yuan per month), last day and keys."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._pays = array("I")
        self._slot_by_id: dict[str, int] = {}
        self._slots_by_key: dict[str, array[int]] = {}
        self._short_keys: list[str] = []
        self._last_days: set[str] = set()
        self._live_bitmap: Bitmap = 0
        self._ordered_count = 0
        """The number of slots from the first on that are in id order."""
        self._bitmap_by_key: dict[str, tuple[int, Bitmap]] = {}
        self._valid_by_day: dict[str, Bitmap] = {}

    def __len__(self) -> int:
        return len(self._slot_by_id)

    @property
    def needs_compaction(self) -> bool:
        """Whether so much has changed that ``compact_in_steps`` is worth its time."""
        unordered = len(self._ids) - self._ordered_count
        return max(unordered, len(self._ids) - len(self._slot_by_id)) > MAX_UNORDERED_SLOTS

    def put(
        self, posting_id: str, *, pay: int, highest_pay: int, last_day: str, keys: Iterable[str]
    ) -> None:
        """Add or replace a posting; ``last_day`` is an ISO date.

        ``pay`` is the lower end of its pay, by which it is ordered, ``highest_pay`` the upper end.
        """
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
        pay_keys = (*_pay_keys(_PAY, pay), *_pay_keys(_HIGHEST_PAY, highest_pay))
        for key in (*keys, _day_key(last_day), *pay_keys):
            self._slots_of(key).append(slot)

    def drop(self, posting_id: str) -> None:
        """Remove a posting if it is in the index."""
        slot = self._slot_by_id.pop(posting_id, None)
        if slot is not None:
            self._live_bitmap ^= 1 << slot
            self._valid_by_day.clear()

    def _slots_of(self, key: str) -> array[int]:
        slots = self._slots_by_key.get(key)
        if slots is None:
            slots = self._slots_by_key[key] = array("I")
            if len(key) == 1:
                self._short_keys.append(key)
        return slots

    def id_of(self, slot: int) -> str:
        """Return the id of the posting in a slot."""
        return self._ids[slot]

    def pay_of(self, slot: int) -> int:
        """Return the pay of the posting in a slot, in whole yuan per month."""
        return self._pays[slot]

    def short_keys(self) -> tuple[str, ...]:
        """Return the keys of one character that any posting has or had."""
        return tuple(self._short_keys)

    def valid_on(self, day: str) -> Bitmap:
        """Return the live postings whose last day is ``day`` (an ISO date) or later."""
        bits = self._valid_by_day.get(day)
        if bits is None:
            if len(self._valid_by_day) >= _MAX_CACHED_DAYS:
                self._valid_by_day.clear()
            keys = [_day_key(last_day) for last_day in self._last_days if last_day >= day]
            bits = self._valid_by_day[day] = self._live_bitmap & self.with_any_key(keys)
        return bits

    def with_key(self, key: str) -> Bitmap:
        """Return the postings with a key; the bitmap includes dead slots."""
        slots = self._slots_by_key.get(key)
        if slots is None:
            return 0
        cached_count, bits = self._bitmap_by_key.pop(key, (0, 0))
        if cached_count < len(slots):
            bits |= _build_bitmap(slots[cached_count:])
        # Re-inserted at the end, so that the first entry is the least recently used.
        self._bitmap_by_key[key] = len(slots), bits
        if len(self._bitmap_by_key) > MAX_CACHED_BITMAPS:
            del self._bitmap_by_key[next(iter(self._bitmap_by_key))]
        return bits

    def warm_in_steps(self) -> Iterator[str]:
        """Build the largest bitmaps, one per step, so that no search has to wait for it."""
        for key in heapq.nlargest(MAX_CACHED_BITMAPS, self._slots_by_key, key=self._count_slots):
            self.with_key(key)
            yield key

    def _count_slots(self, key: str) -> int:
        return len(self._slots_by_key[key])

    def with_any_key(self, keys: Iterable[str]) -> Bitmap:
        """Return the postings with at least one of the keys; includes dead slots."""
        bits = 0
        for key in keys:
            bits |= self.with_key(key)
        return bits

    def split_by_pay(self, postings: Bitmap, pay: int) -> tuple[Bitmap, Bitmap]:
        """Split postings into those that pay more than ``pay`` and those that pay exactly that."""
        return self._split_by(_PAY, postings, pay)

    def _split_by(self, end: str, postings: Bitmap, pay: int) -> tuple[Bitmap, Bitmap]:
        more, same = 0, postings
        for bit in reversed(range(_PAY_BITS)):
            with_bit = same & self.with_key(_pay_key(end, bit))
            if pay >> bit & 1:
                same = with_bit
            else:
                more |= with_bit
                same ^= with_bit
        return more, same

    def with_pay_at_least(self, postings: Bitmap, pay: int) -> Bitmap:
        """Return the postings that pay ``pay`` or more."""
        more, same = self.split_by_pay(postings, pay)
        return more | same

    def with_highest_pay_at_least(self, postings: Bitmap, pay: int) -> Bitmap:
        """Return the postings whose upper end of the pay is ``pay`` or more."""
        more, same = self._split_by(_HIGHEST_PAY, postings, pay)
        return more | same

    def with_id_below(self, postings: Bitmap, posting_id: str) -> Bitmap:
        """Return the postings with ids below ``posting_id``."""
        head = bisect_left(self._ids, posting_id, 0, self._ordered_count)
        tail = [slot for slot in self._unordered_slots(postings) if self._ids[slot] < posting_id]
        return postings & ((1 << head) - 1) | _build_bitmap(tail[::-1])

    def newest_slots(self, postings: Bitmap, limit: int) -> list[int]:
        """Return up to ``limit`` slots with the greatest ids, greatest first."""
        head = postings & ((1 << self._ordered_count) - 1)
        slots = [*self._unordered_slots(postings), *_highest_slots(head, limit)]
        return heapq.nlargest(limit, slots, key=self._ids.__getitem__)

    def best_paid_slots(self, postings: Bitmap, limit: int) -> list[int]:
        """Return up to ``limit`` slots with the highest pay; the newest first for equal pay.

        The bits of the pay are examined from the highest downwards, as in P. O'Neil and D. Quass,
        "Improved query performance with variant indexes", 1997.
        """
        certain, candidates = 0, postings
        for bit in reversed(range(_PAY_BITS)):
            with_bit = candidates & self.with_key(_pay_key(_PAY, bit))
            if (certain | with_bit).bit_count() >= limit:
                candidates = with_bit
            else:
                certain |= with_bit
                candidates ^= with_bit
        slots = [*_highest_slots(certain, limit), *self.newest_slots(candidates, limit)]
        return heapq.nlargest(limit, slots, key=lambda slot: (self._pays[slot], self._ids[slot]))

    def _unordered_slots(self, postings: Bitmap) -> Iterator[int]:
        tail = postings >> self._ordered_count
        return (slot + self._ordered_count for slot in _highest_slots(tail, tail.bit_count()))

    def compact_in_steps(self) -> Iterator[SearchIndex | None]:
        """Build a compact copy: slots in id order, none dead. Yields None until it yields the copy.

        The index must not change in the meantime.
        """
        fresh = SearchIndex()
        fresh._ids = sorted(self._slot_by_id)
        fresh._ordered_count = len(fresh._ids)
        fresh._live_bitmap = (1 << fresh._ordered_count) - 1
        fresh._slot_by_id = {posting_id: slot for slot, posting_id in enumerate(fresh._ids)}
        yield None
        old_slots = array("I", map(self._slot_by_id.__getitem__, fresh._ids))
        fresh._pays = array("I", map(self._pays.__getitem__, old_slots))
        fresh._last_days = self._last_days
        yield None
        # By old slot: the new slot plus one, or 0 for a dead slot.
        new_slots = array("I", bytes(old_slots.itemsize * len(self._ids)))
        for new_slot_plus_one, old_slot in enumerate(old_slots, 1):
            new_slots[old_slot] = new_slot_plus_one
        yield None
        moved = 0
        for key, slots in self._slots_by_key.items():
            kept = sorted(new - 1 for slot in slots if (new := new_slots[slot]))
            if kept:
                fresh._slots_by_key[key] = array("I", kept)
            moved += len(slots)
            if moved > _SLOTS_PER_STEP:
                moved = 0
                yield None
        yield fresh


def employer_key(employer_id: str) -> str:
    """Return the key of an employer's postings."""
    return f"e:{employer_id}"


def region_key(digits: str) -> str:
    """Return the key of the postings in a region, given its significant digits."""
    return region_token(digits)


def _day_key(day: str) -> str:
    return f"d:{day}"


def _pay_key(end: str, bit: int) -> str:
    return f"{end}:{bit}"


def _pay_keys(end: str, pay: int) -> Iterator[str]:
    """Yield one key per bit that is set in the pay."""
    return (_pay_key(end, bit) for bit in range(_PAY_BITS) if pay >> bit & 1)


def _build_bitmap(slots: Sequence[int]) -> Bitmap:
    """Build the bitmap of slots that are in ascending order."""
    if len(slots) < 2:
        return 1 << slots[0] if slots else 0
    octets = bytearray((slots[-1] >> 3) + 1)
    for slot in slots:
        octets[slot >> 3] |= 1 << (slot & 7)
    return int.from_bytes(octets, "little")


def _highest_slots(bits: Bitmap, limit: int) -> Iterator[int]:
    """Yield up to ``limit`` slots of a bitmap, highest first."""
    while bits and limit:
        slot = bits.bit_length() - 1
        yield slot
        bits ^= 1 << slot
        limit -= 1
