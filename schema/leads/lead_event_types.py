"""The events of a session's leads, as `leadEvents` delivers them."""

import strawberry

from domain.leads.leads import LeadStage
from domain.live import events
from domain.live.events import EventEnvelope
from schema.context import Info
from schema.leads.lead_types import Lead
from schema.live.log_event_types import LogEvent


@strawberry.interface(description="An event of a session's leads.")
class LeadEvent(LogEvent): ...


async def _load_lead(info: Info, lead_id: str) -> Lead:
    record = await info.context.loaders.leads.load(lead_id)
    assert record is not None  # leads are not deleted
    return Lead.of(record)


@strawberry.type(description="A new lead: somebody is interested.")
class LeadRecorded(LeadEvent):
    @strawberry.field(description="The lead as it is now.")
    async def lead(self, info: Info) -> Lead:
        assert isinstance(self.placed.event, events.LeadRecorded)  # by _LEAD_EVENT_TYPES
        return await _load_lead(info, self.placed.event.lead_id)


@strawberry.type(description="A lead advanced to another stage.")
class LeadAdvanced(LeadEvent):
    @strawberry.field(description="The lead as it is now.")
    async def lead(self, info: Info) -> Lead:
        assert isinstance(self.placed.event, events.LeadAdvanced)  # by _LEAD_EVENT_TYPES
        return await _load_lead(info, self.placed.event.lead_id)

    @strawberry.field(description="The stage that this event brought it to.")
    def stage(self) -> LeadStage:
        assert isinstance(self.placed.event, events.LeadAdvanced)  # by _LEAD_EVENT_TYPES
        return self.placed.event.stage


@strawberry.type
class _LeadFollowUpEvent(LeadEvent):
    @strawberry.field(description="The lead as it is now.")
    async def lead(self, info: Info) -> Lead:
        event = self.placed.event
        # By _LEAD_EVENT_TYPES.
        assert isinstance(
            event,
            (
                events.LeadAssigned,
                events.LeadNoted,
                events.LeadEscalated,
                events.HireConfirmed,
                events.LeadConfirmed,
                events.LeadSuperseded,
            ),
        )
        return await _load_lead(info, event.lead_id)


@strawberry.type(description="A lead was assigned to somebody, or to nobody.")
class LeadAssigned(_LeadFollowUpEvent): ...


@strawberry.type(description="A note was added to a lead: see its `timeline`.")
class LeadNoted(_LeadFollowUpEvent): ...


@strawberry.type(description="A lead was overdue and was escalated to the next union above.")
class LeadEscalated(_LeadFollowUpEvent): ...


@strawberry.type(description="One side confirmed or denied the hire.")
class HireConfirmed(_LeadFollowUpEvent): ...


@strawberry.type(
    description="The owner of the phone confirmed a lead: from now on the employer may get it."
)
class LeadConfirmed(_LeadFollowUpEvent): ...


@strawberry.type(description="A lead ended, because the owner of its phone confirmed another one.")
class LeadSuperseded(_LeadFollowUpEvent): ...


@strawberry.type(
    description="The cursor could not be resumed: read `leads` again, and continue from here."
)
class LeadsReset(LeadEvent): ...


_LEAD_EVENT_TYPES: dict[type[events.Event], type[LeadEvent]] = {
    events.LeadRecorded: LeadRecorded,
    events.LeadAdvanced: LeadAdvanced,
    events.LeadAssigned: LeadAssigned,
    events.LeadNoted: LeadNoted,
    events.LeadEscalated: LeadEscalated,
    events.HireConfirmed: HireConfirmed,
    events.LeadConfirmed: LeadConfirmed,
    events.LeadSuperseded: LeadSuperseded,
    events.Reset: LeadsReset,
    events.Unrecognised: LeadsReset,
}
LEAD_EVENT_TYPES: tuple[type[LeadEvent], ...] = tuple(dict.fromkeys(_LEAD_EVENT_TYPES.values()))
"""Every type that implements LeadEvent, each once."""


def build_lead_event(placed: EventEnvelope) -> LeadEvent:
    """Return the GraphQL object of an event in the log of a session's leads."""
    return _LEAD_EVENT_TYPES[type(placed.event)].of(placed)
