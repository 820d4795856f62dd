"""The audit log of a lead, as officers read it."""

from datetime import datetime
from typing import Self

import strawberry

from domain.identity.accounts import Role
from domain.identity.audit import AuditAction, AuditRole
from domain.identity.audit import AuditRow as RowRecord
from schema.context import Info
from schema.relay import (
    Connection,
    Keyset,
    global_id,
    parse_global_id,
    parse_whole_number,
    resolve_connection,
)
from services.leads.lead_scope import require_in_scope
from storage.mongo.repository import NEWEST_FIRST


def _parse_key(parts: list[str]) -> tuple[int, ...]:
    return tuple(parse_whole_number(part) for part in parts)


AUDIT_KEYSET: Keyset[RowRecord] = Keyset(
    name="audit", order=NEWEST_FIRST, key=lambda row: (str(row.seq),), parse=_parse_key
)


@strawberry.type(description="One access to personal data, or one change of it.")
class AuditRow:
    record: strawberry.Private[RowRecord]
    seq: int = strawberry.field(description="Its number among all rows, without a gap.")
    at: datetime
    action: AuditAction
    role: AuditRole
    detail: str = strawberry.field(description="The reason of a REVEAL.")
    sha256: str = strawberry.field(description="Its keyed digest, which the next row includes.")

    @classmethod
    def of(cls, record: RowRecord) -> Self:
        return cls(
            record=record,
            seq=record.seq,
            at=record.at,
            action=record.action,
            role=record.actor_role,
            detail=record.detail,
            sha256=record.sha256,
        )

    @strawberry.field(description="The account of a member of staff; null for anybody else.")
    async def actor_id(self, info: Info) -> strawberry.ID | None:
        account = await info.context.loaders.accounts.load(self.record.actor_id)
        return global_id("Account", account.id) if account else None

    @strawberry.field(description="The display name of that account.")
    async def actor_name(self, info: Info) -> str | None:
        account = await info.context.loaders.accounts.load(self.record.actor_id)
        return account.display_name if account else None


@strawberry.type
class AuditQueries:
    @strawberry.field(
        description="For officers: accesses to the data of a lead of their scope and changes of "
        "it, newest first."
    )
    async def audit_trail(
        self, info: Info, lead_id: strawberry.ID, first: int | None = None, after: str | None = None
    ) -> Connection[AuditRow] | None:
        caller = info.context.require(Role.OFFICER)
        found = await info.context.loaders.leads.load(parse_global_id(lead_id, "Lead", "leadId"))
        lead = require_in_scope(caller, found, ("leadId",))
        audit_log = info.context.services.store.audit_log
        return await resolve_connection(
            AUDIT_KEYSET,
            lambda page: audit_log.page_of_subject("Lead", lead.id, page),
            AuditRow.of,
            first=first,
            after=after,
        )
