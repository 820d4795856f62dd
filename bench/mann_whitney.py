"""The Mann-Whitney U test: whether one of two samples tends to be larger than the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby


def p_value(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the two-sided p-value, by the normal approximation with ties and continuity.

    Near 0: the samples differ. It needs about 20 values in each.
    """
    ranked = sorted([(value, True) for value in first] + [(value, False) for value in second])
    rank_sum, ties, before = 0.0, 0, 0
    for _, group in groupby(ranked, key=lambda pair: pair[0]):
        is_first = [from_first for _, from_first in group]
        size = len(is_first)
        # Equal values share the mean of their ranks.
        rank_sum += sum(is_first) * (before + (size + 1) / 2)
        ties += size**3 - size
        before += size
    count, other = len(first), len(second)
    total = count + other
    u = rank_sum - count * (count + 1) / 2
    variance = count * other / 12 * (total + 1 - ties / (total * (total - 1)))
    if variance == 0:
        return 1.0
    distance = max(abs(u - count * other / 2) - 0.5, 0.0)
    return math.erfc(distance / math.sqrt(2 * variance))
