"""The ratio that the benchmark of players reports, and what makes a run fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.quantiles import quantile

MOST = 1.2
"""The p99 of taps beside players, in times of that without, of a run that passes."""
MOST_MISSED = 0.01
"""The share of segments that players may miss in a run that counts: who waits takes nothing."""
LEAST_READ = 0.9
"""The segments that players read in a run that counts, as a share of the seconds that they play.

A segment lasts a second: the camera sends a key frame in each.
"""


def percentile(times: Sequence[float], share: float) -> float:
    """Return the time that this share of the times does not pass."""
    return quantile(sorted(times), share)


def ratio(times: dict[bool, list[list[float]]], chosen: Sequence[int]) -> float:
    """Return the p99 beside players divided by that without, over some of the pairs."""
    with_players, without = (
        percentile([each for pair in chosen for each in times[beside][pair]], 0.99)
        for beside in (True, False)
    )
    return with_players / without


def find_faults(figures: dict[str, Any], played_seconds: float) -> list[str]:
    """Return why a run does not pass. ``played_seconds`` is the time that all players played."""
    faults = []
    if figures["ratio"] > MOST:
        faults.append(f"p99 beside players is more than {MOST} times that without")
    read, missed = figures["segments"], figures["missed"]
    if missed > MOST_MISSED * (read + missed):
        faults.append(f"players missed {missed} segments and read {read}: the run does not count")
    if read < LEAST_READ * played_seconds:
        faults.append(
            f"players read {read} segments in {played_seconds:.0f} s: the run does not count"
        )
    return faults
