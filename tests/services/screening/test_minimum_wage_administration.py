"""All tiers of a notice are verified at once, whichever of them are verified already."""

from __future__ import annotations

from domain.identity.accounts import Principal, Role
from domain.identity.unions import UnionLevel
from domain.screening.known_wages import KNOWN_WAGES
from services.screening.minimum_wage_administration import MinimumWageAdministration
from services.screening.minimum_wages import MinimumWages
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock

GUIZHOU = [row for row in KNOWN_WAGES.rows if row.region == "520000"]


async def test_tiers_that_came_verified_stay_as_they_are(store: Store) -> None:
    nation = records.union(id="nation", level=UnionLevel.NATIONAL, path=("nation",))
    await store.unions.add([nation])
    await store.minimum_wages.seed()
    wages = MinimumWages(store)
    await wages.refresh()
    administration = MinimumWageAdministration(store, wages, ManualClock())
    officer = Principal(subject="officer", role=Role.OFFICER, union_id=nation.id)
    ids = [row.id for row in GUIZHOU]
    # Only the first one has places, which nobody has verified.
    assert [row.is_verified for row in GUIZHOU] == [False, True, True]
    first, *others = await administration.verify_all(officer, ids)
    assert (first.version_of, first.places_verified) == (GUIZHOU[0].id, True)
    assert others == GUIZHOU[1:]
    assert await administration.verify_all(officer, ids) == [first, *others]
