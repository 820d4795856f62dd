"""Imports: how far each has got, what became of each row, and stopping one."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain.errors import NotFound
from domain.exchange.imports import Import as ImportRecord
from domain.exchange.imports import ImportKind, ImportStatus, RowOutcome, find_heading, import_scope
from domain.exchange.imports import ImportRow as RowRecord
from domain.identity.accounts import Role
from domain.postings.postings import Finding as FindingRecord
from schema import errors
from schema.context import Context, Info
from schema.employers.employers import Employer
from schema.postings.posting_types import Posting, find_visible_posting
from schema.relay import (
    Connection,
    Keyset,
    Node,
    global_id,
    id_keyset,
    parse_global_id,
    parse_whole_number,
    resolve_connection,
)
from schema.screening.findings import Finding

IMPORT_KEYSET: Keyset[ImportRecord] = id_keyset("imports", lambda one: one.id)
IMPORT_ROW_KEYSET: Keyset[RowRecord] = Keyset(
    name="import-rows",
    order=(("number", 1),),
    key=lambda row: (str(row.number),),
    parse=lambda parts: (parse_whole_number(parts[0]),),
)


@strawberry.type(description="A table that is brought in. All numbers but `total` grow as it goes.")
class Import(Node):
    kind: ImportKind
    status: ImportStatus
    dry_run: bool = strawberry.field(description="Nothing is written; the findings are the same.")
    file_name: str
    total: int = strawberry.field(description="Rows below the headings that are not blank.")
    read: int = strawberry.field(
        description="Rows that have their outcome: the sum of the five numbers that follow."
    )
    accepted: int
    held: int
    refused: int
    duplicates: int
    failed: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, record: ImportRecord) -> Self:
        return cls(
            id=global_id("Import", record.id),
            kind=record.kind,
            status=record.status,
            dry_run=record.dry_run,
            file_name=record.file_name,
            total=record.total,
            read=record.processed_rows,
            accepted=record.accepted,
            held=record.held,
            refused=record.refused,
            duplicates=record.duplicates,
            failed=record.failed,
            created_at=record.created_at,
            started_at=record.started_at,
            finished_at=record.finished_at,
        )


@strawberry.type(
    description="One thing that was found in a row: by screening, or because it cannot be read. "
    "Then `basis` is empty."
)
class ImportFinding(Finding):
    column: str | None = strawberry.field(description="The heading, as it stands in the table.")

    @classmethod
    def in_table(cls, record: FindingRecord, table: ImportRecord) -> Self:
        return cls(column=find_heading(table, record.field), **vars(Finding.of(record)))


@strawberry.type(description="What became of a row, or would have in a dry run.")
class ImportRow:
    record: strawberry.Private[RowRecord]
    row: int = strawberry.field(description="Its number in the file, the headings being 1.")
    outcome: RowOutcome
    external_id: str
    findings: list[ImportFinding]

    @classmethod
    def of(cls, record: RowRecord, table: ImportRecord) -> Self:
        return cls(
            record=record,
            row=record.number,
            outcome=record.outcome,
            external_id=record.external_id,
            findings=[ImportFinding.in_table(finding, table) for finding in record.findings],
        )

    @strawberry.field(description="The posting that it made, changed or repeats.")
    async def posting(self, info: Info) -> Posting | None:
        if self.record.posting_id is None:
            return None
        return await find_visible_posting(info.context, self.record.posting_id)

    @strawberry.field(description="The employer that it made, repeats or is about.")
    async def employer(self, info: Info) -> Employer | None:
        if self.record.employer_id is None:
            return None
        record = await info.context.loaders.employers.load(self.record.employer_id)
        return Employer.of(record) if record else None


async def find_visible_import(context: Context, import_id: str) -> Import | None:
    """The import if the caller may follow it."""
    record = await _find_visible_record(context, import_id)
    return Import.of(record) if record else None


async def _find_visible_record(context: Context, import_id: str) -> ImportRecord | None:
    caller = context.principal
    if caller is None or caller.role not in {Role.OFFICER, Role.RECRUITER}:
        return None
    record = await context.services.store.imports.by_id(import_id)
    return record if record is not None and record.scope == import_scope(caller) else None


@strawberry.type
class ImportQueries:
    @strawberry.field(
        name="import", description="An import of one's own or of a colleague; else null."
    )
    async def import_(self, info: Info, id: strawberry.ID) -> Import | None:
        info.context.require(Role.OFFICER, Role.RECRUITER)
        return await find_visible_import(info.context, parse_global_id(id, "Import"))

    @strawberry.field(description="Those of one's union or employer, the newest first.")
    async def imports(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Import]:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        imports = info.context.services.store.imports
        return await resolve_connection(
            IMPORT_KEYSET,
            lambda page: imports.page(import_scope(caller), page),
            Import.of,
            first=first,
            after=after,
        )

    @strawberry.field(description="Rows that have their outcome, in the order of the table.")
    async def import_rows(
        self,
        info: Info,
        import_id: strawberry.ID,
        outcome: RowOutcome | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[ImportRow]:
        info.context.require(Role.OFFICER, Role.RECRUITER)
        record = await _find_visible_record(
            info.context, parse_global_id(import_id, "Import", "importId")
        )
        if record is None:
            raise NotFound("There is no such import of yours.", field=("importId",))
        imports = info.context.services.store.imports
        return await resolve_connection(
            IMPORT_ROW_KEYSET,
            lambda page: imports.rows(record.id, outcome, page),
            lambda row: ImportRow.of(row, record),
            first=first,
            after=after,
        )


@strawberry.input
class CancelImportInput:
    import_id: strawberry.ID


@strawberry.type(description="It goes no further; what it has brought so far stays.")
class ImportCancelled:
    import_: Import = strawberry.field(name="import")


CancelImportResult = Annotated[
    ImportCancelled | errors.CommonRefusal, strawberry.union("CancelImportResult")
]


@strawberry.type
class ImportMutations:
    @strawberry.mutation(
        description="For whoever may follow it. One that is at its end stays as it is."
    )
    async def cancel_import(self, info: Info, input: CancelImportInput) -> CancelImportResult:
        info.context.require(Role.OFFICER, Role.RECRUITER)
        import_id = parse_global_id(input.import_id, "Import", "input", "importId")
        if await _find_visible_record(info.context, import_id) is None:
            raise NotFound("There is no such import of yours.", field=("input", "importId"))
        imports = info.context.services.store.imports
        await imports.end_early(import_id, ImportStatus.CANCELLED, at=info.context.services.clock())
        ended = await find_visible_import(info.context, import_id)
        assert ended is not None  # it is forgotten after 30 days, not just now
        return ImportCancelled(import_=ended)
