"""Draws the latencies of a run as SVG: logarithmic axes, one line per server."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

NAMESPACE = "http://www.w3.org/2000/svg"
WIDTH, HEIGHT = 860, 480
LEFT, RIGHT, TOP, BOTTOM = 80, 190, 40, 50
COLOURS = ("#c0392b", "#e67e22", "#b7950b", "#1e8449", "#2471a3", "#7d3c98", "#566573")

Point = tuple[float, float, float]
"""Subscribers, and the two quantiles in milliseconds."""


class Axes:
    """Converts values into coordinates."""

    def __init__(self, points: Sequence[Point]) -> None:
        across = [x for x, _, _ in points]
        up = [y for _, *both in points for y in both]
        self._left, self._right = math.log(min(across) * 0.9), math.log(max(across) * 1.1)
        self.lowest = 10 ** math.floor(math.log10(max(min(up), 0.1)))
        self.highest = 10 ** math.ceil(math.log10(max(up)))

    def x(self, subscribers: float) -> float:
        share = (math.log(subscribers) - self._left) / (self._right - self._left)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, ms: float) -> float:
        low, high = math.log(self.lowest), math.log(self.highest)
        share = (math.log(max(ms, self.lowest)) - low) / (high - low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def latencies(title: str, servers: Mapping[str, Sequence[Point]]) -> str:
    """Draw p50 (dashed) and p99 of each server against the number of subscribers."""
    axes = Axes([point for points in servers.values() for point in points])
    parts = [
        f'<svg xmlns="{NAMESPACE}" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        _text(LEFT, 22, title, size=14),
        *_grid(axes, sorted({x for points in servers.values() for x, _, _ in points})),
    ]
    for number, (name, points) in enumerate(servers.items()):
        colour = COLOURS[number % len(COLOURS)]
        parts += _line([(axes.x(x), axes.y(p50)) for x, p50, _ in points], colour, dashed=True)
        parts += _line([(axes.x(x), axes.y(p99)) for x, _, p99 in points], colour, dashed=False)
        parts.append(_text(WIDTH - RIGHT + 14, TOP + 14 + 20 * number, name, fill=colour))
    legend = TOP + 34 + 20 * len(servers)
    parts.append(_text(WIDTH - RIGHT + 14, legend, "solid: p99, dashed: p50", fill="#555"))
    return "\n".join([*parts, "</svg>", ""])


def _grid(axes: Axes, sizes: Iterable[float]) -> Iterable[str]:
    for size in sizes:
        yield _rule(axes.x(size), TOP, axes.x(size), HEIGHT - BOTTOM)
        yield _text(axes.x(size), HEIGHT - BOTTOM + 18, f"{size:,.0f}", anchor="middle")
    power = axes.lowest
    while power <= axes.highest * 1.001:
        yield _rule(LEFT, axes.y(power), WIDTH - RIGHT, axes.y(power))
        yield _text(LEFT - 8, axes.y(power) + 4, f"{power:,g} ms", anchor="end")
        power *= 10
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield _text(middle, HEIGHT - 10, "subscribers", anchor="middle")


def _line(places: Sequence[tuple[float, float]], colour: str, *, dashed: bool) -> Iterable[str]:
    path = " ".join(f"{x},{y}" for x, y in places)
    dashes = ' stroke-dasharray="5 4"' if dashed else ""
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'
    for x, y in places:
        yield f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>'


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#ddd"/>'


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", fill: str = "#222", size: int = 12
) -> str:
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{fill}" '
        f'font-size="{size}">{text}</text>'
    )
