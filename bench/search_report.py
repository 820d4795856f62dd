"""Reports a run of bench/search.py as tables, as JSON, and in the README."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bench.report import OURS, RESULTS, markdown, put_into_readme

FIGURES = (
    "per_s",
    "p50_ms",
    "p99_ms",
    "max_ms",
    "server_cpu_ms",
    "mongod_cpu_ms",
    "bytes_each",
    "disturbed",
)
MARK = "search"
_FIGURES = ("p50 ms", "p99 ms", "max ms", "server ms each", "mongod ms each", "disturbed")


def line(trial: Mapping[str, Any]) -> str:
    """Format a finished trial as one line."""
    return (
        f"{trial.get('server') or trial['order']}: {trial['per_s']:,}/s, p50 {trial['p50_ms']} ms, "
        f"p99 {trial['p99_ms']} ms, max {trial['max_ms']} ms, server {trial['server_cpu_ms']} ms, "
        f"mongod {trial['mongod_cpu_ms']} ms, {trial['bytes_each']:,} bytes, "
        f"disturbed {trial['disturbed']:.0%}"
    )


def tables(found: Mapping[str, Any]) -> str:
    """Format the tables of searches by order and of pages by server."""
    parts = []
    if found["searches"]:
        rows = [(row["order"], *_figures(row)) for row in found["searches"]]
        parts.append(markdown([("searches by", "searches/s", *_FIGURES), *rows]))
    if found["medians"]:
        rows = [
            (row["server"], _ratio(row, found["medians"]), *_figures(row))
            for row in found["medians"]
        ]
        parts.append(markdown([("pages from", "songgang is", "pages/s", *_FIGURES), *rows]))
    return "\n\n".join(parts)


def _figures(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        f"{row['per_s']:,.0f}",
        *(f"{row[name]:,.1f}" for name in ("p50_ms", "p99_ms", "max_ms")),
        *(f"{row[name]:,.2f}" for name in ("server_cpu_ms", "mongod_cpu_ms")),
        f"{row['disturbed']:.0%}",
    )


def _ratio(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    for other in rows:
        if other["server"] == OURS:
            return f"{other['per_s'] / row['per_s']:.2f}x"
    return ""


def _filled(filled: Mapping[str, Any]) -> str:
    stored = "left by an earlier run"
    if "per_s" in filled:
        stored = f"stored and made findable at {filled['per_s']:,} a second"
    indexes = sum(filled["index_mib"].values())
    return f"{filled['postings']:,} postings, {stored}; {filled['mib']} MiB, indexes {indexes} MiB."


def keep(found: Mapping[str, Any]) -> None:
    """Write results/search.json."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    (RESULTS / "search.json").write_text(text, "utf-8")


def record(found: Mapping[str, Any]) -> None:
    """Write the run between its two marks in the README."""
    machine = "; ".join(f"{name} {value}" for name, value in found["machine"].items())
    parts = [
        f"Measured on {found['date']} with `{found['command']}`.",
        f"Machine: {machine}.",
        _filled(found["filled"]),
        tables(found),
        *(f"Skipped: {name}, because {why}." for name, why in found["skipped"].items()),
    ]
    put_into_readme(MARK, "\n\n".join(parts))
