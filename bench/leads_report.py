"""Reports a run of bench/leads.py as a table, as JSON, and in the README."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.report import OURS, RESULTS, markdown, put_into_readme

FIGURES = (
    "per_s",
    "p50_ms",
    "p99_ms",
    "max_ms",
    "server_cpu_us",
    "mongod_cpu_us",
    "load_cpu_us",
    "logged_after_s",
    "disturbed",
)
MARK = "leads"
HEADINGS = (
    "over",
    "server",
    "interests/s",
    "songgang is",
    "p50 ms",
    "p99 ms",
    "max ms",
    "server µs each",
    "mongod µs each",
    "log complete after",
    "lost",
    "disturbed",
)


def line(trial: Mapping[str, Any]) -> str:
    """Format a finished trial as one line."""
    text = (
        f"{trial['way']} {trial['server']}: {trial['per_s']:,}/s, p50 {trial['p50_ms']} ms, "
        f"p99 {trial['p99_ms']} ms, max {trial['max_ms']} ms, {trial['server_cpu_us']} µs each, "
        f"mongod {trial['mongod_cpu_us']} µs, disturbed {trial['disturbed']:.0%}, "
        f"{trial['acknowledged']:,} acknowledged, {trial['stored']:,} stored"
    )
    if trial["logged_after_s"] is not None:
        text += f", logged after {trial['logged_after_s']} s"
    return text + (f", faults {trial['faults']}" if trial["faults"] else "")


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Format one row per server and transport."""
    return markdown([HEADINGS, *(_row(row, rows) for row in rows)])


def _row(row: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    logged = row["logged_after_s"]
    return (
        row["way"],
        row["server"],
        f"{row['per_s']:,.0f}",
        _ratio(row, rows),
        *(f"{row[name]:,.1f}" for name in ("p50_ms", "p99_ms", "max_ms")),
        *(f"{row[name]:,.0f}" for name in ("server_cpu_us", "mongod_cpu_us")),
        "-" if logged is None else f"{logged:.2f} s",
        f"{row['lost']:,}" + (f", {row['faults']} faults" if row["faults"] else ""),
        f"{row['disturbed']:.0%}",
    )


def _ratio(row: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> str:
    for other in rows:
        if other["server"] == OURS and other["way"] == row["way"]:
            return f"{other['per_s'] / row['per_s']:.2f}x"
    return ""


def record(found: Mapping[str, Any]) -> None:
    """Write the run between its two marks in the README, and to results/leads.json."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    (RESULTS / "leads.json").write_text(text, "utf-8")
    machine = "; ".join(f"{name} {value}" for name, value in found["machine"].items())
    parts = [
        f"Measured on {found['date']} with `{found['command']}`: medians of the rounds.",
        f"Machine: {machine}.",
        table(found["medians"]),
        *(f"Skipped: {name}, because {why}." for name, why in found["skipped"].items()),
    ]
    put_into_readme(MARK, "\n\n".join(parts))
