"""Postings: reading them, submitting one through the gate, and deciding on one that was held."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain.accounts import Role
from domain.errors import InvalidInput, NotFound, NotPermitted, PostingConflict, PostingNotOpen
from domain.postings import CloseReason, PostingStatus
from domain.postings import Posting as PostingRecord
from domain.scopes import may_see_unopened
from domain.screening import check_terms
from domain.texts import check_text
from domain.verdicts import admitted, decided
from schema import errors
from schema.context import Context, Info
from schema.employers import Employer
from schema.findings import Finding
from schema.nodes import (
    Node,
    global_id,
    local_id,
)
from schema.terms import Terms, TermsInput, given_terms, terms_of
from storage.client import new_id


@strawberry.type(description="A job that an employer offers.")
class Posting(Node, Terms):
    record: strawberry.Private[PostingRecord]
    status: PostingStatus
    revision: int = strawberry.field(description="Grows by one with each change of the terms.")
    created_at: datetime
    close_reason: CloseReason | None = strawberry.field(description="Why it is closed, if it is.")
    closed_at: datetime | None
    synthetic: bool = strawberry.field(description="Made up for a demo.")

    @classmethod
    def of(cls, record: PostingRecord) -> Self:
        return cls(
            record=record,
            id=global_id("Posting", record.id),
            status=record.status,
            revision=record.revision,
            created_at=record.created_at,
            close_reason=record.close_reason,
            closed_at=record.closed_at,
            synthetic=record.synthetic,
            **terms_of(record.terms),
        )

    @strawberry.field(description="Who offers it.")
    async def employer(self, info: Info) -> Employer:
        record = await info.context.loaders.employers.load(self.record.employer_id)
        assert record is not None  # an employer with postings is never deleted
        return Employer.of(record)

    @strawberry.field(description="What screening found; for the staff it concerns, else empty.")
    async def findings(self, info: Info) -> list[Finding]:
        if not await concerns(info.context, self.record):
            return []
        return [Finding.of(finding) for finding in self.record.findings]


async def concerns(context: Context, posting: PostingRecord) -> bool:
    """Whether the caller is of the staff that looks after the posting."""
    union = await context.loaders.unions.load(posting.union_id)
    return may_see_unopened(context.principal, posting, union.path if union else ())


async def visible_posting(context: Context, posting_id: str) -> Posting | None:
    """The posting if the caller may see it."""
    record = await context.loaders.postings.load(posting_id)
    if record is None:
        return None
    if record.is_open(context.services.today()) or await concerns(context, record):
        return Posting.of(record)
    return None


async def open_posting(context: Context, posting_id: str) -> Posting | None:
    """The posting if it is open: what everybody in a room sees."""
    record = await context.loaders.postings.load(posting_id)
    return Posting.of(record) if record and record.is_open(context.services.today()) else None


@strawberry.input
class SubmitPostingInput(TermsInput):
    employer_id: strawberry.ID


@strawberry.type(description="The posting passed the gate and is open.")
class PostingAccepted:
    posting: Posting
    findings: list[Finding] = strawberry.field(description="Warnings only.")


@strawberry.type(
    description="Nobody sees it yet. IN_REVIEW: the rules cannot decide, a person will. SUSPENDED: "
    "it opens by itself once its employer is verified."
)
class PostingHeld:
    posting: Posting
    findings: list[Finding]


@strawberry.type(description="The posting may not be shown. It is kept as a record, unseen.")
class PostingRefused:
    posting: Posting
    findings: list[Finding]


SubmitPostingResult = Annotated[
    PostingAccepted | PostingHeld | PostingRefused | errors.AnyRefusal,
    strawberry.union("SubmitPostingResult"),
]


@strawberry.input(description="A person's decision on a posting that was held.")
class ReviewPostingInput:
    posting_id: strawberry.ID
    approved: bool
    reason: str
    expected_revision: int | None = strawberry.field(
        default=None, description="Refuse when the terms have changed since this revision."
    )


@strawberry.type
class PostingReviewed:
    posting: Posting


ReviewPostingResult = Annotated[
    PostingReviewed | errors.PostingNotOpen | errors.PostingConflict | errors.AnyRefusal,
    strawberry.union("ReviewPostingResult"),
]


@strawberry.type
class PostingMutations:
    @strawberry.mutation(description="For officers and the employer's recruiters.")
    async def submit_posting(self, info: Info, input: SubmitPostingInput) -> SubmitPostingResult:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        services = info.context.services
        employer_id = local_id(input.employer_id, "Employer", "input", "employerId")
        employer = await info.context.loaders.employers.load(employer_id)
        if employer is None:
            raise NotFound("There is no such employer.", field=("input", "employerId"))
        if caller.role is Role.RECRUITER and caller.employer_id != employer_id:
            raise NotPermitted("You recruit for another employer.")
        terms = given_terms(input)
        check_terms(terms, services.today())
        union = await info.context.loaders.unions.load(employer.union_id)
        assert union is not None  # a union with employers is never deleted
        table = services.wages
        record = admitted(
            new_id(),
            employer=employer,
            union_path=union.path,
            terms=terms,
            table=table,
            by=caller.subject,
            at=services.clock(),
        )
        return answer_of(await services.gate.admit(record, table))

    @strawberry.mutation(description="For officers: open or refuse a posting that was held.")
    async def review_posting(self, info: Info, input: ReviewPostingInput) -> ReviewPostingResult:
        caller = info.context.require(Role.OFFICER)
        posting_id = local_id(input.posting_id, "Posting", "input", "postingId")
        held = await info.context.loaders.postings.load(posting_id)
        if held is None or not await concerns(info.context, held):
            raise NotFound("There is no such posting in your scope.", field=("input", "postingId"))
        check_revision(held, input.expected_revision)
        reason = input.reason.strip()
        if not reason:
            raise InvalidInput("Say why; it is kept with the posting.", field=("input", "reason"))
        check_text(reason, 500, ("input", "reason"))
        services = info.context.services
        after = decided(
            held, by=caller.subject, at=services.clock(), approved=input.approved, reason=reason
        )
        waits = held.status is PostingStatus.IN_REVIEW
        if not waits or not await services.gate.write(held, after):
            raise PostingNotOpen("The posting does not wait for a decision; reload it.")
        return PostingReviewed(posting=Posting.of(after))


def check_revision(posting: PostingRecord, expected: int | None) -> None:
    """Pass when the caller has seen the terms as they are, or does not say what it has seen.

    :raises PostingConflict: they have changed since.
    """
    if expected is not None and posting.revision != expected:
        raise PostingConflict(
            f"The posting is at revision {posting.revision}. Reload it and try again."
        )


_ANSWERS: dict[PostingStatus, type[PostingAccepted | PostingHeld | PostingRefused]] = {
    PostingStatus.OPEN: PostingAccepted,
    PostingStatus.IN_REVIEW: PostingHeld,
    PostingStatus.SUSPENDED: PostingHeld,
    PostingStatus.REFUSED: PostingRefused,
    PostingStatus.CLOSED: PostingRefused,
}


def answer_of(record: PostingRecord) -> PostingAccepted | PostingHeld | PostingRefused:
    """What the gate says of a posting that has just gone through it."""
    findings = [Finding.of(finding) for finding in record.findings]
    return _ANSWERS[record.status](posting=Posting.of(record), findings=findings)
