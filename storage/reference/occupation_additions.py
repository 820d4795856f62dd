"""The repository of names and occupations that officers added to the list."""

from __future__ import annotations

from domain.reference.occupation_additions import OccupationAddition
from storage.mongo.client import Mongo, Transaction
from storage.mongo.repository import Repository


class OccupationAdditions(Repository[OccupationAddition]):
    """Names that officers added; the id is the normalised name. They are never changed."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "occupation_additions", OccupationAddition)

    async def add(self, addition: OccupationAddition, *, transaction: Transaction) -> None:
        """Store a name.

        :raises Duplicate: the name is stored already.
        """
        await self._records.insert(addition, transaction=transaction)

    async def list_all(self) -> list[OccupationAddition]:
        """All additions, in the order in which they were added."""
        return await self._records.find({}, sort=[("added_at", 1), ("_id", 1)])

    async def count(self) -> int:
        """How many additions there are. They are only added, so a new number means new ones."""
        return await self._records.count({})
