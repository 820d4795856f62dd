"""Mutations of a stored posting: change its terms, close it."""

from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from schema import errors
from schema.context import Info
from schema.postings.confirmation_inputs import PAY_CONFIRMED, SEPARATE
from schema.postings.gate_result_types import (
    PostingAccepted,
    PostingHeld,
    PostingRefused,
    build_gate_result,
)
from schema.postings.posting_types import Posting
from schema.postings.terms_inputs import TermsInput, parse_terms_input
from schema.relay import parse_global_id
from services.postings.posting_administration import Confirmations


@strawberry.input(description="All terms, as for a new posting.")
class ChangePostingInput(TermsInput):
    posting_id: strawberry.ID
    expected_revision: int | None = strawberry.field(
        default=None, description="Refuse when the terms have changed since this revision."
    )
    pay_confirmed: bool = strawberry.field(default=False, description=PAY_CONFIRMED)
    separate: bool = strawberry.field(default=False, description=SEPARATE)


@strawberry.input
class ClosePostingInput:
    posting_id: strawberry.ID


@strawberry.type
class PostingClosed:
    posting: Posting


ChangePostingResult = Annotated[
    PostingAccepted
    | PostingHeld
    | PostingRefused
    | errors.AlreadyExists
    | errors.PayUnusual
    | errors.PostingConflict
    | errors.CommonRefusal,
    strawberry.union("ChangePostingResult"),
]
ClosePostingResult = Annotated[
    PostingClosed | errors.PostingNotOpen | errors.PostingConflict | errors.CommonRefusal,
    strawberry.union("ClosePostingResult"),
]


@strawberry.type
class PostingRevisionMutations:
    @strawberry.mutation(
        description="For officers and the employer's recruiters: replace the terms, which are "
        "screened again. If they fail, nobody sees the posting from then on. Leads keep the terms "
        "they were given for. A closed posting opens again if it passes."
    )
    async def change_posting(self, info: Info, input: ChangePostingInput) -> ChangePostingResult:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        record = await info.context.services.postings.change(
            caller,
            parse_global_id(input.posting_id, "Posting", "input", "postingId"),
            parse_terms_input(input),
            expected_revision=input.expected_revision,
            confirmations=Confirmations(pay=input.pay_confirmed, separate=input.separate),
        )
        return build_gate_result(record)

    @strawberry.mutation(
        description="For officers and the employer's recruiters: close the posting, so that nobody "
        "sees it any more. Closing it again changes nothing."
    )
    async def close_posting(self, info: Info, input: ClosePostingInput) -> ClosePostingResult:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        record = await info.context.services.postings.close(
            caller, parse_global_id(input.posting_id, "Posting", "input", "postingId")
        )
        return PostingClosed(posting=Posting.of(record))
