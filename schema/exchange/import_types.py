"""GraphQL types of imports and of the outcome of each row."""

from datetime import datetime
from typing import Self

import strawberry

from domain.exchange.imports import Import as ImportRecord
from domain.exchange.imports import ImportKind, ImportStatus, RowOutcome, find_heading
from domain.exchange.imports import ImportRow as RowRecord
from domain.postings.postings import Finding as FindingRecord
from schema.context import Context, Info
from schema.employers.employer_types import Employer
from schema.postings.posting_types import Posting, find_visible_posting
from schema.relay import Keyset, Node, global_id, id_keyset, parse_whole_number
from schema.screening.finding_types import Finding

IMPORT_KEYSET: Keyset[ImportRecord] = id_keyset("imports", lambda record: record.id)
IMPORT_ROW_KEYSET: Keyset[RowRecord] = Keyset(
    name="import-rows",
    order=(("number", 1),),
    key=lambda row: (str(row.number),),
    parse=lambda parts: (parse_whole_number(parts[0]),),
)


@strawberry.type(description="The import of a table. All counts but `total` grow while it runs.")
class Import(Node):
    kind: ImportKind
    status: ImportStatus
    dry_run: bool = strawberry.field(
        description="A check only: nothing is written, the findings are the same."
    )
    file_name: str
    total: int = strawberry.field(description="Rows below the headings that are not blank.")
    read: int = strawberry.field(
        description="Rows that have an outcome: the sum of the five counts that follow."
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
    description="A finding in a row: from screening, or because the row cannot be read. Then "
    "`basis` is empty."
)
class ImportFinding(Finding):
    column: str | None = strawberry.field(description="The heading of its column in the table.")

    @classmethod
    def in_table(cls, record: FindingRecord, table: ImportRecord) -> Self:
        return cls(column=find_heading(table, record.field), **vars(Finding.of(record)))


@strawberry.type(description="The outcome of a row; in a dry run, the outcome that it would have.")
class ImportRow:
    record: strawberry.Private[RowRecord]
    row: int = strawberry.field(description="Its number in the file. The headings are row 1.")
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

    @strawberry.field(description="The posting that the row creates, changes or repeats.")
    async def posting(self, info: Info) -> Posting | None:
        if self.record.posting_id is None:
            return None
        return await find_visible_posting(info.context, self.record.posting_id)

    @strawberry.field(description="The employer that the row creates, repeats or refers to.")
    async def employer(self, info: Info) -> Employer | None:
        if self.record.employer_id is None:
            return None
        record = await info.context.loaders.employers.load(self.record.employer_id)
        return Employer.of(record) if record else None


async def find_visible_import(context: Context, import_id: str) -> Import | None:
    """Return the import if it is of the caller's union or employer; else None."""
    record = await context.services.imports.find(context.principal, import_id)
    return Import.of(record) if record else None
