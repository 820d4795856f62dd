"""GraphQL types of the events that the subscription `postingMatched` sends to a seeker."""

import strawberry

from domain.live import events
from domain.live.events import EventEnvelope
from domain.matching.jobs import build_job
from domain.matching.matches import MAX_MATCHES, assess_job
from schema.context import Info
from schema.live.log_event_types import LogEvent
from schema.matching.match_queries import recommend_postings
from schema.matching.match_types import PostingMatch
from schema.postings.posting_types import Posting, find_open_posting
from schema.seekers.seeker_types import require_own_seeker


@strawberry.interface(description="An event in the log of one seeker.")
class SeekerEvent(LogEvent): ...


@strawberry.type(
    description="A posting that suits the profile or a saved search opened, or changed."
)
class PostingMatched(SeekerEvent):
    @strawberry.field(description="Null if the posting is not open any more.")
    async def posting(self, info: Info) -> Posting | None:
        assert isinstance(self.placed.event, events.PostingMatched)  # by _SEEKER_EVENT_TYPES
        return await find_open_posting(info.context, self.placed.event.posting_id)

    @strawberry.field(
        description="Why the posting suits the profile as it is now. Null if it does not (a saved "
        "search found it), or if it is not open any more."
    )
    async def match(self, info: Info) -> PostingMatch | None:
        posting = await self.posting(info)
        seeker = await require_own_seeker(info.context)
        if posting is None or not seeker.is_matchable:
            return None
        match = assess_job(seeker.profile, build_job(posting.record))
        return PostingMatch.of(match, posting) if match else None


@strawberry.type(
    description="The cursor cannot be resumed from. Replace what is shown with `recommended`; the "
    "events that follow continue from here."
)
class MatchesReset(SeekerEvent):
    @strawberry.field(description="Empty while the seeker may not be matched.")
    async def recommended(self, info: Info) -> list[PostingMatch]:
        seeker = await require_own_seeker(info.context)
        if not seeker.is_matchable:
            return []
        return await recommend_postings(info.context, seeker, MAX_MATCHES)


_SEEKER_EVENT_TYPES: dict[type[events.Event], type[SeekerEvent]] = {
    events.PostingMatched: PostingMatched,
    events.Reset: MatchesReset,
    # An event that this version does not know: a reset shows the state that it led to.
    events.Unrecognised: MatchesReset,
}
SEEKER_EVENT_TYPES: tuple[type[LogEvent], ...] = tuple(dict.fromkeys(_SEEKER_EVENT_TYPES.values()))
"""The GraphQL types of all events of a seeker's log."""


def build_seeker_event(placed: EventEnvelope) -> SeekerEvent:
    """Return the GraphQL object of a logged event."""
    return _SEEKER_EVENT_TYPES[type(placed.event)].of(placed)
