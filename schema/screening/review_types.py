"""GraphQL types of reports of postings and decisions on them, for the staff of a posting."""

from datetime import datetime
from typing import Self

import strawberry

from domain.postings.appeals import can_be_appealed
from domain.postings.officer_review import Appeal as AppealRecord
from domain.postings.postings import Posting as PostingRecord
from domain.screening.reviews import Decision as DecisionRecord
from domain.screening.reviews import DecisionKind, ReportReason, ReportState
from domain.screening.reviews import Report as ReportRecord
from schema.context import Info
from schema.identity.colleague_types import Colleague, find_colleague
from schema.relay import EMPTY_PAGE, Connection, Keyset, global_id, id_keyset, resolve_connection
from schema.scopes import manages_posting
from schema.screening.finding_types import Finding
from schema.screening.wage_check_types import ComingFinding, MinimumWageCheck
from storage.mongo.paging import Page, PageRequest

REPORT_KEYSET: Keyset[ReportRecord] = id_keyset("reports", lambda report: report.id)
DECISION_KEYSET: Keyset[DecisionRecord] = id_keyset("decisions", lambda decision: decision.id)


@strawberry.type(description="A viewer's report of a posting. Nobody sees who sent it.")
class Report:
    record: strawberry.Private[ReportRecord]
    id: strawberry.ID = strawberry.field(description="For `resolveReport`.")
    reason: ReportReason
    body: str
    revision: int = strawberry.field(description="The revision of the terms that were reported.")
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

    @strawberry.field(description="The officer who resolved it.")
    async def resolved_by(self, info: Info) -> Colleague | None:
        return await find_colleague(info, self.record.resolved_by)


@strawberry.type(description="An appeal against the refusal of a posting by words in a text.")
class Appeal:
    record: strawberry.Private[AppealRecord]
    reason: str
    at: datetime
    revision: int = strawberry.field(description="The revision of the terms that were refused.")

    @classmethod
    def of(cls, record: AppealRecord | None) -> Self | None:
        if record is None:
            return None
        return cls(record=record, reason=record.reason, at=record.at, revision=record.revision)

    @strawberry.field(description="The member of staff who sent it.")
    async def by(self, info: Info) -> Colleague | None:
        return await find_colleague(info, self.record.by)


@strawberry.type(description="An officer's decision on a posting.")
class Decision:
    record: strawberry.Private[DecisionRecord]
    kind: DecisionKind
    revision: int = strawberry.field(description="The revision of the terms that the officer saw.")
    reason: str
    at: datetime
    undone_at: datetime | None = strawberry.field(
        description="When it was undone, if it was; see `undoDecisions`."
    )

    @classmethod
    def of(cls, record: DecisionRecord) -> Self:
        return cls(
            record=record,
            kind=record.kind,
            revision=record.revision,
            reason=record.reason,
            at=record.at,
            undone_at=record.undone_at,
        )

    @strawberry.field(description="The findings that the officer saw.")
    def findings(self) -> list[Finding]:
        return [Finding.of(finding) for finding in self.record.findings]

    @strawberry.field(description="The appeal that it answers; null if there was none.")
    def appeal(self) -> Appeal | None:
        return Appeal.of(self.record.appeal)

    @strawberry.field(description="The officer who decided.")
    async def by(self, info: Info) -> Colleague | None:
        return await find_colleague(info, self.record.by)

    @strawberry.field(description="The officer who undid it.")
    async def undone_by(self, info: Info) -> Colleague | None:
        return await find_colleague(info, self.record.undone_by)


@strawberry.type
class PostingReviewFields:
    """The fields of a posting for the staff that manages it. For others they are empty."""

    record: strawberry.Private[PostingRecord]

    @strawberry.field(description="The findings of screening. For its staff; empty for others.")
    async def findings(self, info: Info) -> list[Finding]:
        if not await manages_posting(info.context, self.record):
            return []
        return [Finding.of(finding) for finding in self.record.findings]

    @strawberry.field(
        description="How its pay compares with the minimum wage today, and by what. For its staff; "
        "null for others, and where there is no pay to compare."
    )
    async def minimum_wage_check(self, info: Info) -> MinimumWageCheck | None:
        if not await manages_posting(info.context, self.record):
            return None
        services = info.context.services
        return MinimumWageCheck.of(self.record.terms, services.wage_table, services.today())

    @strawberry.field(
        description="What minimum wages that take effect later will find in it. For its staff; "
        "empty for others, and if they find nothing."
    )
    async def coming_findings(self, info: Info) -> list[ComingFinding]:
        if not await manages_posting(info.context, self.record):
            return []
        services = info.context.services
        return ComingFinding.list_of(self.record.terms, services.wage_table, services.today())

    @strawberry.field(
        description="The last appeal against a refusal by text, also once it is decided. For its "
        "staff; null for others."
    )
    async def appeal(self, info: Info) -> Appeal | None:
        is_staff = await manages_posting(info.context, self.record)
        return Appeal.of(self.record.appeal) if is_staff else None

    @strawberry.field(
        description="Whether `appealPosting` can have an officer look at it: words in a text "
        "refused it, and nobody has appealed these terms. For its staff; null for others."
    )
    async def can_be_appealed(self, info: Info) -> bool | None:
        is_staff = await manages_posting(info.context, self.record)
        return can_be_appealed(self.record) if is_staff else None

    @strawberry.field(
        description="Since when it waits for an officer; null if it does not, and for others than "
        "its staff."
    )
    async def waiting_since(self, info: Info) -> datetime | None:
        is_staff = await manages_posting(info.context, self.record)
        return self.record.waiting_since if is_staff else None

    @strawberry.field(
        description="Reports of it, the newest first. For its staff; empty for others."
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
        description="Decisions on it, the latest first. For its staff; empty for others."
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
