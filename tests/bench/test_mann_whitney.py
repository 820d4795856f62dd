"""The Mann-Whitney U test against published values, and on samples of one distribution."""

from __future__ import annotations

import random

import pytest

from bench.mann_whitney import p_value


def test_separate_samples_differ() -> None:
    assert p_value(range(50), range(50, 100)) < 1e-15


def test_equal_samples_do_not_differ() -> None:
    assert p_value([1.0] * 30, [1.0] * 30) == 1.0
    assert p_value(range(40), range(40)) == pytest.approx(1.0)


def test_the_value_of_the_normal_approximation() -> None:
    # U = 2 of 16: z = (8 - 2 - 0.5) / sqrt(16 * 9 / 12) = 1.588.
    assert p_value([1, 2, 3, 6], [4, 5, 7, 8]) == pytest.approx(0.1124, abs=1e-4)


def test_samples_of_one_distribution_seldom_differ() -> None:
    source = random.Random(7)  # noqa: S311 - the same samples in each run
    values = [
        p_value([source.random() for _ in range(200)], [source.random() for _ in range(200)])
        for _ in range(200)
    ]
    assert sum(value < 0.05 for value in values) < 25
    shifted = p_value(
        [source.random() for _ in range(2_000)], [source.random() + 0.1 for _ in range(2_000)]
    )
    assert shifted < 1e-6
