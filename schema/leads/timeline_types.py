"""The GraphQL types of the entries of a lead's timeline."""

from datetime import date, datetime
from typing import Self

import strawberry

from domain.leads.confirmation import ConfirmationMethod
from domain.leads.leads import HireSide, LeadStage, RefusalReason
from domain.leads.timeline import TimelineEntry as EntryRecord
from domain.leads.timeline import TimelineEntryKind
from schema.context import Info
from schema.identity.colleague_types import Colleague, find_colleague
from schema.identity.union_types import Union, find_union
from schema.relay import Keyset, parse_whole_number

TIMELINE_KEYSET: Keyset[EntryRecord] = Keyset(
    name="timeline",
    order=(("version", -1),),
    key=lambda entry: (str(entry.version),),
    parse=lambda parts: (parse_whole_number(parts[0]),),
)


@strawberry.interface(description="One change of a lead.")
class TimelineEntry:
    record: strawberry.Private[EntryRecord]
    version: int = strawberry.field(description="The version of the lead after this change.")
    at: datetime

    @classmethod
    def of(cls, record: EntryRecord) -> Self:
        return cls(record=record, version=record.version, at=record.at)

    @strawberry.field(
        description="The member of staff; null for the service itself and for the person."
    )
    async def by(self, info: Info) -> Colleague | None:
        return await find_colleague(info, self.record.by)


@strawberry.type(description="The person expressed interest.")
class RecordedEntry(TimelineEntry): ...


@strawberry.type(description="The lead advanced to another stage.")
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


@strawberry.type(description="The lead was assigned.")
class AssignedEntry(TimelineEntry):
    @strawberry.field(description="Null when it was assigned to nobody.")
    async def assignee(self, info: Info) -> Colleague | None:
        return await find_colleague(info, self.record.assignee_id)


@strawberry.type(description="A member of staff noted what was done or agreed.")
class NotedEntry(TimelineEntry):
    @strawberry.field(description="Null once the person's data were erased.")
    def body(self) -> str | None:
        return self.record.body

    @strawberry.field
    def next_action_on(self) -> date | None:
        return self.record.next_action_on


@strawberry.type(description="The lead was overdue and was escalated to the next union above.")
class EscalatedEntry(TimelineEntry):
    @strawberry.field
    async def union(self, info: Info) -> Union | None:
        return await find_union(info.context, self.record.escalated_to)


@strawberry.type(description="One side confirmed or denied the hire.")
class ConfirmedEntry(TimelineEntry):
    @strawberry.field
    def side(self) -> HireSide:
        assert self.record.side is not None  # of a CONFIRMED entry
        return self.record.side

    @strawberry.field
    def hired(self) -> bool:
        assert self.record.hired is not None  # of a CONFIRMED entry
        return self.record.hired


@strawberry.type(description="The person withdrew the consent.")
class ConsentWithdrawnEntry(TimelineEntry):
    @strawberry.field(description="Null when the lead was closed, or the person hired, before.")
    def from_stage(self) -> LeadStage | None:
        return self.record.from_stage

    @strawberry.field(description="Null when the stage did not change.")
    def to_stage(self) -> LeadStage | None:
        return self.record.to_stage


@strawberry.type(description="The person corrected the name.")
class CorrectedEntry(TimelineEntry): ...


@strawberry.type(description="Name, phone and notes were erased.")
class ErasedEntry(TimelineEntry): ...


@strawberry.type(description="The owner of the phone confirmed the lead.")
class PhoneConfirmedEntry(TimelineEntry):
    @strawberry.field
    def method(self) -> ConfirmationMethod:
        assert self.record.method is not None  # of a PHONE_CONFIRMED entry
        return self.record.method


@strawberry.type(
    description="The owner of the phone confirmed another lead. This one ended, and what was typed "
    "in it was erased."
)
class SupersededEntry(TimelineEntry): ...


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
    TimelineEntryKind.PHONE_CONFIRMED: PhoneConfirmedEntry,
    TimelineEntryKind.SUPERSEDED: SupersededEntry,
}
TIMELINE_ENTRY_TYPES: tuple[type[TimelineEntry], ...] = tuple(_TYPES_BY_ENTRY_KIND.values())


def build_timeline_entry(record: EntryRecord) -> TimelineEntry:
    """Return the GraphQL object of a timeline entry."""
    return _TYPES_BY_ENTRY_KIND[record.kind].of(record)
