"""Mutations with which a person proves a phone on a device: ask for a code, and type it."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.identity.accounts import VISITOR_ROLES
from domain.identity.phone_codes import CodeChannel
from schema import errors
from schema.context import Info
from services.identity.phone_proving import ProvenPhone


@strawberry.input
class RequestCodeInput:
    phone: str = strawberry.field(description="A Chinese mobile number.")
    channel: CodeChannel = strawberry.field(
        default=CodeChannel.SMS, description="One of `phoneProof { channels }`."
    )


@strawberry.input
class ConfirmPhoneInput:
    phone: str = strawberry.field(description="The phone that the code was sent to.")
    code: str = strawberry.field(description="The six digits.")


@strawberry.type(
    description="A code is sent. The answer is the same for every phone; a phone that has had many "
    "codes, or whose owner wants none, gets none. If nothing arrives, staff confirm by a call."
)
class CodeRequested:
    proven_until: datetime | None = strawberry.field(
        description="Set when this device has proven the phone before. Then no code was sent: it "
        "needs none until then."
    )
    expires_at: datetime | None = strawberry.field(
        description="Until when the code is valid: five minutes; null when none was sent."
    )
    next_request_at: datetime | None = strawberry.field(
        description="From then on this device may ask for another code for this phone."
    )
    demo_code: str | None = strawberry.field(
        description="The code itself, in the demo only, which sends no messages."
    )


@strawberry.type(
    description="The phone is proven on this device: what it sent with the phone is confirmed, and "
    "so is what it sends until then."
)
class PhoneConfirmed:
    valid_until: datetime


RequestCodeResult = Annotated[
    CodeRequested
    | errors.PhoneInvalid
    | errors.TooManyAttempts
    | errors.PhoneCodesUnavailable
    | errors.CommonRefusal,
    strawberry.union("RequestCodeResult"),
]
ConfirmPhoneResult = Annotated[
    PhoneConfirmed | errors.PhoneInvalid | errors.PhoneCodeInvalid | errors.CommonRefusal,
    strawberry.union("ConfirmPhoneResult"),
]


@strawberry.type
class PhoneProofMutations:
    @strawberry.mutation(
        description="For viewers and seekers: have a code sent to the phone. It replaces the code "
        "before, is valid for five minutes and five tries, and on this device only."
    )
    async def request_code(self, info: Info, input: RequestCodeInput) -> RequestCodeResult:
        caller = info.context.require(*VISITOR_ROLES)
        answer = await info.context.services.phone_proving.request_code(
            caller, input.phone, input.channel, peer=info.context.peer
        )
        if isinstance(answer, ProvenPhone):
            return CodeRequested(
                proven_until=answer.until, expires_at=None, next_request_at=None, demo_code=None
            )
        return CodeRequested(
            proven_until=None,
            expires_at=answer.expires_at,
            next_request_at=answer.next_request_at,
            demo_code=answer.shown,
        )

    @strawberry.mutation(
        description="For viewers and seekers: prove the phone by the code. Sending the right code "
        "again while it is valid gives the same answer."
    )
    async def confirm_phone(self, info: Info, input: ConfirmPhoneInput) -> ConfirmPhoneResult:
        caller = info.context.require(*VISITOR_ROLES)
        proven = await info.context.services.phone_proving.confirm(caller, input.phone, input.code)
        return PhoneConfirmed(valid_until=proven.until)
