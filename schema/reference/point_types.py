"""GraphQL type of a geographic point."""

from typing import Self

import strawberry

from domain.reference.geo import Point as PointRecord


@strawberry.type(description="A point in degrees north and east.")
class Point:
    latitude: float
    longitude: float

    @classmethod
    def of(cls, record: PointRecord) -> Self:
        return cls(latitude=record.latitude, longitude=record.longitude)
