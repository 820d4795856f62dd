"""The GraphQL type of postings, and who may see one."""

from datetime import datetime
from typing import Self

import strawberry

from domain.postings.postings import CloseReason, PostingStatus
from domain.postings.postings import Posting as PostingRecord
from schema.context import Context, Info
from schema.employers.employer_types import Employer
from schema.live.recruitment_campaign_types import (
    RecruitmentCampaign,
    find_recruitment_campaign,
)
from schema.postings.terms_types import Terms, term_fields
from schema.relay import Node, global_id
from schema.scopes import sees_posting
from schema.screening.review_types import PostingReviewFields


@strawberry.type(description="A job that an employer offers.")
class Posting(Node, Terms, PostingReviewFields):
    record: strawberry.Private[PostingRecord]
    preloaded_employer: strawberry.Private[Employer | None]
    """Its employer, where a list has read the employers of all its postings at once."""
    status: PostingStatus
    revision: int = strawberry.field(description="Grows by one with each change of the terms.")
    created_at: datetime
    close_reason: CloseReason | None = strawberry.field(description="Why it is closed, if it is.")
    closed_at: datetime | None
    synthetic: bool = strawberry.field(description="Made up for a demo.")

    @classmethod
    def of(cls, record: PostingRecord, employer: Employer | None = None) -> Self:
        return cls(
            record=record,
            preloaded_employer=employer,
            id=global_id("Posting", record.id),
            status=record.status,
            revision=record.revision,
            created_at=record.created_at,
            close_reason=record.close_reason,
            closed_at=record.closed_at,
            synthetic=record.synthetic,
            **term_fields(record.terms),
        )

    @strawberry.field(description="The recruitment campaign that it belongs to, if any.")
    async def campaign(self, info: Info) -> RecruitmentCampaign | None:
        return await find_recruitment_campaign(info.context, self.record.campaign_id)

    @strawberry.field(description="The employer that offers it.")
    def employer(self, info: Info) -> Employer:
        if self.preloaded_employer is not None:
            return self.preloaded_employer
        # A coroutine, which graphql-core awaits. The resolver itself is not async, so that a
        # preloaded employer costs none.
        return self._load_employer(info)  # type: ignore[return-value] # what Strawberry is told

    async def _load_employer(self, info: Info) -> Employer:
        record = await info.context.loaders.employers.load(self.record.employer_id)
        assert record is not None  # an employer with postings is never deleted
        return Employer.of(record)


async def find_visible_posting(context: Context, posting_id: str) -> Posting | None:
    """Return the posting if it is open, or the caller may see it before it is; else None."""
    record = await context.loaders.postings.load(posting_id)
    if record is None:
        return None
    if record.is_open(context.services.today()) or await sees_posting(context, record):
        return Posting.of(record)
    return None


async def find_open_posting(context: Context, posting_id: str) -> Posting | None:
    """Return the posting if it is open, which does not depend on the caller; else None."""
    record = await context.loaders.postings.load(posting_id)
    return Posting.of(record) if record and record.is_open(context.services.today()) else None
