"""Counts of what unions did for people outside live sessions: calls, profiles and referrals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.seekers.call_campaigns import CallOutcome
from domain.seekers.referrals import ReferralStatus
from storage.mongo.client import Document, Mongo


@dataclass(frozen=True, kw_only=True)
class ServiceCounts:
    """The counts of a union and its branches. ``people`` are those who were reached by a call."""

    calls: int = 0
    people: int = 0
    profiles: int = 0
    referrals: int = 0
    referrals_done: int = 0

    @property
    def services(self) -> int:
        """The number of services: calls made, profiles kept and referrals opened."""
        return self.calls + self.profiles + self.referrals


class ServiceStatistics:
    """Exact counts over the collections of seekers."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def counts_by_union(self, union_id: str) -> ServiceCounts:
        """The counts of a union and its branches."""
        calls = await self._sum_fields(
            "call_entries",
            union_id,
            calls={"$size": "$calls"},
            people=_one_if({"$in": [CallOutcome.REACHED.value, "$calls.outcome"]}),
        )
        profiles = await self._sum_fields("seekers", union_id, profiles=1)
        referrals = await self._sum_fields(
            "referrals",
            union_id,
            referrals=1,
            referrals_done=_one_if({"$eq": ["$status", ReferralStatus.DONE.value]}),
        )
        return ServiceCounts(**calls, **profiles, **referrals)

    async def _sum_fields(self, collection: str, union_id: str, **sums: Any) -> dict[str, int]:
        pipeline: list[Document] = [
            {"$match": {"union_path": union_id}},
            {"$group": {"_id": None, **{name: {"$sum": each} for name, each in sums.items()}}},
            {"$project": {"_id": 0}},
        ]
        found: dict[str, int] = {}
        async for document in self._mongo.aggregate(collection, pipeline):
            found = document
        return found


def _one_if(condition: Document) -> Document:
    return {"$cond": [condition, 1, 0]}
