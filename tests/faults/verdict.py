"""What a fault run found: figures, and every broken promise."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import asdict, dataclass, field


@dataclass(kw_only=True)
class Verdict:
    """The result of one run. A list is empty if its promise was kept."""

    run: str
    seconds: float
    acknowledged: int
    """Interests that were answered with a lead."""
    announced: int = 0
    """Announcements that were acknowledged."""
    viewers: int = 0
    lost: list[str] = field(default_factory=list)
    """Acknowledged, and not stored or not in the log."""
    doubled: list[str] = field(default_factory=list)
    """A person and posting with two leads, or an announcement that is in the log twice."""
    gaps: list[str] = field(default_factory=list)
    """Events that a follower did not receive."""
    repeats: list[str] = field(default_factory=list)
    """Events that a follower received twice."""
    resets: int = 0
    """How often a follower had to start from a snapshot."""
    allowed_resets: int = 0
    longest_silence: float = 0
    """Seconds without a logged event, of the viewer who waited longest."""
    longest_delay: float = 0
    """Seconds from the acknowledgement of an announcement until the last viewer had it."""
    longest_answer: float
    """Seconds until an interest was acknowledged, of the person who waited longest."""
    silence_limit: float | None = None
    """The longest silence that is allowed; None where the fault explains any."""
    problems: list[str] = field(default_factory=list)
    """Other broken promises."""
    figures: dict[str, float | str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)
    """How often each kind of answer came to a tap."""
    load: list[float] = field(default_factory=lambda: [round(each, 1) for each in os.getloadavg()])
    """The load averages of the machine: one core that is busy counts one."""

    @property
    def violations(self) -> list[str]:
        """Every broken promise but that of silence, which the load of a machine can break."""
        return [
            *(f"lost: {each}" for each in self.lost),
            *(f"doubled: {each}" for each in self.doubled),
            *(f"gap: {each}" for each in self.gaps),
            *(f"repeat: {each}" for each in self.repeats),
            *([f"resets: {self.resets}"] if self.resets > self.allowed_resets else []),
            *self.problems,
        ]

    @property
    def is_silence_kept(self) -> bool:
        """Whether no viewer waited longer than allowed."""
        return self.silence_limit is None or self.longest_silence <= self.silence_limit

    @property
    def is_good(self) -> bool:
        """Whether every promise was kept."""
        return not self.violations and self.is_silence_kept

    def to_json(self) -> str:
        """One line for machines: counts in place of lists."""
        shown = {
            name: len(value) if name in {"lost", "doubled", "gaps", "repeats"} else value
            for name, value in asdict(self).items()
        }
        shown["seconds"] = round(self.seconds, 1)
        shown["longest_silence"] = round(self.longest_silence, 2)
        shown["longest_delay"] = round(self.longest_delay, 2)
        shown["longest_answer"] = round(self.longest_answer, 2)
        return json.dumps({**shown, "good": self.is_good}, ensure_ascii=False)

    def to_text(self) -> str:
        """Some lines for people."""
        limit = "" if self.silence_limit is None else f" (allowed: {self.silence_limit:g} s)"
        figures = [f"{name} {value}" for name, value in self.figures.items()]
        lines = [
            f"{self.run}: {'passed' if self.is_good else 'FAILED'} in {self.seconds:.0f} s",
            (
                f"  {self.acknowledged} leads and {self.announced} announcements acknowledged, "
                f"{self.viewers} viewers"
            ),
            (
                f"  lost {len(self.lost)}, doubled {len(self.doubled)}, gaps {len(self.gaps)}, "
                f"repeats {len(self.repeats)}, resets {self.resets}"
            ),
            (
                f"  longest silence {self.longest_silence:.1f} s{limit}, "
                f"longest delay {self.longest_delay:.1f} s, "
                f"longest wait for an answer {self.longest_answer:.1f} s"
            ),
            *([f"  {', '.join(figures)}"] if figures else []),
            *(f"  {note}" for note in self.notes),
            *(f"  ! {violation}" for violation in self.violations[:20]),
        ]
        if not self.is_silence_kept:
            lines.append(f"  ! a viewer was silent for too long; load of the machine {self.load}")
        return "\n".join(lines)


def combine(run: str, verdicts: list[Verdict]) -> Verdict:
    """One verdict over several runs: what is counted is added, the longest wait is kept."""
    answers: Counter[str] = Counter()
    for each in verdicts:
        answers.update(each.answers)
    return Verdict(
        run=run,
        seconds=sum(each.seconds for each in verdicts),
        acknowledged=sum(each.acknowledged for each in verdicts),
        announced=sum(each.announced for each in verdicts),
        viewers=max(each.viewers for each in verdicts),
        lost=[f"{each.run}: {one}" for each in verdicts for one in each.lost],
        doubled=[f"{each.run}: {one}" for each in verdicts for one in each.doubled],
        gaps=[f"{each.run}: {one}" for each in verdicts for one in each.gaps],
        repeats=[f"{each.run}: {one}" for each in verdicts for one in each.repeats],
        resets=sum(each.resets for each in verdicts),
        allowed_resets=sum(each.allowed_resets for each in verdicts),
        longest_silence=max(each.longest_silence for each in verdicts),
        longest_delay=max(each.longest_delay for each in verdicts),
        longest_answer=max(each.longest_answer for each in verdicts),
        problems=[f"{each.run}: {one}" for each in verdicts for one in each.problems],
        notes=[note for each in verdicts for note in each.notes],
        answers=dict(answers),
    )
