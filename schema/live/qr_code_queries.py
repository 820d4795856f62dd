"""Queries of QR codes: what a scanned one points at, and the codes of a caller's scope."""

from dataclasses import replace

import strawberry

from domain.identity.accounts import Principal, Role
from domain.live.qr_codes import QrCode as CodeRecord
from schema.context import Info
from schema.live.qr_code_types import Code, CodeTarget
from schema.live.session_types import find_visible_session
from schema.postings.posting_types import find_open_posting
from schema.relay import (
    Connection,
    Keyset,
    id_keyset,
    parse_global_id,
    resolve_connection,
)
from services.live.qr_codes import require_scanned_code
from storage.live.qr_codes import QrCodeQuery

CODE_KEYSET: Keyset[CodeRecord] = id_keyset("codes", lambda code: code.id)


@strawberry.type
class CodeQueries:
    @strawberry.field(description="What the token of a scanned code points at.")
    async def resolve_code(self, info: Info, token: str) -> CodeTarget | None:
        context = info.context
        record = await require_scanned_code(context.services.store, token, ("token",))
        return CodeTarget(
            kind=record.kind,
            place=record.place,
            session=await find_visible_session(context, record.session_id)
            if record.session_id
            else None,
            posting=await find_open_posting(context, record.posting_id)
            if record.posting_id
            else None,
        )

    @strawberry.field(description="For hosts and officers: the codes of their scope, newest first.")
    async def codes(
        self,
        info: Info,
        session_id: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Code] | None:
        caller = info.context.require(Role.HOST, Role.OFFICER)
        query = _build_scope_query(caller)
        if session_id is not None:
            query = replace(
                query, session_id=parse_global_id(session_id, "LiveSession", "sessionId")
            )
        codes = info.context.services.store.qr_codes
        return await resolve_connection(
            CODE_KEYSET, lambda page: codes.page(query, page), Code.of, first=first, after=after
        )


def _build_scope_query(caller: Principal) -> QrCodeQuery:
    """All codes of an officer's unions, or of a host's own sessions."""
    if caller.role is Role.OFFICER:
        return QrCodeQuery(union_id=caller.union_id)
    return QrCodeQuery(owner_id=caller.subject)
