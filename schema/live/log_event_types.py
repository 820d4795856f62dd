"""The interface of every event that a subscription delivers."""

from datetime import datetime
from typing import Self

import strawberry

from domain import cursors
from domain.live.events import EventEnvelope


@strawberry.interface(description="An event with its place in a log.")
class LogEvent:
    placed: strawberry.Private[EventEnvelope]
    seq: int = strawberry.field(
        description="1, 2, 3 ... without a gap. Events that are not logged (tally, presence, "
        "reset) carry the number of the last logged event."
    )
    at: datetime
    cursor: str = strawberry.field(
        description="Pass it as `after` to receive the events after this one. It also names the "
        "history of the log, so a cursor from before a restored backup gets a reset."
    )

    @classmethod
    def of(cls, placed: EventEnvelope) -> Self:
        return cls(
            placed=placed,
            seq=placed.seq,
            at=placed.at,
            cursor=cursors.encode_position(placed.topic, placed.position),
        )
