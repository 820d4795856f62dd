"""The report of a torture run: what was acknowledged, and every broken promise."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.support.interest_senders import (
    Interest,
)


@dataclass
class Ledger:
    """What the service acknowledged."""

    acknowledged: dict[Interest, str] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)
    """Two lead ids for one giver, person and posting, or one lead id for two."""
    answers: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0

    def note(self, interest: Interest, lead_id: str) -> None:
        """Record the lead that acknowledged an interest."""
        known = self.acknowledged.setdefault(interest, lead_id)
        if known != lead_id:
            self.contradictions.append(f"{known} and {lead_id} for one person and posting")


@dataclass
class WeakWrites:
    """The acknowledged documents of a writer without majority, and how many were lost."""

    acknowledged: list[str] = field(default_factory=list)
    lost: int = 0


@dataclass(frozen=True, kw_only=True)
class TortureReport:
    """The result. Every list is empty if no promise was broken."""

    ledger: Ledger
    faults: Counter[str]
    weak: WeakWrites
    seconds: float
    stored: int
    missing: list[str]
    """Acknowledged, and not in MongoDB."""
    unknown: list[str]
    """In MongoDB or listed, and never acknowledged."""
    doubled: list[str]
    """A giver, person and posting with two leads."""
    unlisted: list[str]
    """In MongoDB, and not on the pages of `leads`."""
    log: list[str]
    """Leads without exactly one event, holes in the log, a tally that is not the sum."""
    diverged: list[str]
    """Members of the replica set whose data differ from the primary's."""
    errors: list[str]
    """Lines that the service logged as errors."""

    @property
    def violations(self) -> list[str]:
        """Return every broken promise."""
        return [
            *(f"missing: {each}" for each in self.missing),
            *(f"unknown: {each}" for each in self.unknown),
            *(f"doubled: {each}" for each in self.doubled),
            *(f"contradicted: {each}" for each in self.ledger.contradictions),
            *(f"unlisted: {each}" for each in self.unlisted),
            *(f"log: {each}" for each in self.log),
            *(f"apart: {each}" for each in self.diverged),
            *(f"logged: {each}" for each in self.errors),
        ]


def format_report(report: TortureReport, seed: int) -> str:
    """Return the result as lines of text."""
    ledger = report.ledger
    weakly = len(report.weak.acknowledged)
    lines = [
        ("seed", seed),
        ("seconds", round(report.seconds)),
        *((f"times {fault}", times) for fault, times in sorted(report.faults.items())),
        ("interests acknowledged", len(ledger.acknowledged)),
        *((f"  answered {kind}", times) for kind, times in sorted(ledger.answers.items())),
        ("slowest acknowledgement, s", round(ledger.slowest, 1)),
        ("leads stored", report.stored),
        ("acknowledged and missing", len(report.missing)),
        ("stored and never acknowledged", len(report.unknown)),
        ("persons and postings with two leads", len(report.doubled)),
        ("persons and postings with two ids", len(ledger.contradictions)),
        ("stored and not listed once", len(report.unlisted)),
        ("errors of log and tally", len(report.log)),
        ("members that differ", len(report.diverged)),
        ("errors logged by the service", len(report.errors)),
        ("weak writes (w:1, j:false): acknowledged", weakly),
        ("weak writes (w:1, j:false): lost", report.weak.lost),
    ]
    shown = [f"{name:<40}{figure:>10}" for name, figure in lines]
    return "\n".join([*shown, *report.violations[:20]])
