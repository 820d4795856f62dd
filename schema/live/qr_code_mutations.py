"""The mutation that creates a QR code."""

from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from schema import errors
from schema.context import Info
from schema.live.qr_code_types import Code
from schema.relay import parse_global_id
from services.live.qr_codes import QrCodePlan


@strawberry.input(
    description="A session alone: its code. With a posting: the code of that posting in the "
    "session. With a place: a poster there, for a session, a posting, both, or the posting board."
)
class CreateCodeInput:
    session_id: strawberry.ID | None = None
    posting_id: strawberry.ID | None = None
    place: str | None = None
    label: str = strawberry.field(description="A name by which the staff recognise it.")


@strawberry.type
class CodeCreated:
    # Not `code`: a client could not select it together with `code` of a UserError.
    qr_code: Code


CreateCodeResult = Annotated[
    CodeCreated
    | errors.SessionStateConflict
    | errors.PostingNotInSession
    | errors.PostingNotOpen
    | errors.CommonRefusal,
    strawberry.union("CreateCodeResult"),
]


@strawberry.type
class CodeMutations:
    @strawberry.mutation(description="For hosts and officers, within their scope.")
    async def create_code(self, info: Info, input: CreateCodeInput) -> CreateCodeResult:
        caller = info.context.require(Role.HOST, Role.OFFICER)
        code = await info.context.services.qr_code_creation.create(caller, _read_plan(input))
        return CodeCreated(qr_code=Code.of(code))


def _read_plan(input: CreateCodeInput) -> QrCodePlan:
    session_id, posting_id = input.session_id, input.posting_id
    return QrCodePlan(
        session_id=None
        if session_id is None
        else parse_global_id(session_id, "LiveSession", "input", "sessionId"),
        posting_id=None
        if posting_id is None
        else parse_global_id(posting_id, "Posting", "input", "postingId"),
        place=input.place or "",
        label=input.label,
    )
