"""Estimates how many different viewers watch a session across all nodes.

A viewer may be connected to several nodes. Each viewer is hashed to 64 bits, equal on every node. A
node publishes a sketch: how many hashes it holds, and the ``SAMPLE_SIZE`` lowest of them. The
lowest hashes are a random sample, and every node samples the same range ("bottom-k"). Up to
``SAMPLE_SIZE`` viewers per node the result is exact. Above that, the share of viewers seen by
several nodes is estimated from the range of hashes that every sketch covers completely. If no
viewer is seen twice, the sum is still exact.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b

SAMPLE_SIZE = 4_096
"""Maximum hashes in a sketch (32 KiB). With 20,000 viewers, 5 % of them on two nodes, the error is
0.3 %."""


@dataclass(frozen=True, kw_only=True)
class ViewerSketch:
    """The viewers of one node: their number, and their lowest hashes in ascending order."""

    count: int
    lowest: tuple[int, ...]


def hash_viewer(viewer: str) -> int:
    """Return the 64-bit hash of a viewer, given as the subject of the access token."""
    return int.from_bytes(blake2b(viewer.encode(), digest_size=8).digest(), "big")


def sketch_viewers(hashes: Collection[int]) -> ViewerSketch:
    """Return the sketch of a node whose viewers have these hashes."""
    return ViewerSketch(count=len(hashes), lowest=tuple(sorted(hashes)[:SAMPLE_SIZE]))


def estimate_distinct_viewers(sketches: Sequence[ViewerSketch]) -> int:
    """Return the number of different viewers of all nodes.

    A sketch with a count but without hashes (from an older version) adds its count.
    """
    sampled = [sketch for sketch in sketches if sketch.lowest]
    unsampled_count = sum(sketch.count for sketch in sketches if not sketch.lowest)
    sampled_count = sum(sketch.count for sketch in sampled)
    if len(sampled) < 2:
        return unsampled_count + sampled_count
    # Up to this hash every sketch is complete; None if no sketch was cut off.
    cutoff = min(
        (sketch.lowest[-1] for sketch in sampled if sketch.count > len(sketch.lowest)), default=None
    )
    compared = [
        sketch.lowest if cutoff is None else sketch.lowest[: bisect_right(sketch.lowest, cutoff)]
        for sketch in sampled
    ]
    total, distinct = sum(map(len, compared)), len(set().union(*compared))
    return unsampled_count + round(sampled_count * distinct / total)
