"""GraphQL inputs for where and when the work is done, and their translation into records."""

from datetime import time

import strawberry

from domain.postings.work_schedule import ShiftTimes as ShiftRecord
from domain.postings.work_schedule import Workplace as WorkplaceRecord
from domain.reference.geo import Point as PointRecord
from domain.reference.regions import replace_former_code
from domain.reference.weekdays import Weekday


@strawberry.input
class PointInput:
    latitude: float
    longitude: float


@strawberry.input(description="A place of work.")
class WorkplaceInput:
    place_code: str = strawberry.field(description="GB/T 2260, 6 digits.")
    address: str = ""
    point: PointInput | None = None


@strawberry.input(
    description="The clock times of a shift in China time. An end before the start is on the next "
    "day; equal times are 24 hours."
)
class ShiftTimesInput:
    starts_at: time
    ends_at: time
    days: list[Weekday] = strawberry.field(
        default_factory=list, description="Empty: every working day."
    )
    break_minutes: int | None = None
    name: str = strawberry.field(default="", description="At most 20 characters.")


def parse_point(given: PointInput | None) -> PointRecord | None:
    """Return the point as it was given; the domain checks it."""
    if given is None:
        return None
    return PointRecord(latitude=given.latitude, longitude=given.longitude)


def parse_workplace(given: WorkplaceInput) -> WorkplaceRecord:
    """Return the place: text stripped, an outdated place code replaced."""
    return WorkplaceRecord(
        place_code=replace_former_code(given.place_code.strip()),
        address=given.address.strip(),
        point=parse_point(given.point),
    )


def parse_shift_times(given: ShiftTimesInput) -> ShiftRecord:
    """Return the shift as it was given; the domain checks it."""
    return ShiftRecord(
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        days=tuple(given.days),
        break_minutes=given.break_minutes,
        name=given.name.strip(),
    )
