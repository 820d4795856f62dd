"""GraphQL types of what coming minimum wages will take down."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Self

import strawberry

from domain.identity.accounts import Principal
from domain.postings.pay import PayPeriod
from domain.screening.coming_wages import ComingEffect
from schema.context import Info
from schema.postings.posting_types import Posting
from schema.relay import Connection, Keyset, id_keyset, resolve_connection
from schema.screening.wage_check_types import ComingFinding
from services.screening.coming_wages import ComingCounts as CountsRecord

COMING_KEYSET: Keyset[ComingEffect] = id_keyset(
    "coming-wages", lambda effect: effect.posting.id, order=(("_id", 1),)
)


@strawberry.type(
    description="An open posting that minimum wages of a later day will hold. Change its pay "
    "before that day, and it stays open."
)
class ComingWageEffect:
    posting: Posting
    starts_on: date
    findings: list[ComingFinding] = strawberry.field(description="Why it will be held.")
    missing_yuan: Decimal | None = strawberry.field(
        description="What the pay lacks then to pass in all its places, a `missingPeriod`; null if "
        "no pay is known that passes."
    )
    missing_period: PayPeriod | None
    proposed: bool = strawberry.field(
        description="Whether it is a proposal that takes it down, once it is verified."
    )

    @classmethod
    def of(cls, effect: ComingEffect) -> Self:
        missing = effect.missing
        return cls(
            posting=Posting.of(effect.posting),
            starts_on=effect.starts_on,
            findings=[ComingFinding.of(effect.starts_on, each) for each in effect.findings],
            missing_yuan=None if missing is None else missing.yuan,
            missing_period=None if missing is None else missing.period,
            proposed=effect.is_proposed,
        )


@strawberry.type(description="Open postings before and after the minimum wages that are to come.")
class ComingWageCounts:
    open_now: int
    affected: int = strawberry.field(description="Those that will be held if nobody changes them.")
    open_after: int
    complete: bool = strawberry.field(
        description="Whether all were looked at. If not, `affected` is the least number, and "
        "`openAfter` the greatest."
    )

    @classmethod
    def of(cls, counts: CountsRecord) -> Self:
        return cls(
            open_now=counts.open_now,
            affected=counts.affected,
            open_after=counts.open_now - counts.affected,
            complete=counts.is_complete,
        )


@strawberry.type(
    description="What minimum wages of a later day will take down in the caller's scope: for "
    "officers their union and its branches, for recruiters their employer."
)
class ComingWages:
    caller: strawberry.Private[Principal]
    with_proposals: strawberry.Private[bool]

    @strawberry.field(description="How many postings are open now, and then.")
    async def counts(self, info: Info) -> ComingWageCounts:
        counts = await info.context.services.coming_wages.count(
            self.caller, with_proposals=self.with_proposals
        )
        return ComingWageCounts.of(counts)

    @strawberry.field(
        description="The postings. A page can be short or empty although there is a next one, "
        "because it looks at 2,000 postings of low pay at most."
    )
    async def postings(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[ComingWageEffect]:
        return await resolve_connection(
            COMING_KEYSET,
            partial(
                info.context.services.coming_wages.page,
                self.caller,
                with_proposals=self.with_proposals,
            ),
            ComingWageEffect.of,
            first=first,
            after=after,
        )
