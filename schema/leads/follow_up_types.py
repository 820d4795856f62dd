"""The fields of a lead that show its follow-up to staff: assignee, due date, hire, timeline."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Self

import strawberry

from domain.identity.accounts import Account as AccountRecord
from domain.identity.accounts import Role
from domain.leads.leads import HireProof as ProofRecord
from domain.leads.leads import Lead as LeadRecord
from schema.context import Info
from schema.identity.colleague_types import Colleague, find_colleague, is_staff
from schema.identity.union_types import Union, find_union
from schema.leads.timeline_types import TIMELINE_KEYSET, TimelineEntry, build_timeline_entry
from schema.relay import Connection, Keyset, resolve_connection

COLLEAGUE_KEYSET: Keyset[AccountRecord] = Keyset(
    name="colleagues", order=(("_id", 1),), key=lambda account: (account.id,)
)
MAX_BRANCH_UNIONS = 5_000
"""Unions whose staff an officer can choose from: more than a province has counties and towns."""


@strawberry.type(description="What each side says about the hire; null before it has answered.")
class HireProof:
    employer: bool | None
    seeker: bool | None = strawberry.field(
        description="Answered by the person, or by an officer on their behalf."
    )
    agreed: bool = strawberry.field(description="Both sides confirm the hire.")
    disagreement: bool = strawberry.field(
        description="One side confirms the hire, the other denies it."
    )

    @classmethod
    def of(cls, record: ProofRecord) -> Self:
        return cls(
            employer=record.employer,
            seeker=record.seeker,
            agreed=record.is_agreed,
            disagreement=record.disagreement,
        )


@strawberry.type
class LeadFollowUpFields:
    """The fields of a lead that are for staff only. Each is null for the giver."""

    record: strawberry.Private[LeadRecord]

    @strawberry.field(description="The colleague the lead is assigned to. For staff.")
    async def assignee(self, info: Info) -> Colleague | None:
        return await find_colleague(info, self.record.assignee_id)

    @strawberry.field(description="The day of the next action, from the latest note. For staff.")
    def next_action_on(self, info: Info) -> date | None:
        return self.record.next_action_on if is_staff(info) else None

    @strawberry.field(
        description="When the lead becomes overdue in its stage; null once closed. For staff."
    )
    def due_at(self, info: Info) -> datetime | None:
        return self.record.due_at if is_staff(info) else None

    @strawberry.field(description="The union it was last escalated to. For staff.")
    async def escalated_to(self, info: Info) -> Union | None:
        return await find_union(info.context, self.record.escalated_to if is_staff(info) else None)

    @strawberry.field(description="What each side says about the hire. For staff.")
    def hire_proof(self, info: Info) -> HireProof | None:
        return HireProof.of(self.record.hire) if is_staff(info) else None

    @strawberry.field(description="Its changes, latest first. For staff; null for the giver.")
    async def timeline(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[TimelineEntry] | None:
        if not is_staff(info):
            return None
        timelines = info.context.services.store.lead_timelines
        return await resolve_connection(
            TIMELINE_KEYSET,
            lambda page: timelines.page(self.record, page),
            build_timeline_entry,
            first=first,
            after=after,
        )

    @strawberry.field(
        description="Colleagues the caller may assign it to: for an officer, staff of their union "
        "and those below it, and the employer's recruiters; for a recruiter, its recruiters. Null "
        "for others."
    )
    async def assignable(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Colleague] | None:
        caller = info.context.principal
        if caller is None or caller.role not in {Role.OFFICER, Role.RECRUITER}:
            return None
        store = info.context.services.store
        union_ids: Sequence[str] = ()
        if caller.role is Role.OFFICER:
            assert caller.union_id is not None  # every officer belongs to a union
            union_ids = await store.unions.subtree_ids(caller.union_id, limit=MAX_BRANCH_UNIONS)
        return await resolve_connection(
            COLLEAGUE_KEYSET,
            lambda page: store.accounts.page(
                union_ids=union_ids, employer_id=self.record.employer_id, wanted=page
            ),
            Colleague.of,
            first=first,
            after=after,
        )
