"""The mutation that publishes a new consent text."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from schema import errors
from schema.context import Info


@strawberry.input
class PublishConsentTextInput:
    template: str = strawberry.field(
        description="With `{employer}` and `{posting}`. `{union}`, `{union_phone}`, `{contact}` "
        "and `{version}` are optional; name the union."
    )
    valid_from: datetime | None = strawberry.field(default=None, description="At once if left out.")


@strawberry.type(
    description="The text is current from `validFrom` on. Earlier leads keep the text that was "
    "agreed to."
)
class ConsentTextPublished:
    version: str
    valid_from: datetime


PublishConsentTextResult = Annotated[
    ConsentTextPublished | errors.CommonRefusal, strawberry.union("PublishConsentTextResult")
]


@strawberry.type
class ConsentMutations:
    @strawberry.mutation(description="For officers of the top union: publish the next text.")
    async def publish_consent_text(
        self, info: Info, input: PublishConsentTextInput
    ) -> PublishConsentTextResult:
        caller = info.context.require(Role.OFFICER)
        template = await info.context.services.consent.publish(
            caller, input.template, valid_from=input.valid_from
        )
        return ConsentTextPublished(version=template.version, valid_from=template.valid_from)
