"""The funnel: how many leads of a scope reached each stage, counted in one aggregation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from domain.leads.confirmation import LeadConfirmation
from domain.leads.funnel import FunnelDimension, FunnelRow
from domain.leads.leads import PIPELINE_STAGES, LeadStage
from storage.leads.lead_query import LeadQuery
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
"""Dimensions that also count the leads without a value, under an empty key."""
_PATH = "$union_path"
_CLOSED_STAGES: Mapping[str, LeadStage] = {
    "withdrawn": LeadStage.WITHDRAWN,
    "refused": LeadStage.REFUSED,
    "unreachable": LeadStage.UNREACHABLE,
}


@dataclass(frozen=True, kw_only=True)
class FunnelQuery:
    """The leads that a funnel counts.

    They meet ``leads``, were created at ``since`` or later and before ``until``, and the path of
    their union contains every union of ``within_unions``. Counted by union, the unions above
    those get no row.
    """

    leads: LeadQuery
    within_unions: tuple[str, ...] = field(default=())
    since: datetime | None = None
    until: datetime | None = None


def funnel_order(by: FunnelDimension) -> SortOrder:
    """The order of rows: sessions and postings newest first, everything else by key."""
    newest_first = by in {FunnelDimension.SESSION, FunnelDimension.POSTING}
    return (("key", -1 if newest_first else 1),)


class Funnel:
    """The funnel of the leads of a scope, by one dimension."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def page(
        self, by: FunnelDimension, query: FunnelQuery, wanted: PageRequest
    ) -> Page[FunnelRow]:
        """One page of the rows that have leads, ordered by ``funnel_order``; the key is ``key``."""
        ((key, direction),) = funnel_order(by)
        pipeline = [{"$match": _where(query)}, *_key_stages(by, query.within_unions)]
        if wanted.after is not None:
            pipeline.append({"$match": {key: {"$gt" if direction > 0 else "$lt": wanted.after[0]}}})
        pipeline += [*_COUNT_STAGES, {"$sort": {key: direction}}, {"$limit": wanted.limit + 1}]
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
        """The views by session, or by union with its branches; empty for other dimensions.

        Views are counted without time and employer, so a query that filters by one of those has
        no views for unions.
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
    # A superseded lead was somebody else's claim on a phone; its owner's lead counts.
    where.setdefault("confirmation", {"$ne": LeadConfirmation.SUPERSEDED.value})
    if query.within_unions:
        where["union_path"] = {"$all": list(query.within_unions)}
    created: Document = {}
    if query.since is not None:
        created["$gte"] = query.since
    if query.until is not None:
        created["$lt"] = query.until
    return {**where, "created_at": created} if created else where


def _key_stages(by: FunnelDimension, below: tuple[str, ...]) -> list[Document]:
    """Stages that give each lead its ``key``; by union, one copy for each union that gets a row."""
    starts: list[Any] = [{"$indexOfArray": [_PATH, union_id]} for union_id in below]
    key: Any = f"${_KEY_FIELDS[by]}"
    if by in _OPTIONAL_DIMENSIONS:
        key = {"$ifNull": [key, ""]}
    if by is FunnelDimension.UNION:
        key = {"$slice": [_PATH, {"$max": starts or [0]}, {"$size": _PATH}]}
    # Stages as numbers; one outside the pipeline, or none (in old leads), is -1.
    names = [stage.value for stage in PIPELINE_STAGES]
    reached = {"$max": [{"$indexOfArray": [names, f"${name}"]} for name in ("stage", "reached")]}
    projected: Document = {
        "$project": {"_id": 0, "key": key, "person": 1, "stage": 1, "steps": 1, "at": reached}
    }
    if by is FunnelDimension.UNION:
        return [projected, {"$unwind": "$key"}]
    # A lead from the posting board or a poster has no session.
    return [projected, {"$match": {"key": {"$ne": None}}}]


def _sum_where(condition: Document) -> Document:
    return {"$sum": {"$cond": [condition, 1, 0]}}


_SUMS: Document = {
    "interests": {"$sum": 1},
    "services": {"$sum": "$steps"},
    **{
        stage.value.lower(): _sum_where({"$gte": ["$at", position]})
        for position, stage in enumerate(PIPELINE_STAGES)
        if stage is not LeadStage.INTERESTED
    },
    **{
        name: _sum_where({"$eq": ["$stage", stage.value]}) for name, stage in _CLOSED_STAGES.items()
    },
}
# First by person, so that a person with several leads counts once in a row.
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
