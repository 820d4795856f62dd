"""Figures that a process keeps of itself: plain numbers, made to be read only when asked for."""

from __future__ import annotations

from bisect import bisect_left

DURATION_BUCKETS_SECONDS = (
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1.0,
    2.5,
    5.0,
    10.0,
)
"""Bounds for how long something took."""


class Histogram:
    """How many values lay at or below each of some bounds, and their sum."""

    def __init__(self, *bounds: float) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        """By the lowest bound that a value fits; the last of those beyond all bounds."""
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value
