"""Referrals to services, and how many services a union has given."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain.errors import NotFound, StatusConflict
from domain.free_text import check_remark
from domain.identity.accounts import Role
from domain.identity.scopes import may_manage_seekers
from domain.seekers.referrals import Referral as ReferralRecord
from domain.seekers.referrals import ReferralKind, ReferralStatus, ReferralStep, transition_referral
from schema import errors
from schema.context import Context, Info
from schema.relay import (
    Connection,
    Keyset,
    Node,
    global_id,
    id_keyset,
    parse_global_id,
    resolve_connection,
)
from schema.seekers.seeker_types import (
    Seeker,
    find_visible_seeker,
    require_own_seeker,
    require_seeker,
)
from storage.mongo.client import new_id
from storage.seekers.referrals import MAX_REFERRALS_PER_SEEKER, ReferralQuery
from storage.seekers.service_counts import ServiceCounts as CountsRecord

REFERRAL_KEYSET: Keyset[ReferralRecord] = id_keyset("referrals", lambda referral: referral.id)


@strawberry.type(description="A status, and since when.")
class ReferralStepTaken:
    status: ReferralStatus
    at: datetime
    note: str = strawberry.field(description="For officers; empty for others.")


@strawberry.type(description="Somebody passed on to a service.")
class Referral(Node):
    record: strawberry.Private[ReferralRecord]
    kind: ReferralKind
    status: ReferralStatus
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, record: ReferralRecord) -> Self:
        return cls(
            record=record,
            id=global_id("Referral", record.id),
            kind=record.kind,
            status=record.status,
            version=record.version,
            created_at=record.created_at,
            updated_at=record.updated_at,
        )

    @strawberry.field(description="The first step first.")
    def steps(self, info: Info) -> list[ReferralStepTaken]:
        shows_notes = may_manage_seekers(info.context.principal, self.record.union_path)
        return [
            ReferralStepTaken(status=step.status, at=step.at, note=step.note if shows_notes else "")
            for step in self.record.steps
        ]

    @strawberry.field(description="Null when the profile was erased.")
    async def seeker(self, info: Info) -> Seeker | None:
        return await find_visible_seeker(info.context, self.record.seeker_id)


async def find_visible_referral(context: Context, referral_id: str) -> Referral | None:
    """The referral, for officers of the scope and for the seeker."""
    record = await context.loaders.referrals.load(referral_id)
    if record is None:
        return None
    if may_manage_seekers(context.principal, record.union_path):
        return Referral.of(record)
    caller = context.principal
    if caller is None or caller.role is not Role.SEEKER:
        return None
    is_own = await find_visible_seeker(context, record.seeker_id) is not None
    return Referral.of(record) if is_own else None


@strawberry.type(
    description="What a union and its branches did for people. Services, people and hires (see "
    "`funnel`) are three different numbers."
)
class ServiceCounts:
    services: int = strawberry.field(description="Calls, profiles and referrals together.")
    people: int = strawberry.field(description="Who were reached by a call.")
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


@strawberry.input(description="All that are given must hold.")
class ReferralFilter:
    status: ReferralStatus | None = None
    kind: ReferralKind | None = None
    seeker_id: strawberry.ID | None = None


@strawberry.type
class ReferralQueries:
    @strawberry.field(
        description="For officers: the referrals of their scope; for seekers: their own. Newest "
        "first."
    )
    async def referrals(
        self,
        info: Info,
        filter: ReferralFilter | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Referral]:
        context = info.context
        caller = context.require(Role.OFFICER, Role.SEEKER)
        narrowed = filter or ReferralFilter()
        seeker_id = None
        if narrowed.seeker_id is not None:
            seeker_id = parse_global_id(narrowed.seeker_id, "Seeker", "filter", "seekerId")
        if caller.role is Role.SEEKER:
            own = (await require_own_seeker(context)).id
            if seeker_id not in {None, own}:
                raise NotFound("That is not your profile.", field=("filter", "seekerId"))
            seeker_id = own
        query = ReferralQuery(
            union_id=caller.union_id,
            seeker_id=seeker_id,
            status=narrowed.status,
            kind=narrowed.kind,
        )
        referrals = context.services.store.referrals
        return await resolve_connection(
            REFERRAL_KEYSET,
            lambda page: referrals.page(query, page),
            Referral.of,
            first=first,
            after=after,
        )

    @strawberry.field(
        description="For officers: services of their union with its branches, or of one branch."
    )
    async def services(self, info: Info, union_id: strawberry.ID | None = None) -> ServiceCounts:
        context = info.context
        caller = context.require(Role.OFFICER)
        wanted = caller.union_id
        assert wanted is not None  # every officer belongs to a union
        if union_id is not None:
            wanted = parse_global_id(union_id, "Union", "unionId")
            union = await context.loaders.unions.load(wanted)
            if union is None or not may_manage_seekers(caller, union.path):
                raise NotFound("There is no such branch of your union.", field=("unionId",))
        return ServiceCounts.of(
            await context.services.store.service_statistics.counts_by_union(wanted)
        )


@strawberry.input
class OpenReferralInput:
    seeker_id: strawberry.ID
    kind: ReferralKind
    note: str = ""


@strawberry.input
class AdvanceReferralInput:
    referral_id: strawberry.ID
    status: ReferralStatus
    note: str = ""


@strawberry.type
class ReferralOpened:
    referral: Referral


@strawberry.type
class ReferralAdvanced:
    referral: Referral


OpenReferralResult = Annotated[
    ReferralOpened | errors.StatusConflict | errors.CommonRefusal,
    strawberry.union("OpenReferralResult"),
]
AdvanceReferralResult = Annotated[
    ReferralAdvanced | errors.StatusConflict | errors.CommonRefusal,
    strawberry.union("AdvanceReferralResult"),
]


@strawberry.type
class ReferralMutations:
    @strawberry.mutation(description="For officers: pass a seeker on to a service.")
    async def open_referral(self, info: Info, input: OpenReferralInput) -> OpenReferralResult:
        context = info.context
        caller = context.require(Role.OFFICER)
        seeker = await require_seeker(context, input.seeker_id, "input", "seekerId")
        note = check_remark(input.note, ("input", "note"))
        if (
            await context.services.store.referrals.count_by_seeker(seeker.id)
            >= MAX_REFERRALS_PER_SEEKER
        ):
            raise StatusConflict(f"{MAX_REFERRALS_PER_SEEKER} referrals of one person are enough.")
        now = context.services.clock()
        record = ReferralRecord(
            id=new_id(),
            seeker_id=seeker.id,
            kind=input.kind,
            steps=(ReferralStep(status=ReferralStatus.OPEN, at=now, by=caller.subject, note=note),),
            union_path=seeker.union_path,
            created_at=now,
            updated_at=now,
        )
        await context.services.store.referrals.add([record])
        return ReferralOpened(referral=Referral.of(record))

    @strawberry.mutation(description="For officers: OPEN, ACCEPTED, DONE; or DECLINED, LAPSED.")
    async def advance_referral(
        self, info: Info, input: AdvanceReferralInput
    ) -> AdvanceReferralResult:
        context = info.context
        caller, field = context.require(Role.OFFICER), ("input", "referralId")
        before = await context.loaders.referrals.load(
            parse_global_id(input.referral_id, "Referral", *field)
        )
        if before is None or not may_manage_seekers(caller, before.union_path):
            raise NotFound("There is no such referral in your scope.", field=field)
        note = check_remark(input.note, ("input", "note"))
        if note:
            seeker = await context.loaders.seekers.load(before.seeker_id)
            assert seeker is not None  # of an erased one group and status stay
            if seeker.erased_at is not None:
                raise StatusConflict("The person had their data erased; leave the note out.")
        after = transition_referral(
            before, input.status, note, by=caller.subject, at=context.services.clock()
        )
        if not await context.services.store.referrals.replace_if_unchanged(before, after):
            raise StatusConflict("Somebody has just moved this referral. Reload it.")
        return ReferralAdvanced(referral=Referral.of(after))
