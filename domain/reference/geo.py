"""Geographic points and the distance between them."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the earth (IUGG)."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """A point in degrees north and degrees east."""

    latitude: float
    longitude: float


def distance_km(here: Point, there: Point) -> float:
    """Return the great-circle distance in kilometres (haversine formula, within 0.5 %)."""
    delta_latitude = radians(there.latitude - here.latitude)
    delta_longitude = radians(there.longitude - here.longitude)
    haversine = sin(delta_latitude / 2) ** 2 + (
        cos(radians(here.latitude)) * cos(radians(there.latitude)) * sin(delta_longitude / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, haversine)))


def is_plausible_in_china(point: Point) -> bool:
    """Whether a point lies in the bounding box of China; NaN does not."""
    return 3 <= point.latitude <= 54 and 73 <= point.longitude <= 136
