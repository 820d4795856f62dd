"""What staff see of the follow-up of a lead: in whose hands, by when, timeline, proof of hire."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Self

import strawberry

from domain.identity.accounts import STAFF_ROLES, Role
from domain.identity.accounts import Account as AccountRecord
from domain.leads.leads import HireProof as ProofRecord
from domain.leads.leads import HireSide, LeadStage, RefusalReason
from domain.leads.leads import Lead as LeadRecord
from domain.leads.timeline import TimelineEntry as EntryRecord
from domain.leads.timeline import TimelineEntryKind
from schema.context import Info
from schema.identity.unions import Union
from schema.relay import Connection, Keyset, global_id, parse_whole_number, resolve_connection

TIMELINE_KEYSET: Keyset[EntryRecord] = Keyset(
    name="timeline",
    order=(("version", -1),),
    key=lambda entry: (str(entry.version),),
    parse=lambda parts: (parse_whole_number(parts[0]),),
)
COLLEAGUE_KEYSET: Keyset[AccountRecord] = Keyset(
    name="colleagues", order=(("_id", 1),), key=lambda account: (account.id,)
)
MAX_BRANCH_UNIONS = 5_000
"""Unions whose members one officer can choose from: more than a province has counties and towns."""


@strawberry.type(description="A member of staff, as others see them.")
class Colleague:
    id: strawberry.ID = strawberry.field(description="For `assignLead` and `assigneeId`.")
    display_name: str
    role: Role

    @classmethod
    def of(cls, record: AccountRecord) -> Self:
        return cls(
            id=global_id("Account", record.id), display_name=record.display_name, role=record.role
        )


async def find_colleague(info: Info, account_id: str | None) -> Colleague | None:
    """The member of staff with that account; who works here is for colleagues alone."""
    if account_id is None or not _is_staff(info):
        return None
    record = await info.context.loaders.accounts.load(account_id)
    return Colleague.of(record) if record else None


async def find_union(info: Info, union_id: str | None) -> Union | None:
    """The union with that id."""
    if union_id is None:
        return None
    record = await info.context.loaders.unions.load(union_id)
    return Union.of(record) if record else None


@strawberry.type(description="What each side says of the hire; null where it said nothing yet.")
class HireProof:
    employer: bool | None
    seeker: bool | None = strawberry.field(description="Also by an officer on their behalf.")
    agreed: bool = strawberry.field(description="Both say that the person was hired.")
    disagreement: bool = strawberry.field(description="One says so, the other denies it.")

    @classmethod
    def of(cls, record: ProofRecord) -> Self:
        return cls(
            employer=record.employer,
            seeker=record.seeker,
            agreed=record.is_agreed,
            disagreement=record.disagreement,
        )


@strawberry.interface(description="Something that happened to a lead.")
class TimelineEntry:
    record: strawberry.Private[EntryRecord]
    version: int = strawberry.field(description="The version that the lead had after it.")
    at: datetime

    @classmethod
    def of(cls, record: EntryRecord) -> Self:
        return cls(record=record, version=record.version, at=record.at)

    @strawberry.field(description="Null for the service itself, and for the person.")
    async def by(self, info: Info) -> Colleague | None:
        return await find_colleague(info, self.record.by)


@strawberry.type(description="The person was interested.")
class RecordedEntry(TimelineEntry): ...


@strawberry.type(description="The lead came to another stage.")
class AdvancedEntry(TimelineEntry):
    @strawberry.field
    def from_stage(self) -> LeadStage:
        assert self.record.from_stage is not None  # of an ADVANCED entry
        return self.record.from_stage

    @strawberry.field
    def to_stage(self) -> LeadStage:
        assert self.record.to_stage is not None  # of an ADVANCED entry
        return self.record.to_stage

    @strawberry.field(description="Why it was REFUSED.")
    def reason(self) -> RefusalReason | None:
        return self.record.reason


@strawberry.type(description="The lead was given into somebody's hands.")
class AssignedEntry(TimelineEntry):
    @strawberry.field(description="Null when it was taken out of everybody's.")
    async def assignee(self, info: Info) -> Colleague | None:
        return await find_colleague(info, self.record.assignee_id)


@strawberry.type(description="Somebody noted what was done or agreed.")
class NotedEntry(TimelineEntry):
    @strawberry.field(description="Null once the person had their data erased.")
    def body(self) -> str | None:
        return self.record.body

    @strawberry.field
    def next_action_on(self) -> date | None:
        return self.record.next_action_on


@strawberry.type(description="The lead was overdue, and the next union above was told.")
class EscalatedEntry(TimelineEntry):
    @strawberry.field
    async def union(self, info: Info) -> Union | None:
        return await find_union(info, self.record.escalated_to)


@strawberry.type(description="One side said whether the person was hired.")
class ConfirmedEntry(TimelineEntry):
    @strawberry.field
    def side(self) -> HireSide:
        assert self.record.side is not None  # of a CONFIRMED entry
        return self.record.side

    @strawberry.field
    def hired(self) -> bool:
        assert self.record.hired is not None  # of a CONFIRMED entry
        return self.record.hired


@strawberry.type(description="The person took the consent back.")
class ConsentWithdrawnEntry(TimelineEntry):
    @strawberry.field(description="Null when it was closed, or the person hired, before.")
    def from_stage(self) -> LeadStage | None:
        return self.record.from_stage

    @strawberry.field(description="Null when the stage stayed as it was.")
    def to_stage(self) -> LeadStage | None:
        return self.record.to_stage


@strawberry.type(description="The person corrected the name.")
class CorrectedEntry(TimelineEntry): ...


@strawberry.type(description="Name, phone and notes were taken out.")
class ErasedEntry(TimelineEntry): ...


_TYPES_BY_ENTRY_KIND: dict[TimelineEntryKind, type[TimelineEntry]] = {
    TimelineEntryKind.RECORDED: RecordedEntry,
    TimelineEntryKind.ADVANCED: AdvancedEntry,
    TimelineEntryKind.ASSIGNED: AssignedEntry,
    TimelineEntryKind.NOTED: NotedEntry,
    TimelineEntryKind.ESCALATED: EscalatedEntry,
    TimelineEntryKind.CONFIRMED: ConfirmedEntry,
    TimelineEntryKind.CONSENT_WITHDRAWN: ConsentWithdrawnEntry,
    TimelineEntryKind.CORRECTED: CorrectedEntry,
    TimelineEntryKind.ERASED: ErasedEntry,
}
TIMELINE_ENTRY_TYPES: tuple[type[TimelineEntry], ...] = tuple(_TYPES_BY_ENTRY_KIND.values())


def _build_entry(record: EntryRecord) -> TimelineEntry:
    return _TYPES_BY_ENTRY_KIND[record.kind].of(record)


def _is_staff(info: Info) -> bool:
    caller = info.context.principal
    return caller is not None and caller.role in STAFF_ROLES


@strawberry.type
class LeadFollowUpFields:
    """The fields of a lead that are for staff alone: each is null for the giver."""

    record: strawberry.Private[LeadRecord]

    @strawberry.field(description="Who has it in hand. For staff.")
    async def assignee(self, info: Info) -> Colleague | None:
        return await find_colleague(info, self.record.assignee_id)

    @strawberry.field(description="The day of the next action, from the last note. For staff.")
    def next_action_on(self, info: Info) -> date | None:
        return self.record.next_action_on if _is_staff(info) else None

    @strawberry.field(description="When its stage is overdue; null once closed. For staff.")
    def due_at(self, info: Info) -> datetime | None:
        return self.record.due_at if _is_staff(info) else None

    @strawberry.field(description="The union above that was told last. For staff.")
    async def escalated_to(self, info: Info) -> Union | None:
        return await find_union(info, self.record.escalated_to if _is_staff(info) else None)

    @strawberry.field(description="For staff; null for the giver.")
    def hire_proof(self, info: Info) -> HireProof | None:
        return HireProof.of(self.record.hire) if _is_staff(info) else None

    @strawberry.field(description="What happened, the latest first. For staff; null for the giver.")
    async def timeline(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[TimelineEntry] | None:
        if not _is_staff(info):
            return None
        timelines = info.context.services.store.lead_timelines
        return await resolve_connection(
            TIMELINE_KEYSET,
            lambda page: timelines.page(self.record, page),
            _build_entry,
            first=first,
            after=after,
        )

    @strawberry.field(
        description="To whom the caller may assign it: for an officer those of the own union and "
        "its branches and the employer's recruiters, for a recruiter colleagues. Else null."
    )
    async def assignable(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Colleague] | None:
        caller = info.context.principal
        if caller is None or caller.role not in {Role.OFFICER, Role.RECRUITER}:
            return None
        store = info.context.services.store
        branches: Sequence[str] = ()
        if caller.role is Role.OFFICER:
            assert caller.union_id is not None  # every officer belongs to a union
            branches = await store.unions.subtree_ids(caller.union_id, limit=MAX_BRANCH_UNIONS)
        return await resolve_connection(
            COLLEAGUE_KEYSET,
            lambda page: store.accounts.page(
                union_ids=branches, employer_id=self.record.employer_id, wanted=page
            ),
            Colleague.of,
            first=first,
            after=after,
        )
