"""The mutation with which the staff of a posting appeal against its refusal by a text."""

from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from schema import errors
from schema.context import Info
from schema.postings.posting_types import Posting
from schema.relay import parse_global_id


@strawberry.input(description="Why the words that refused a posting are lawful.")
class AppealPostingInput:
    posting_id: strawberry.ID
    reason: str = strawberry.field(description="1 to 500 characters, for the officer who decides.")
    expected_revision: int | None = strawberry.field(
        default=None, description="Refuse when the terms have changed since this revision."
    )


@strawberry.type(
    description="The posting stays refused, and waits in `reviewQueue` until an officer decides "
    "with `reviewPosting` or `decidePostings`."
)
class PostingAppealed:
    posting: Posting


AppealPostingResult = Annotated[
    PostingAppealed
    | errors.PostingNotOpen
    | errors.PostingConflict
    | errors.AlreadyExists
    | errors.CommonRefusal,
    strawberry.union("AppealPostingResult"),
]


@strawberry.type
class AppealMutations:
    @strawberry.mutation(
        description="For the employer's recruiters and officers: ask an officer to look at a "
        "posting that only words in a text refused, once for each revision of its terms "
        "(`Posting.canBeAppealed`)."
    )
    async def appeal_posting(self, info: Info, input: AppealPostingInput) -> AppealPostingResult:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        record = await info.context.services.appeals.appeal(
            caller,
            parse_global_id(input.posting_id, "Posting", "input", "postingId"),
            reason=input.reason,
            expected_revision=input.expected_revision,
        )
        return PostingAppealed(posting=Posting.of(record))
