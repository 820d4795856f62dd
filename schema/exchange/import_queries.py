"""Queries of imports and of their rows."""

from functools import partial

import strawberry

from domain.exchange.imports import RowOutcome, import_scope
from domain.identity.accounts import Role
from schema.context import Info
from schema.exchange.import_types import (
    IMPORT_KEYSET,
    IMPORT_ROW_KEYSET,
    Import,
    ImportRow,
    find_visible_import,
)
from schema.relay import Connection, parse_global_id, resolve_connection


@strawberry.type
class ImportQueries:
    @strawberry.field(
        name="import",
        description="An import of the caller's union or employer; null if there is none.",
    )
    async def import_(self, info: Info, id: strawberry.ID) -> Import | None:
        info.context.require(Role.OFFICER, Role.RECRUITER)
        return await find_visible_import(info.context, parse_global_id(id, "Import"))

    @strawberry.field(description="Imports of the caller's union or employer, the newest first.")
    async def imports(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Import] | None:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        return await resolve_connection(
            IMPORT_KEYSET,
            partial(info.context.services.store.imports.page, import_scope(caller)),
            Import.of,
            first=first,
            after=after,
        )

    @strawberry.field(description="Rows that have an outcome, in the order of the table.")
    async def import_rows(
        self,
        info: Info,
        import_id: strawberry.ID,
        outcome: RowOutcome | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[ImportRow] | None:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        record = await info.context.services.imports.require(
            caller, parse_global_id(import_id, "Import", "importId"), "importId"
        )
        return await resolve_connection(
            IMPORT_ROW_KEYSET,
            partial(info.context.services.store.imports.rows, record.id, outcome),
            lambda row: ImportRow.of(row, record),
            first=first,
            after=after,
        )
