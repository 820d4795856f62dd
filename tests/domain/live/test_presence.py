"""Estimates of different viewers: exact for small audiences, close for large ones."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.live import presence
from domain.live.presence import (
    SAMPLE_SIZE,
    ViewerSketch,
    estimate_distinct_viewers,
    hash_viewer,
    sketch_viewers,
)

hashes = st.integers(0, (1 << 64) - 1)
small = st.sets(st.integers(0, 30) | hashes, max_size=40)


@given(nodes=st.lists(small, max_size=5))
def test_small_audiences_are_counted_exactly(nodes: list[set[int]]) -> None:
    assert estimate_distinct_viewers([sketch_viewers(node) for node in nodes]) == len(
        set().union(*nodes)
    )


@given(nodes=st.lists(small, max_size=5))
def test_the_estimate_lies_between_the_largest_node_and_the_sum(nodes: list[set[int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(presence, "SAMPLE_SIZE", 4)
        sketches = [sketch_viewers(node) for node in nodes]
    counts = [len(node) for node in nodes]
    assert all(len(sketch.lowest) == min(4, sketch.count) for sketch in sketches)
    assert 0 <= estimate_distinct_viewers(sketches) <= sum(counts)
    assert (estimate_distinct_viewers(sketches) > 0) == any(counts)


@given(sizes=st.lists(st.integers(0, 40), max_size=5))
def test_without_overlap_the_estimate_is_the_sum(sizes: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(presence, "SAMPLE_SIZE", 4)
        # The hashes of all nodes lie in the same range.
        sketches = [
            sketch_viewers([hash_viewer(f"{node}/{number}") for number in range(size)])
            for node, size in enumerate(sizes)
        ]
    assert estimate_distinct_viewers(sketches) == sum(sizes)


@pytest.mark.parametrize(("each", "twice"), [(10_000, 0), (10_000, 1_000), (30_000, 3_000)])
def test_large_audiences_are_estimated_closely(each: int, twice: int) -> None:
    dice = random.Random(2026)  # noqa: S311 - chance, not a secret
    drawn = [dice.getrandbits(64) for _ in range(2 * each - twice)]
    first, second = drawn[:each], drawn[each - twice :]
    estimate = estimate_distinct_viewers([sketch_viewers(first), sketch_viewers(second)])
    assert abs(estimate - len(drawn)) <= 0.2 * twice


def test_a_small_node_counts_next_to_a_large_one() -> None:
    large, few = set(range(10_000)), {5, 20_000}
    assert len(sketch_viewers(large).lowest) == SAMPLE_SIZE
    assert (
        estimate_distinct_viewers([sketch_viewers(large), sketch_viewers({20_000})]) == 10_000 + 1
    )
    assert estimate_distinct_viewers([sketch_viewers(few), sketch_viewers({5})]) == 2


def test_a_sketch_without_hashes_adds_its_count() -> None:
    old = ViewerSketch(count=7, lowest=())
    assert estimate_distinct_viewers([old]) == 7
    assert estimate_distinct_viewers([old, sketch_viewers([1, 2]), sketch_viewers([2, 3])]) == 10
    assert estimate_distinct_viewers([]) == 0


def test_a_viewer_hash_is_stable_and_opaque() -> None:
    assert hash_viewer("viewer") == hash_viewer("viewer") != hash_viewer("viewe")
    assert 0 <= hash_viewer("观众") < 1 << 64
