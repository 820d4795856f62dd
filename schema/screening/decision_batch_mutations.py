"""Mutations that decide on many postings of the review queue, and undo that."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from domain.postings.list_checks import check_list_length
from domain.screening.decision_batches import MAX_POSTINGS_DECIDED
from schema import errors
from schema.context import Info
from schema.postings.posting_types import Posting
from schema.relay import global_id, parse_global_id, parse_global_ids


@strawberry.input(
    description="One decision on up to 100 postings of the review queue, the longest waiting "
    "first. Give a code, a place or postings; those that meet all that is given are meant."
)
class DecidePostingsInput:
    approved: bool
    reason: str = strawberry.field(description="It is kept with each posting.")
    code: str | None = strawberry.field(
        default=None,
        description="The code of a finding. Postings are approved by it only if nothing else is "
        "in doubt.",
    )
    place_code: str | None = strawberry.field(
        default=None, description="GB/T 2260: postings with a place of work in this region."
    )
    posting_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="At most 100, each once."
    )


@strawberry.input(description="Undo decisions within ten minutes.")
class UndoDecisionsInput:
    batch_id: strawberry.ID = strawberry.field(description="`PostingsDecided.batchId`.")


@strawberry.type(description="The decisions are stored, each with its posting.")
class PostingsDecided:
    batch_id: strawberry.ID = strawberry.field(description="For `undoDecisions`.")
    undo_until: datetime
    decided: list[Posting]
    skipped: list[Posting] = strawberry.field(
        description="Postings that need a look of their own: they have other doubts or reports, or "
        "have changed just now."
    )


@strawberry.type
class DecisionsUndone:
    restored: list[Posting] = strawberry.field(
        description="Postings that are as they were before, with their reports."
    )
    kept: list[Posting] = strawberry.field(
        description="Postings that have changed since; the decision stays."
    )


DecidePostingsResult = Annotated[
    PostingsDecided | errors.CommonRefusal, strawberry.union("DecidePostingsResult")
]
UndoDecisionsResult = Annotated[
    DecisionsUndone | errors.PostingConflict | errors.CommonRefusal,
    strawberry.union("UndoDecisionsResult"),
]


@strawberry.type
class DecisionBatchMutations:
    @strawberry.mutation(
        description="For officers: open or refuse up to 100 postings of the review queue at once."
    )
    async def decide_postings(self, info: Info, input: DecidePostingsInput) -> DecidePostingsResult:
        caller = info.context.require(Role.OFFICER)
        batch = await info.context.services.decision_batches.decide(
            caller,
            approved=input.approved,
            reason=input.reason,
            code=input.code,
            place_code=input.place_code,
            posting_ids=_parse_ids(input.posting_ids),
        )
        return PostingsDecided(
            batch_id=global_id("DecisionBatch", batch.id),
            undo_until=batch.undo_until,
            decided=[Posting.of(posting) for posting in batch.decided],
            skipped=[Posting.of(posting) for posting in batch.skipped],
        )

    @strawberry.mutation(
        description="For officers: undo a decision on many postings within ten minutes."
    )
    async def undo_decisions(self, info: Info, input: UndoDecisionsInput) -> UndoDecisionsResult:
        caller = info.context.require(Role.OFFICER)
        batch = await info.context.services.decision_batches.undo(
            caller, parse_global_id(input.batch_id, "DecisionBatch", "input", "batchId")
        )
        return DecisionsUndone(
            restored=[Posting.of(posting) for posting in batch.restored],
            kept=[Posting.of(posting) for posting in batch.kept],
        )


def _parse_ids(posting_ids: list[strawberry.ID] | None) -> list[str] | None:
    if posting_ids is None:
        return None
    field = ("input", "postingIds")
    check_list_length(posting_ids, MAX_POSTINGS_DECIDED, field)
    return parse_global_ids(posting_ids, "Posting", *field)
