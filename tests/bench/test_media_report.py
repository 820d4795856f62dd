"""What makes a run of the benchmark of players fail, and the ratio that it reports."""

from __future__ import annotations

import pytest

from bench.media_report import find_faults, ratio


@pytest.mark.parametrize(
    ("figures", "faults"),
    [
        ({"ratio": 1.2, "segments": 990, "missed": 10}, 0),
        ({"ratio": 1.21, "segments": 1_000, "missed": 0}, 1),
        ({"ratio": 1.0, "segments": 989, "missed": 11}, 1),
        ({"ratio": 1.0, "segments": 899, "missed": 0}, 1),
        ({"ratio": 1.0, "segments": 0, "missed": 0}, 1),
        ({"ratio": 2.0, "segments": 0, "missed": 1}, 3),
    ],
)
def test_a_run_passes_within_its_bound_and_only_if_players_kept_up(
    figures: dict[str, float], faults: int
) -> None:
    assert len(find_faults(figures, played_seconds=1_000)) == faults


def test_the_ratio_is_that_of_all_taps_of_the_chosen_pairs() -> None:
    times = {False: [[10.0] * 99 + [20.0], [1.0] * 100], True: [[30.0] * 100, [5.0] * 100]}
    assert ratio(times, [0]) == 1.5
    assert ratio(times, [1]) == 5.0
    assert ratio(times, [0, 1]) == 3.0
