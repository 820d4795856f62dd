"""A first visit is judged by the bounds of its page, and what exceeds them is named."""

from __future__ import annotations

from bench.first_load import Load, exceeded_bounds


def test_a_page_within_its_bounds_exceeds_none() -> None:
    assert exceeded_bounds("job", Load(15_000, 400_000, 1_500.0, 2_000.0, 0.02)) == []


def test_each_exceeded_bound_is_named_with_figure_and_bound() -> None:
    load = Load(15_001, 15_001, 1_500.5, 0.0, 0.021)
    assert exceeded_bounds("job", load) == [
        "job: 15,001 bytes of script, at most 15,000",
        "job: 1,500.5 ms until interactive, at most 1,500",
        "job: 0.021 layout shift, at most 0.02",
    ]
    assert exceeded_bounds("room", Load(60_000, 0, 0.0, 0.0, 0.0)) == []
