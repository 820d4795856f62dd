"""The repository of trade unions, which form a tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.identity.unions import Union, UnionLevel
from storage.mongo.client import Mongo, translate_errors
from storage.mongo.repository import Repository

_TERRITORIAL_LEVELS = (
    UnionLevel.PROVINCE,
    UnionLevel.CITY,
    UnionLevel.COUNTY,
    UnionLevel.TOWN,
    UnionLevel.VILLAGE,
)
_MAX_UNIONS_READ = 1_000


class Unions(Repository[Union]):
    """Trade unions. ``path`` of each holds the ids from the top of the tree down to itself."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "unions", Union)

    async def add(self, unions: Sequence[Union]) -> None:
        """Store new unions."""
        await self._records.insert_many(unions)

    async def subtree_ids(self, union_id: str, *, limit: int) -> list[str]:
        """The ids of the union and of its branches at all levels, at most ``limit``."""
        with translate_errors():
            found = self._records.documents.find({"path": union_id}, {"_id": 1}).limit(limit)
            return [document["_id"] async for document in found]

    async def closest_to_place(self, place_codes: Sequence[str]) -> Union | None:
        """The territorial union of the first of these places that has one.

        ``place_codes`` are ordered from the closest place to the farthest.
        """
        where = {
            "place_code": {"$in": list(place_codes)},
            "level": {"$in": [level.value for level in _TERRITORIAL_LEVELS]},
        }
        unions = await self._records.find(where, limit=_MAX_UNIONS_READ)
        return min(
            unions,
            key=lambda union: (
                place_codes.index(union.place_code),
                len(union.path),
                union.id,
            ),
            default=None,
        )

    async def change_settings(self, union_id: str, changes: Mapping[str, bool | str]) -> None:
        """Store new values of fields of a union; no fields change nothing."""
        if changes:
            await self._records.update_one({"_id": union_id}, {"$set": dict(changes)})

    async def root(self) -> Union | None:
        """The union at the top of the tree."""
        return await self._records.find_one({"path": {"$size": 1}}, sort=[("_id", 1)])
