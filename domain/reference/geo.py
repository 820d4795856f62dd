"""Geographic points and the distance between them."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, atan2, cos, degrees, pi, radians, sin, sqrt

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


def draw_circle(centre: Point, kilometres: float, *, corners: int = 128) -> tuple[Point, ...]:
    """Return the corners of a polygon that is a circle to within 0.1 %, counter-clockwise.

    The radius is more than 0 and less than a quarter of the earth. The first corner is also the
    last one, as GeoJSON wants it.
    """
    # A little wider, so that the sides lie outside as far as the corners lie outside.
    arc = kilometres / EARTH_RADIUS_KM * (2 / (1 + cos(pi / corners)))
    latitude, longitude = radians(centre.latitude), radians(centre.longitude)
    points = []
    for number in range(corners):
        bearing = -2 * pi * number / corners
        north = asin(sin(latitude) * cos(arc) + cos(latitude) * sin(arc) * cos(bearing))
        east = longitude + atan2(
            sin(bearing) * sin(arc) * cos(latitude), cos(arc) - sin(latitude) * sin(north)
        )
        points.append(Point(latitude=degrees(north), longitude=(degrees(east) + 540) % 360 - 180))
    return (*points, points[0])


def is_plausible_in_china(point: Point) -> bool:
    """Whether a point lies in the bounding box of China; NaN does not."""
    return 3 <= point.latitude <= 54 and 73 <= point.longitude <= 136
