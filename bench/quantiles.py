"""Quantiles of what a benchmark has measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Number = TypeVar("Number", int, float)


def quantile(ordered: Sequence[Number], share: float) -> Number:
    """Return the figure that this share of the sorted figures does not pass."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
