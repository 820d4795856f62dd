"""What people say of a posting, as the staff it concerns sees it."""

from datetime import datetime
from typing import Self

import strawberry

from domain.postings.postings import Posting as PostingRecord
from domain.screening.reviews import Decision as DecisionRecord
from domain.screening.reviews import DecisionKind, ReportReason, ReportState
from domain.screening.reviews import Report as ReportRecord
from schema.context import Info
from schema.leads.timeline import Colleague, find_colleague
from schema.relay import EMPTY_PAGE, Connection, Keyset, global_id, id_keyset, resolve_connection
from schema.scopes import manages_posting
from schema.screening.finding_types import Finding
from storage.mongo.paging import Page, PageRequest

REPORT_KEYSET: Keyset[ReportRecord] = id_keyset("reports", lambda report: report.id)
DECISION_KEYSET: Keyset[DecisionRecord] = id_keyset("decisions", lambda decision: decision.id)


@strawberry.type(description="What a viewer reported of a posting. Nobody knows who it was.")
class Report:
    record: strawberry.Private[ReportRecord]
    id: strawberry.ID = strawberry.field(description="For `resolveReport`.")
    reason: ReportReason
    body: str
    revision: int = strawberry.field(description="Of the terms that were reported.")
    at: datetime
    state: ReportState
    resolved_at: datetime | None

    @classmethod
    def of(cls, record: ReportRecord) -> Self:
        return cls(
            record=record,
            id=global_id("Report", record.id),
            reason=record.reason,
            body=record.body,
            revision=record.revision,
            at=record.at,
            state=record.state,
            resolved_at=record.resolved_at,
        )

    @strawberry.field(description="Who decided on it.")
    async def resolved_by(self, info: Info) -> Colleague | None:
        return await find_colleague(info, self.record.resolved_by)


@strawberry.type(description="What an officer decided about a posting.")
class Decision:
    record: strawberry.Private[DecisionRecord]
    kind: DecisionKind
    revision: int = strawberry.field(description="Of the terms decided on.")
    reason: str
    at: datetime

    @classmethod
    def of(cls, record: DecisionRecord) -> Self:
        return cls(
            record=record,
            kind=record.kind,
            revision=record.revision,
            reason=record.reason,
            at=record.at,
        )

    @strawberry.field(description="What had been found in it then.")
    def findings(self) -> list[Finding]:
        return [Finding.of(finding) for finding in self.record.findings]

    @strawberry.field
    async def by(self, info: Info) -> Colleague | None:
        return await find_colleague(info, self.record.by)


@strawberry.type
class PostingReviewFields:
    """What of a posting is for the staff it concerns; nobody else sees anything here."""

    record: strawberry.Private[PostingRecord]

    @strawberry.field(description="What screening found; for the staff it concerns, else empty.")
    async def findings(self, info: Info) -> list[Finding]:
        if not await manages_posting(info.context, self.record):
            return []
        return [Finding.of(finding) for finding in self.record.findings]

    @strawberry.field(
        description="Since when an officer is to look at it; null if not, or for others."
    )
    async def waiting_since(self, info: Info) -> datetime | None:
        is_theirs = await manages_posting(info.context, self.record)
        return self.record.waiting_since if is_theirs else None

    @strawberry.field(
        description="Reports of it, the newest first; for the staff it concerns, else empty."
    )
    async def reports(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Report]:
        async def find_reports(page: PageRequest) -> Page[ReportRecord]:
            if not await manages_posting(info.context, self.record):
                return EMPTY_PAGE
            return await info.context.services.store.reviews.reports_of(self.record.id, page)

        return await resolve_connection(
            REPORT_KEYSET, find_reports, Report.of, first=first, after=after
        )

    @strawberry.field(
        description="The decisions on it, the latest first; for the staff it concerns, else empty."
    )
    async def decisions(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Decision]:
        async def find_decisions(page: PageRequest) -> Page[DecisionRecord]:
            if not await manages_posting(info.context, self.record):
                return EMPTY_PAGE
            return await info.context.services.store.reviews.decisions_on(self.record.id, page)

        return await resolve_connection(
            DECISION_KEYSET, find_decisions, Decision.of, first=first, after=after
        )
