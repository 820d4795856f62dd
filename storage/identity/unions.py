"""Trade unions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.identity.unions import Union, UnionLevel
from storage.mongo.client import Mongo, translate_errors
from storage.mongo.codec import to_document, to_record

_TERRITORIAL_LEVELS = (
    UnionLevel.PROVINCE,
    UnionLevel.CITY,
    UnionLevel.COUNTY,
    UnionLevel.TOWN,
    UnionLevel.VILLAGE,
)
_MAX_UNIONS_READ = 1_000


class Unions:
    def __init__(self, mongo: Mongo) -> None:
        self._unions = mongo["unions"]

    async def add(self, unions: Sequence[Union]) -> None:
        with translate_errors():
            await self._unions.insert_many([to_document(union) for union in unions])

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Union]:
        """The unions among ``ids`` that exist, by id."""
        with translate_errors():
            found = self._unions.find({"_id": {"$in": list(ids)}})
            return {document["_id"]: to_record(Union, document) async for document in found}

    async def by_id(self, union_id: str) -> Union | None:
        return (await self.by_ids([union_id])).get(union_id)

    async def subtree_ids(self, union_id: str, *, limit: int) -> list[str]:
        """The union itself and its branches at all levels, ``limit`` at most."""
        with translate_errors():
            found = self._unions.find({"path": union_id}, {"_id": 1}).limit(limit)
            return [document["_id"] async for document in found]

    async def closest_to_place(self, place_codes: Sequence[str]) -> Union | None:
        """The union that looks after a place, given with those around it, the closest first.

        None when none of them has a union of its own level; each place counts before the next.
        """
        where = {
            "place_code": {"$in": list(place_codes)},
            "level": {"$in": [level.value for level in _TERRITORIAL_LEVELS]},
        }
        with translate_errors():
            found = self._unions.find(where).limit(_MAX_UNIONS_READ)
            unions = [to_record(Union, document) async for document in found]
        return min(
            unions,
            key=lambda union: (
                place_codes.index(union.place_code),
                len(union.path),
                union.id,
            ),
            default=None,
        )

    async def root(self) -> Union | None:
        """The union at the top of the tree."""
        with translate_errors():
            document = await self._unions.find_one({"path": {"$size": 1}}, sort=[("_id", 1)])
        return to_record(Union, document) if document else None
