"""The mutation that submits a posting."""

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
from schema.postings.terms_inputs import TermsInput, parse_terms_input
from schema.relay import parse_global_id
from services.postings.posting_administration import Confirmations


@strawberry.input
class SubmitPostingInput(TermsInput):
    employer_id: strawberry.ID
    campaign_id: strawberry.ID | None = None
    pay_confirmed: bool = strawberry.field(default=False, description=PAY_CONFIRMED)
    separate: bool = strawberry.field(default=False, description=SEPARATE)


SubmitPostingResult = Annotated[
    PostingAccepted
    | PostingHeld
    | PostingRefused
    | errors.AlreadyExists
    | errors.PayUnusual
    | errors.CommonRefusal,
    strawberry.union("SubmitPostingResult"),
]


@strawberry.type
class PostingMutations:
    @strawberry.mutation(
        description="For officers and the employer's recruiters: submit a posting, which is "
        "screened at once."
    )
    async def submit_posting(self, info: Info, input: SubmitPostingInput) -> SubmitPostingResult:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        employer_id = parse_global_id(input.employer_id, "Employer", "input", "employerId")
        record = await info.context.services.postings.submit(
            caller,
            employer_id,
            parse_terms_input(input),
            confirmations=Confirmations(pay=input.pay_confirmed, separate=input.separate),
            campaign_id=None
            if input.campaign_id is None
            else parse_global_id(input.campaign_id, "Campaign", "input", "campaignId"),
        )
        return build_gate_result(record)
