"""The query that tells whether phones can be proven by one-time codes."""

from typing import Self

import strawberry

from domain.identity.phone_codes import CodeChannel
from schema.context import Info
from services.identity.phone_proving import PhoneProving


@strawberry.type(description="How a phone can be proven. Without codes only staff prove it.")
class CodeAvailability:
    available: bool = strawberry.field(
        description="Whether `requestCode` can be called now. If not, staff confirm the phone by "
        "a call."
    )
    channels: list[CodeChannel] = strawberry.field(
        description="How codes reach the phone; empty when this service sends none."
    )

    @classmethod
    def of(cls, proving: PhoneProving) -> Self:
        return cls(available=proving.is_available, channels=list(proving.channels))


@strawberry.type
class PhoneProofQueries:
    @strawberry.field(description="Whether phones can be proven by one-time codes now.")
    def phone_proof(self, info: Info) -> CodeAvailability:
        return CodeAvailability.of(info.context.services.phone_proving)
