"""Distances, and points that lie in China."""

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.reference.geo import Point, distance_km, draw_circle, is_plausible_in_china

SHANGHAI = Point(latitude=31.2304, longitude=121.4737)
BEIJING = Point(latitude=39.9042, longitude=116.4074)


def test_shanghai_to_beijing_is_1067_kilometres_both_ways() -> None:
    assert distance_km(SHANGHAI, BEIJING) == pytest.approx(1067, abs=2)
    assert distance_km(BEIJING, SHANGHAI) == pytest.approx(distance_km(SHANGHAI, BEIJING))


def test_distance_to_itself_is_zero_and_to_the_antipode_half_the_circumference() -> None:
    assert distance_km(SHANGHAI, SHANGHAI) == 0
    there = Point(latitude=-31.2304, longitude=121.4737 - 180)
    assert distance_km(SHANGHAI, there) == pytest.approx(20_015, abs=1)


@pytest.mark.parametrize(
    "point",
    [
        Point(latitude=121.4737, longitude=31.2304),
        Point(latitude=nan, longitude=100),
        Point(latitude=30, longitude=nan),
        Point(latitude=2.9, longitude=110),
        Point(latitude=30, longitude=136.1),
    ],
)
def test_points_outside_china_are_not_plausible(point: Point) -> None:
    assert not is_plausible_in_china(point)
    assert is_plausible_in_china(SHANGHAI)


@given(
    st.builds(Point, latitude=st.floats(3, 54), longitude=st.floats(73, 136)),
    st.floats(0.01, 5_000),
)
def test_every_corner_of_a_circle_is_as_far_as_its_radius(centre: Point, kilometres: float) -> None:
    corners = draw_circle(centre, kilometres)
    assert (len(corners), corners[0]) == (129, corners[-1])
    for corner in corners:
        assert -180 <= corner.longitude <= 180
        assert distance_km(centre, corner) == pytest.approx(kilometres, rel=0.001, abs=0.001)
