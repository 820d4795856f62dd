"""The usual pay of an occupation and place, from the postings that are open now."""

from __future__ import annotations

from domain.postings.postings import PostingTerms
from domain.postings.usual_pay import (
    MAX_POSTINGS_COMPARED,
    NATIONAL_USUAL_YUAN,
    check_pay_is_usual,
    find_usual_yuan,
)
from domain.reference.calendar import day_in_china
from domain.reference.occupations import Occupation
from realtime.ttl_cache import TtlCache
from storage.clock import Clock
from storage.store import Store

CACHE_SECONDS = 300.0
"""How old a usual pay may be; it only asks back."""


class PayComparison:
    """Finds the usual pay, and asks back about a pay that is far from it.

    The smallest region with enough open postings of the occupation counts: city, province, country.
    Where there are too few, and for occupations that are not listed, the national average counts.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._usual_yuan = TtlCache(self._read_usual_yuan, ttl_seconds=CACHE_SECONDS)

    async def find_usual_yuan(self, terms: PostingTerms) -> int:
        """Return the usual pay of the terms' occupation and first place, in yuan a month."""
        if terms.occupation is Occupation.OTHER:
            return NATIONAL_USUAL_YUAN
        for digits in (terms.place_code[:4], terms.place_code[:2], ""):
            usual = await self._usual_yuan.get(f"{terms.occupation.value}/{digits}")
            if usual is not None:
                return usual
        return NATIONAL_USUAL_YUAN

    async def check(self, terms: PostingTerms, *, is_confirmed: bool) -> None:
        """Check that the pay is near the usual one, unless somebody confirmed it.

        :raises PayUnusual: it is ten times the usual pay, or a tenth.
        """
        if not is_confirmed:
            check_pay_is_usual(terms.pay, await self.find_usual_yuan(terms))

    async def _read_usual_yuan(self, key: str) -> int | None:
        occupation, _, digits = key.partition("/")
        pays = await self._store.postings.list_monthly_pays(
            occupation, digits, day_in_china(self._clock()), limit=MAX_POSTINGS_COMPARED
        )
        return find_usual_yuan(pays)
