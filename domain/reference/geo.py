"""Points on the earth, and how far apart they are."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the earth (IUGG)."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """Degrees north and degrees east."""

    latitude: float
    longitude: float


def distance_km(here: Point, there: Point) -> float:
    """The way along a great circle (haversine), exact to half a percent."""
    north = radians(there.latitude - here.latitude)
    east = radians(there.longitude - here.longitude)
    curve = sin(north / 2) ** 2 + cos(radians(here.latitude)) * cos(radians(there.latitude)) * (
        sin(east / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, curve)))


def is_plausible_in_china(point: Point) -> bool:
    """Whether a point can lie in China at all; no number at all does not."""
    return 3 <= point.latitude <= 54 and 73 <= point.longitude <= 136
