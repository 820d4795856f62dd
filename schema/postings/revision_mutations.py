"""Changing what a posting offers, which brings it before the gate again, and closing it."""

from typing import Annotated

import strawberry

from domain.errors import NotFound, PostingNotOpen
from domain.errors import PostingConflict as ConflictRefusal
from domain.identity.accounts import Role
from domain.postings.lifecycle import check_headcount
from domain.postings.postings import Posting as PostingRecord
from domain.postings.postings import PostingStatus
from domain.postings.term_bounds import check_terms
from schema import errors
from schema.context import Context, Info
from schema.postings.posting_types import (
    Posting,
    PostingAccepted,
    PostingHeld,
    PostingRefused,
    build_gate_result,
    check_revision,
)
from schema.postings.terms import TermsInput, parse_terms_input
from schema.relay import parse_global_id
from schema.scopes import manages_posting


@strawberry.input(description="All terms anew, as for a new posting.")
class ChangePostingInput(TermsInput):
    posting_id: strawberry.ID
    expected_revision: int | None = strawberry.field(
        default=None, description="Refuse when the terms have changed since this revision."
    )


@strawberry.input
class ClosePostingInput:
    posting_id: strawberry.ID


@strawberry.type
class PostingClosed:
    posting: Posting


ChangePostingResult = Annotated[
    PostingAccepted | PostingHeld | PostingRefused | errors.PostingConflict | errors.CommonRefusal,
    strawberry.union("ChangePostingResult"),
]
ClosePostingResult = Annotated[
    PostingClosed | errors.PostingNotOpen | errors.PostingConflict | errors.CommonRefusal,
    strawberry.union("ClosePostingResult"),
]

_CHANGED_MEANWHILE = "The posting was changed at this very moment. Reload it and try again."


@strawberry.type
class PostingChangeMutations:
    @strawberry.mutation(
        description="For officers and the employer's recruiters: other terms, screened again. "
        "What fails is seen by nobody from then on; leads keep the terms they were given for. One "
        "that was closed opens again if it passes."
    )
    async def change_posting(self, info: Info, input: ChangePostingInput) -> ChangePostingResult:
        services = info.context.services
        before = await _require_managed_posting(info.context, input.posting_id)
        check_revision(before, input.expected_revision)
        terms = parse_terms_input(input)
        check_terms(terms, services.today())
        check_headcount(before, terms.headcount, ("input", "headcount"))
        employer = await info.context.loaders.employers.load(before.employer_id)
        assert employer is not None  # an employer with postings is never deleted
        changed = await services.posting_gate.change(before, terms, employer)
        if changed is None:
            raise ConflictRefusal(_CHANGED_MEANWHILE)
        return build_gate_result(changed)

    @strawberry.mutation(
        description="For officers and the employer's recruiters: nobody sees it any more. "
        "Closing it again changes nothing."
    )
    async def close_posting(self, info: Info, input: ClosePostingInput) -> ClosePostingResult:
        services = info.context.services
        before = await _require_managed_posting(info.context, input.posting_id)
        if before.status is PostingStatus.REFUSED:
            raise PostingNotOpen("The posting was refused; there is nothing to close.")
        closed: PostingRecord | None = before
        if before.status is not PostingStatus.CLOSED:
            closed = await services.posting_gate.close(before)
        if closed is None:
            raise ConflictRefusal(_CHANGED_MEANWHILE)
        return PostingClosed(posting=Posting.of(closed))


async def _require_managed_posting(context: Context, posting_id: strawberry.ID) -> PostingRecord:
    """The posting, which is in the caller's scope.

    :raises NotFound: there is no such posting there.
    """
    context.require(Role.OFFICER, Role.RECRUITER)
    wanted = parse_global_id(posting_id, "Posting", "input", "postingId")
    posting = await context.loaders.postings.load(wanted)
    if posting is None or not await manages_posting(context, posting):
        raise NotFound("There is no such posting in your scope.", field=("input", "postingId"))
    return posting
