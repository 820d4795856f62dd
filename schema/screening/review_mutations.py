"""The mutation with which an officer decides on a posting that was held or reported."""

from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from schema import errors
from schema.context import Info
from schema.postings.posting_types import Posting
from schema.relay import parse_global_id


@strawberry.input(description="An officer's decision on a posting that was held or reported.")
class ReviewPostingInput:
    posting_id: strawberry.ID
    approved: bool
    reason: str
    expected_revision: int | None = strawberry.field(
        default=None, description="Refuse when the terms have changed since this revision."
    )


@strawberry.type(
    description="The decision is stored with its reason, and resolves all open reports of the "
    "posting."
)
class PostingReviewed:
    posting: Posting


ReviewPostingResult = Annotated[
    PostingReviewed | errors.PostingNotOpen | errors.PostingConflict | errors.CommonRefusal,
    strawberry.union("ReviewPostingResult"),
]


@strawberry.type
class ReviewMutations:
    @strawberry.mutation(
        description="For officers: open or refuse a posting that was held or reported, or that "
        "words in a text refused."
    )
    async def review_posting(self, info: Info, input: ReviewPostingInput) -> ReviewPostingResult:
        caller = info.context.require(Role.OFFICER)
        record = await info.context.services.reviews.review_posting(
            caller,
            parse_global_id(input.posting_id, "Posting", "input", "postingId"),
            approved=input.approved,
            reason=input.reason,
            expected_revision=input.expected_revision,
        )
        return PostingReviewed(posting=Posting.of(record))
