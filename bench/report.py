"""Reports a fan-out run as a table, as JSON, as a picture, and in the README."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import plot

BENCH = Path(__file__).parent
RESULTS = BENCH / "results"
README = BENCH / "README.md"
MARK = "results"
OURS = "songgang"
HEADINGS = (
    "subscribers",
    "server",
    "deliveries/s",
    "songgang is",
    "p50 ms",
    "p99 ms",
    "max ms",
    "server µs each",
    "KiB a conn.",
    "CPU ms a conn.",
    "connects/s",
    "events/s",
    "lost",
    "disturbed",
)


def table(trials: Sequence[Mapping[str, Any]]) -> str:
    """Format one row per trial: throughput back to back, latency at one event a second."""
    rows = [HEADINGS, *(_row(trial, trials) for trial in trials)]
    return markdown(rows)


def line(trial: Mapping[str, Any]) -> str:
    """Format a finished trial as one line."""
    named = zip(HEADINGS, _row(trial, ()), strict=True)
    return ", ".join(f"{heading} {value}" for heading, value in named if value)


def _row(trial: Mapping[str, Any], trials: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    latency, burst, connecting = trial["latency"], trial["throughput"], trial["connecting"]
    lost = latency["missing"] + burst["missing"]
    return (
        f"{trial['subscribers']:,}",
        trial["server"],
        f"{burst['per_s']:,}",
        _ratio(trial, trials),
        *(_ms(latency[name]) for name in ("p50_ms", "p99_ms", "max_ms")),
        f"{burst['server_cpu_us']:.1f}",
        f"{connecting['kib']:.1f}",
        f"{connecting['cpu_ms']:.2f}",
        f"{connecting['per_s']:,}",
        f"{burst['written_per_s']:,}",
        f"{lost:,}" + (f", {burst['closed']} closed" if burst["closed"] else ""),
        f"{trial['disturbed']:.0%}",
    )


def _ratio(trial: Mapping[str, Any], trials: Iterable[Mapping[str, Any]]) -> str:
    for other in trials:
        if other["server"] == OURS and other["subscribers"] == trial["subscribers"]:
            return f"{other['throughput']['per_s'] / trial['throughput']['per_s']:.2f}x"
    return ""


def stalled_table(trials: Sequence[Mapping[str, Any]]) -> str:
    """Format one row per trial with or without clients that never read."""
    headings = (
        "readers",
        "stalled",
        "freed",
        "all freed after",
        "memory grew",
        "p50 ms",
        "p99 ms",
        "max ms",
        "lost",
    )
    rows = [
        (
            f"{trial['readers']:,}",
            f"{trial['stalled']:,}",
            f"{trial['freed']:,}",
            f"{trial['freed_after_s']} s" if trial["freed_after_s"] is not None else "-",
            f"{trial['growth_kib'] / 1_024:.1f} MiB",
            *(_ms(trial["latency"][name]) for name in ("p50_ms", "p99_ms", "max_ms")),
            f"{trial['latency']['missing']:,}",
        )
        for trial in trials
    ]
    return markdown([headings, *rows])


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f}"


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Format a Markdown table; the first row holds the headings."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def keep(found: Mapping[str, Any]) -> None:
    """Write results/fanout.json, and results/fanout.svg if any crowd was measured."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    (RESULTS / "fanout.json").write_text(text, "utf-8")
    servers: dict[str, list[plot.Point]] = {}
    for trial in found["crowds"]:
        latency = trial["latency"]
        if latency["p50_ms"] is not None:
            point = (trial["subscribers"], latency["p50_ms"], latency["p99_ms"])
            servers.setdefault(trial["server"], []).append(point)
    if servers:
        title = f"Latency at one event a second, {found['date']}"
        (RESULTS / "fanout.svg").write_text(plot.latencies(title, servers), "utf-8")


def record(found: Mapping[str, Any]) -> None:
    """Write the run between its two marks in the README."""
    put_into_readme(MARK, _results(found))


def put_into_readme(mark: str, results: str) -> None:
    """Replace the README's text between ``<!-- mark -->`` and ``<!-- end of mark -->``."""
    begin, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    before, rest = README.read_text("utf-8").split(begin, 1)
    after = rest.split(end, 1)[1]
    README.write_text(f"{before}{begin}\n{results}\n{end}{after}", "utf-8")


def _results(found: Mapping[str, Any]) -> str:
    machine = "; ".join(f"{name} {value}" for name, value in found["machine"].items())
    parts = [f"Measured on {found['date']} with `{found['command']}`.", f"Machine: {machine}."]
    if found["crowds"]:
        parts += [table(found["crowds"]), "![p50 and p99 against subscribers](results/fanout.svg)"]
    if found["stalled"]:
        parts.append(stalled_table(found["stalled"]))
    parts += [f"Skipped: {name}, because {why}." for name, why in found["skipped"].items()]
    return "\n\n".join(parts)
