"""The mutation that submits a posting."""

from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from schema import errors
from schema.context import Info
from schema.postings.gate_result_types import (
    PostingAccepted,
    PostingHeld,
    PostingRefused,
    build_gate_result,
)
from schema.postings.terms_inputs import TermsInput, parse_terms_input
from schema.relay import parse_global_id


@strawberry.input
class SubmitPostingInput(TermsInput):
    employer_id: strawberry.ID


SubmitPostingResult = Annotated[
    PostingAccepted | PostingHeld | PostingRefused | errors.CommonRefusal,
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
            caller, employer_id, parse_terms_input(input)
        )
        return build_gate_result(record)
