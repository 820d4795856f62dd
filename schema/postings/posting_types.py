"""Postings: reading them, submitting one through the gate, and deciding on one that was held."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain.errors import NotFound, NotPermitted, PostingConflict
from domain.identity.accounts import Role
from domain.postings.lifecycle import create_posting
from domain.postings.postings import CloseReason, PostingStatus
from domain.postings.postings import Posting as PostingRecord
from domain.postings.term_bounds import check_terms
from schema import errors
from schema.context import Context, Info
from schema.employers.employers import Employer
from schema.postings.terms import Terms, TermsInput, parse_terms_input, term_fields
from schema.relay import (
    Node,
    global_id,
    parse_global_id,
)
from schema.scopes import manages_posting
from schema.screening.findings import Finding
from schema.screening.review_types import PostingReviewFields
from storage.mongo.client import new_id


@strawberry.type(description="A job that an employer offers.")
class Posting(Node, Terms, PostingReviewFields):
    record: strawberry.Private[PostingRecord]
    preloaded_employer: strawberry.Private[Employer | None]
    """Its employer, where a list has read those of all its postings at once."""
    status: PostingStatus
    revision: int = strawberry.field(description="Grows by one with each change of the terms.")
    created_at: datetime
    close_reason: CloseReason | None = strawberry.field(description="Why it is closed, if it is.")
    closed_at: datetime | None
    synthetic: bool = strawberry.field(description="Made up for a demo.")

    @classmethod
    def of(cls, record: PostingRecord, offered_by: Employer | None = None) -> Self:
        return cls(
            record=record,
            preloaded_employer=offered_by,
            id=global_id("Posting", record.id),
            status=record.status,
            revision=record.revision,
            created_at=record.created_at,
            close_reason=record.close_reason,
            closed_at=record.closed_at,
            synthetic=record.synthetic,
            **term_fields(record.terms),
        )

    @strawberry.field(description="Who offers it.")
    def employer(self, info: Info) -> Employer:
        if self.preloaded_employer is not None:
            return self.preloaded_employer
        # graphql-core awaits it.
        return self._load_employer(info)  # type: ignore[return-value] # what Strawberry is told

    async def _load_employer(self, info: Info) -> Employer:
        record = await info.context.loaders.employers.load(self.record.employer_id)
        assert record is not None  # an employer with postings is never deleted
        return Employer.of(record)


async def find_visible_posting(context: Context, posting_id: str) -> Posting | None:
    """The posting if the caller may see it."""
    record = await context.loaders.postings.load(posting_id)
    if record is None:
        return None
    if record.is_open(context.services.today()) or await manages_posting(context, record):
        return Posting.of(record)
    return None


async def find_open_posting(context: Context, posting_id: str) -> Posting | None:
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
    PostingAccepted | PostingHeld | PostingRefused | errors.CommonRefusal,
    strawberry.union("SubmitPostingResult"),
]


@strawberry.type
class PostingMutations:
    @strawberry.mutation(description="For officers and the employer's recruiters.")
    async def submit_posting(self, info: Info, input: SubmitPostingInput) -> SubmitPostingResult:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        services = info.context.services
        employer_id = parse_global_id(input.employer_id, "Employer", "input", "employerId")
        employer = await info.context.loaders.employers.load(employer_id)
        if employer is None:
            raise NotFound("There is no such employer.", field=("input", "employerId"))
        if caller.role is Role.RECRUITER and caller.employer_id != employer_id:
            raise NotPermitted("You recruit for another employer.")
        terms = parse_terms_input(input)
        check_terms(terms, services.today())
        union = await info.context.loaders.unions.load(employer.union_id)
        assert union is not None  # a union with employers is never deleted
        table = services.wage_table
        record = create_posting(
            new_id(),
            employer=employer,
            union_path=union.path,
            terms=terms,
            table=table,
            by=caller.subject,
            at=services.clock(),
        )
        return build_gate_result(await services.posting_gate.admit(record, table))


def check_revision(posting: PostingRecord, expected: int | None) -> None:
    """Pass when the caller has seen the terms as they are, or does not say what it has seen.

    :raises PostingConflict: they have changed since.
    """
    if expected is not None and posting.revision != expected:
        raise PostingConflict(
            f"The posting is at revision {posting.revision}. Reload it and try again."
        )


_RESULT_TYPES: dict[PostingStatus, type[PostingAccepted | PostingHeld | PostingRefused]] = {
    PostingStatus.OPEN: PostingAccepted,
    PostingStatus.IN_REVIEW: PostingHeld,
    PostingStatus.SUSPENDED: PostingHeld,
    PostingStatus.REFUSED: PostingRefused,
    PostingStatus.CLOSED: PostingRefused,
}


def build_gate_result(record: PostingRecord) -> PostingAccepted | PostingHeld | PostingRefused:
    """What the gate says of a posting that has just gone through it."""
    findings = [Finding.of(finding) for finding in record.findings]
    return _RESULT_TYPES[record.status](posting=Posting.of(record), findings=findings)
