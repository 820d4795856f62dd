"""Mutations of reports: a viewer reports a posting, an officer resolves the report."""

from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from domain.screening.reviews import ReportReason
from schema import errors
from schema.context import Info
from schema.postings.posting_types import Posting
from schema.relay import parse_global_id


@strawberry.input
class ReportPostingInput:
    posting_id: strawberry.ID
    reason: ReportReason
    body: str = strawberry.field(default="", description="At most 500 characters; OTHER needs it.")


@strawberry.input
class ResolveReportInput:
    report_id: strawberry.ID
    upheld: bool = strawberry.field(description="True refuses the posting.")
    reason: str


@strawberry.type(description="The report is stored. An officer looks at every report.")
class PostingReported:
    posting_id: strawberry.ID


@strawberry.type
class ReportResolved:
    posting: Posting


ReportPostingResult = Annotated[
    PostingReported
    | errors.PostingNotOpen
    | errors.AlreadyExists
    | errors.TooManyAttempts
    | errors.CommonRefusal,
    strawberry.union("ReportPostingResult"),
]
ResolveReportResult = Annotated[
    ReportResolved | errors.PostingConflict | errors.CommonRefusal,
    strawberry.union("ResolveReportResult"),
]


@strawberry.type
class ReportMutations:
    @strawberry.mutation(
        description="For viewers: report that something is wrong with a posting. Each viewer can "
        "report a posting once."
    )
    async def report_posting(self, info: Info, input: ReportPostingInput) -> ReportPostingResult:
        caller = info.context.require(Role.VIEWER)
        await info.context.services.reviews.report_posting(
            caller,
            parse_global_id(input.posting_id, "Posting", "input", "postingId"),
            reason=input.reason,
            body=input.body,
            client_address=info.context.peer,
        )
        return PostingReported(posting_id=input.posting_id)

    @strawberry.mutation(
        description="For officers: uphold or dismiss a report. The posting is shown again when too "
        "few open reports are left."
    )
    async def resolve_report(self, info: Info, input: ResolveReportInput) -> ResolveReportResult:
        caller = info.context.require(Role.OFFICER)
        record = await info.context.services.reviews.resolve_report(
            caller,
            parse_global_id(input.report_id, "Report", "input", "reportId"),
            upheld=input.upheld,
            reason=input.reason,
        )
        return ReportResolved(posting=Posting.of(record))
