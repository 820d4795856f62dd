"""Reviewing: the queue of what a person is to look at, decisions, and reports from the public."""

from datetime import UTC, datetime
from typing import Annotated, Self

import strawberry

from domain.errors import NotFound
from domain.identity.accounts import Role
from domain.postings.postings import Posting as PostingRecord
from domain.screening.reviews import Report as ReportRecord
from domain.screening.reviews import ReportReason, check_decision_reason, check_report_text
from schema import errors
from schema.context import Context, Info
from schema.postings.posting_types import Posting, check_revision
from schema.relay import Connection, Keyset, parse_global_id, resolve_connection
from schema.scopes import manages_posting
from storage.mongo.client import new_id
from storage.postings.postings import LONGEST_WAITING

_CURSOR_TIME_FORMAT = "%Y%m%dT%H%M%S.%f"


def _queue_key(posting: PostingRecord) -> tuple[str, str]:
    assert posting.waiting_since is not None  # by the query
    return posting.waiting_since.astimezone(UTC).strftime(_CURSOR_TIME_FORMAT), posting.id


REVIEW_QUEUE_KEYSET: Keyset[PostingRecord] = Keyset(
    name="review-queue",
    order=LONGEST_WAITING,
    key=_queue_key,
    parse=lambda parts: (
        datetime.strptime(parts[0], _CURSOR_TIME_FORMAT).replace(tzinfo=UTC),
        parts[1],
    ),
)


@strawberry.type(description="A posting that a person is to look at.")
class ReviewItem:
    posting: Posting
    waiting_since: datetime

    @classmethod
    def of(cls, record: PostingRecord) -> Self:
        assert record.waiting_since is not None  # by the query
        return cls(posting=Posting.of(record), waiting_since=record.waiting_since)


@strawberry.type
class ReviewQueries:
    @strawberry.field(
        description="For officers: postings of their union and its branches that a person is to "
        "look at, because the rules cannot decide or somebody reported them; the longest waiting "
        "first."
    )
    async def review_queue(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[ReviewItem]:
        caller = info.context.require(Role.OFFICER)
        union_id = caller.union_id
        assert union_id is not None  # every officer belongs to a union
        postings = info.context.services.store.postings
        return await resolve_connection(
            REVIEW_QUEUE_KEYSET,
            lambda page: postings.page_of_review_queue(union_id, page),
            ReviewItem.of,
            first=first,
            after=after,
        )


@strawberry.input(description="A person's decision on a posting that was held or reported.")
class ReviewPostingInput:
    posting_id: strawberry.ID
    approved: bool
    reason: str
    expected_revision: int | None = strawberry.field(
        default=None, description="Refuse when the terms have changed since this revision."
    )


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


@strawberry.type(description="Kept with its reason; reports of the posting are decided with it.")
class PostingReviewed:
    posting: Posting


@strawberry.type(description="Thank you. An officer looks at every report.")
class PostingReported:
    posting_id: strawberry.ID


@strawberry.type
class ReportResolved:
    posting: Posting


ReviewPostingResult = Annotated[
    PostingReviewed | errors.PostingNotOpen | errors.PostingConflict | errors.CommonRefusal,
    strawberry.union("ReviewPostingResult"),
]
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
class ReviewMutations:
    @strawberry.mutation(
        description="For officers: open or refuse a posting that was held or reported."
    )
    async def review_posting(self, info: Info, input: ReviewPostingInput) -> ReviewPostingResult:
        caller = info.context.require(Role.OFFICER)
        posting_id = parse_global_id(input.posting_id, "Posting", "input", "postingId")
        seen = await info.context.loaders.postings.load(posting_id)
        if seen is None or not await manages_posting(info.context, seen):
            raise NotFound("There is no such posting in your scope.", field=("input", "postingId"))
        check_revision(seen, input.expected_revision)
        reason = check_decision_reason(input.reason, ("input", "reason"))
        after = await info.context.services.reviews.decide(
            seen, approved=input.approved, reason=reason, by=caller.subject
        )
        return PostingReviewed(posting=Posting.of(after))

    @strawberry.mutation(
        description="For viewers: something is wrong with this posting. Once a viewer and posting."
    )
    async def report_posting(self, info: Info, input: ReportPostingInput) -> ReportPostingResult:
        context = info.context
        caller = context.require(Role.VIEWER)
        posting_id = parse_global_id(input.posting_id, "Posting", "input", "postingId")
        body = check_report_text(input.body, input.reason, ("input", "body"))
        posting = await context.loaders.postings.load(posting_id)
        if posting is None:
            raise NotFound("There is no such posting.", field=("input", "postingId"))
        report = ReportRecord(
            id=new_id(),
            posting_id=posting_id,
            revision=posting.revision,
            reason=input.reason,
            body=body,
            by=caller.subject,
            origin=context.services.store.keyring.digest_audit_row(
                f"report/{context.peer}".encode()
            ),
            at=context.services.clock(),
        )
        await context.services.reviews.report(report)
        return PostingReported(posting_id=input.posting_id)

    @strawberry.mutation(
        description="For officers: whether a report is true. The posting is shown again when too "
        "few others are left."
    )
    async def resolve_report(self, info: Info, input: ResolveReportInput) -> ResolveReportResult:
        caller = info.context.require(Role.OFFICER)
        report = await _require_report(info.context, input.report_id)
        reason = check_decision_reason(input.reason, ("input", "reason"))
        after = await info.context.services.reviews.resolve_report(
            report, upheld=input.upheld, reason=reason, by=caller.subject
        )
        return ReportResolved(posting=Posting.of(after))


async def _require_report(context: Context, report_id: strawberry.ID) -> ReportRecord:
    wanted = parse_global_id(report_id, "Report", "input", "reportId")
    report = await context.services.store.reviews.report_by_id(wanted)
    if report is not None:
        posting = await context.loaders.postings.load(report.posting_id)
        if posting is not None and await manages_posting(context, posting):
            return report
    raise NotFound("There is no such report in your scope.", field=("input", "reportId"))
