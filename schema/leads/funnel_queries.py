"""The funnel: how many leads of the caller's scope reached each stage."""

from dataclasses import replace
from datetime import UTC, datetime

import strawberry

from domain.identity.accounts import STAFF_ROLES, UNION_STAFF_ROLES, Principal
from domain.leads.funnel import FunnelDimension
from domain.leads.funnel import FunnelRow as FunnelRecord
from domain.reference.calendar import check_time
from domain.refusals import InvalidInput
from schema.context import Info
from schema.leads.funnel_types import FunnelRow
from schema.leads.lead_queries import build_lead_scope
from schema.relay import Connection, Keyset, parse_global_id, resolve_connection
from storage.leads.funnel import FunnelQuery, funnel_order


@strawberry.input(description="Every given field must match.")
class FunnelFilter:
    session_id: strawberry.ID | None = None
    union_id: strawberry.ID | None = strawberry.field(
        default=None, description="This union and all below it."
    )
    since: datetime | None = strawberry.field(
        default=None, name="from", description="Leads given at this time or later."
    )
    until: datetime | None = strawberry.field(
        default=None, name="to", description="Leads given before this time."
    )


@strawberry.type
class FunnelQueries:
    @strawberry.field(
        description="For staff (by GROUP: for staff of unions): counts of the leads of their "
        "scope. Sessions and postings newest first."
    )
    async def funnel(
        self,
        info: Info,
        by: FunnelDimension = FunnelDimension.SESSION,
        filter: FunnelFilter | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[FunnelRow] | None:
        caller = info.context.require(
            *(UNION_STAFF_ROLES if by is FunnelDimension.GROUP else STAFF_ROLES)
        )
        query = _build_query(caller, filter or FunnelFilter())
        funnel = info.context.services.store.funnel
        return await resolve_connection(
            _build_keyset(by),
            lambda page: funnel.page(by, query, page),
            lambda record: FunnelRow.of(by, record),
            first=first,
            after=after,
        )


def _build_keyset(by: FunnelDimension) -> Keyset[FunnelRecord]:
    return Keyset(
        name=f"funnel-{by.value.lower()}", order=funnel_order(by), key=lambda record: (record.key,)
    )


def _build_query(caller: Principal, filter: FunnelFilter) -> FunnelQuery:
    since, until = _check_time(filter.since, "from"), _check_time(filter.until, "to")
    if since is not None and until is not None and since >= until:
        raise InvalidInput(
            "Give an end that is after the beginning.",
            "结束时间必须晚于开始时间。",
            field=("filter", "to"),
        )
    scope = build_lead_scope(caller)
    union_ids = [scope.union_id] if scope.union_id is not None else []
    if filter.union_id is not None:
        union_ids.append(parse_global_id(filter.union_id, "Union", "filter", "unionId"))
    session_id = filter.session_id
    return FunnelQuery(
        leads=replace(
            scope,
            union_id=None,
            session_id=None
            if session_id is None
            else parse_global_id(session_id, "LiveSession", "filter", "sessionId"),
        ),
        within_unions=tuple(union_ids),
        since=since,
        until=until,
    )


def _check_time(at: datetime | None, name: str) -> datetime | None:
    if at is None:
        return None
    check_time(at, ("filter", name))
    return at.astimezone(UTC)
