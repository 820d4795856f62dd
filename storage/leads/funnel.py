"""The funnel, counted exactly by MongoDB in one aggregation over the leads of a scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from domain.leads.funnel import FunnelDimension, FunnelRow
from domain.leads.leads import PIPELINE_STAGES, LeadStage
from storage.leads.leads import LeadQuery
from storage.mongo.client import Document, Mongo
from storage.mongo.codec import to_record
from storage.mongo.paging import Page, PageRequest, SortOrder

_KEY_FIELDS: Mapping[FunnelDimension, str] = {
    FunnelDimension.SESSION: "session_id",
    FunnelDimension.POSTING: "posting_id",
    FunnelDimension.SOURCE: "source",
    FunnelDimension.UNION: "union_path",
    FunnelDimension.SEGMENT: "segment",
    FunnelDimension.GROUP: "group",
}
_OPTIONAL_DIMENSIONS = frozenset({FunnelDimension.SEGMENT, FunnelDimension.GROUP})
"""Those that count the leads without one, too, under an empty key."""
_PATH = "$union_path"
_CLOSED_STAGES: Mapping[str, LeadStage] = {
    "withdrawn": LeadStage.WITHDRAWN,
    "refused": LeadStage.REFUSED,
    "unreachable": LeadStage.UNREACHABLE,
}


@dataclass(frozen=True, kw_only=True)
class FunnelQuery:
    """Which leads are counted.

    Those of ``leads`` that were created at ``since`` or later and before ``until``, and whose
    path holds every union of ``below``; counted by union, none above those gets a row.
    """

    leads: LeadQuery
    within_unions: tuple[str, ...] = field(default=())
    since: datetime | None = None
    until: datetime | None = None


def funnel_order(by: FunnelDimension) -> SortOrder:
    """Sessions and postings the newest first; a union before its branches; the others by name."""
    newest_first = by in {FunnelDimension.SESSION, FunnelDimension.POSTING}
    return (("key", -1 if newest_first else 1),)


class Funnel:
    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def page(
        self, by: FunnelDimension, query: FunnelQuery, wanted: PageRequest
    ) -> Page[FunnelRow]:
        """What has leads, in the order of ``order_of``, whose only part is the paging key."""
        ((key, way),) = funnel_order(by)
        pipeline = [{"$match": _where(query)}, *_key_stages(by, query.within_unions)]
        if wanted.after is not None:
            pipeline.append({"$match": {key: {"$gt" if way > 0 else "$lt": wanted.after[0]}}})
        pipeline += [*_COUNT_STAGES, {"$sort": {key: way}}, {"$limit": wanted.limit + 1}]
        counted = self._mongo.aggregate("leads", pipeline)
        found = [to_record(FunnelRow, document) async for document in counted]
        shown = found[: wanted.limit]
        views = await self._count_views(by, query, [row.key for row in shown])
        return Page(
            items=[replace(row, views=views.get(row.key)) for row in shown],
            has_next=len(found) > wanted.limit,
            has_previous=wanted.after is not None,
        )

    async def _count_views(
        self, by: FunnelDimension, query: FunnelQuery, keys: Sequence[str]
    ) -> dict[str, int]:
        """Those of each session, or of each union with its branches; of the others there are none.

        Views have no moment and no employer: where the query asks for one, unions have none.
        """
        if by is FunnelDimension.SESSION:
            key, where = "$_id", {"_id": {"$in": keys}}
        elif by is FunnelDimension.UNION and _covers_whole_sessions(query):
            key, where = _PATH, _sessions_of(query, keys)
        else:
            return {}
        pipeline: list[Document] = [
            {"$match": where},
            {"$project": {"key": key, "views": 1}},
            {"$unwind": "$key"},
            {"$match": {"key": {"$in": keys}}},
            {"$group": {"_id": "$key", "views": {"$sum": "$views"}}},
        ]
        counted = self._mongo.aggregate("sessions", pipeline)
        return {document["_id"]: document["views"] async for document in counted}


def _covers_whole_sessions(query: FunnelQuery) -> bool:
    return query.since is None and query.until is None and query.leads.employer_id is None


def _sessions_of(query: FunnelQuery, keys: Sequence[str]) -> Document:
    where: Document = {"union_path": {"$in": keys}}
    if query.within_unions:
        where = {"$and": [where, {"union_path": {"$all": list(query.within_unions)}}]}
    if query.leads.owner_id is not None:
        where["owner_id"] = query.leads.owner_id
    if query.leads.session_id is not None:
        where["_id"] = query.leads.session_id
    return where


def _where(query: FunnelQuery) -> Document:
    where = query.leads.where()
    if query.within_unions:
        where["union_path"] = {"$all": list(query.within_unions)}
    created: Document = {}
    if query.since is not None:
        created["$gte"] = query.since
    if query.until is not None:
        created["$lt"] = query.until
    return {**where, "created_at": created} if created else where


def _key_stages(by: FunnelDimension, below: tuple[str, ...]) -> list[Document]:
    """Each lead with its ``key``; by union, once for each union of its path that gets a row."""
    places: list[Any] = [{"$indexOfArray": [_PATH, union_id]} for union_id in below]
    key: Any = f"${_KEY_FIELDS[by]}"
    if by in _OPTIONAL_DIMENSIONS:
        key = {"$ifNull": [key, ""]}
    if by is FunnelDimension.UNION:
        key = {"$slice": [_PATH, {"$max": places or [0]}, {"$size": _PATH}]}
    # As numbers: a stage outside the pipeline, or none as in leads of before, stands at -1.
    names = [stage.value for stage in PIPELINE_STAGES]
    reached = {"$max": [{"$indexOfArray": [names, f"${name}"]} for name in ("stage", "reached")]}
    projected: Document = {
        "$project": {"_id": 0, "key": key, "person": 1, "stage": 1, "steps": 1, "at": reached}
    }
    if by is FunnelDimension.UNION:
        return [projected, {"$unwind": "$key"}]
    # What was given on the board or at a poster belongs to no session.
    return [projected, {"$match": {"key": {"$ne": None}}}]


def _sum_where(condition: Document) -> Document:
    return {"$sum": {"$cond": [condition, 1, 0]}}


_SUMS: Document = {
    "interests": {"$sum": 1},
    "services": {"$sum": "$steps"},
    **{
        stage.value.lower(): _sum_where({"$gte": ["$at", place]})
        for place, stage in enumerate(PIPELINE_STAGES)
        if stage is not LeadStage.INTERESTED
    },
    **{
        name: _sum_where({"$eq": ["$stage", stage.value]}) for name, stage in _CLOSED_STAGES.items()
    },
}
# First by person, so that a person counts once a row however many leads it has given.
_COUNT_STAGES: list[Document] = [
    {"$group": {"_id": {"key": "$key", "person": "$person"}, **_SUMS}},
    {
        "$group": {
            "_id": "$_id.key",
            "people": {"$sum": 1},
            **{name: {"$sum": f"${name}"} for name in _SUMS},
        }
    },
    {"$set": {"key": "$_id"}},
]
