"""Query for the number of services that a union gave, and its GraphQL type."""

from typing import Self

import strawberry

from domain.identity.accounts import Role
from domain.identity.scopes import may_manage_seekers
from domain.refusals import NotFound
from schema.context import Info
from schema.relay import parse_global_id
from storage.seekers.service_counts import ServiceCounts as CountsRecord


@strawberry.type(
    description="What a union and its branches did for people. Services, people and hires (see "
    "`funnel`) are three different numbers."
)
class ServiceCounts:
    services: int = strawberry.field(description="Sum of calls, profiles and referrals.")
    people: int = strawberry.field(description="People who were reached by a call.")
    calls: int
    profiles: int
    referrals: int
    referrals_done: int

    @classmethod
    def of(cls, record: CountsRecord) -> Self:
        return cls(
            services=record.services,
            people=record.people,
            calls=record.calls,
            profiles=record.profiles,
            referrals=record.referrals,
            referrals_done=record.referrals_done,
        )


@strawberry.type
class ServiceCountQueries:
    @strawberry.field(
        description="For officers: services of their union and its branches, or of one branch."
    )
    async def services(
        self, info: Info, union_id: strawberry.ID | None = None
    ) -> ServiceCounts | None:
        context = info.context
        caller = context.require(Role.OFFICER)
        counted_union_id = caller.union_id
        assert counted_union_id is not None  # every officer belongs to a union
        if union_id is not None:
            counted_union_id = parse_global_id(union_id, "Union", "unionId")
            union = await context.loaders.unions.load(counted_union_id)
            if union is None or not may_manage_seekers(caller, union.path):
                raise NotFound(
                    "Your union has no branch with this id.",
                    "您的工会没有这个下级工会。",
                    field=("unionId",),
                )
        return ServiceCounts.of(
            await context.services.store.service_statistics.counts_by_union(counted_union_id)
        )
