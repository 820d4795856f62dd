"""The repository of usage counts: what one device or address has brought in one window of time.

Subjects and members are keyed hashes. MongoDB deletes a document after its window.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from pymongo import UpdateOne

from storage.mongo.client import Mongo, translate_errors


class UsageCounts:
    """One document for each counter, subject and window, with the members that were seen."""

    def __init__(self, mongo: Mongo) -> None:
        self._counts = mongo["usage_counts"]

    async def add(self, members: Mapping[str, tuple[frozenset[str], datetime]]) -> None:
        """Add members to the sets of these keys, in one batch; each set has its own end."""
        if not members:
            return
        with translate_errors():
            await self._counts.bulk_write(
                [
                    UpdateOne(
                        {"_id": key},
                        {
                            "$addToSet": {"members": {"$each": sorted(added)}},
                            "$setOnInsert": {"expires_at": ends_at},
                        },
                        upsert=True,
                    )
                    for key, (added, ends_at) in members.items()
                ],
                ordered=False,
            )

    async def find(self, keys: Iterable[str]) -> dict[str, frozenset[str]]:
        """The members of these keys over all nodes; keys without any are left out."""
        with translate_errors():
            found = self._counts.find({"_id": {"$in": list(keys)}}, {"members": 1})
            return {each["_id"]: frozenset(each["members"]) async for each in found}
