"""Screening of free text: what postings, announcements, titles and answers say against a rule."""

from __future__ import annotations

from dataclasses import replace

from domain.postings.postings import Finding, Mark, Severity
from domain.refusals import TextRefused
from domain.screening.statement_judging import MAX_STATEMENTS_PER_RULE
from domain.screening.statement_reader import read_statements

MAX_MARKS_PER_FINDING = MAX_STATEMENTS_PER_RULE
"""Marked places that one finding lists; further ones are left out."""


def screen_text(text: str, field: str) -> tuple[Finding, ...]:
    """Find what a text states against a rule: one finding per rule, with its places in the text.

    A finding has severity REFUSE if one of its places is beyond doubt, else REVIEW. ``field``
    becomes the finding's field. Accepts any text; never raises.
    """
    rules: dict[str, Finding] = {}
    marks: dict[str, list[Mark]] = {}
    certain: set[str] = set()
    for statement in read_statements(text):
        code = statement.rule.code
        rules[code] = statement.rule
        marks.setdefault(code, []).append(statement.mark)
        if statement.is_certain:
            certain.add(code)
    return tuple(
        replace(
            rule,
            severity=Severity.REFUSE if code in certain else Severity.REVIEW,
            field=field,
            marks=tuple(marks[code][:MAX_MARKS_PER_FINDING]),
        )
        for code, rule in rules.items()
    )


def check_public_text(text: str, field: tuple[str, ...]) -> None:
    """Check a text that staff publish in a live session.

    What would send a posting to an officer is refused here too: a live text is read at
    once, so no officer can review it first, and rewording it takes seconds.

    :raises TextRefused: the text states something against a rule; ``findings`` say what.
    """
    findings = screen_text(text, field[-1])
    if findings:
        raise TextRefused(findings, field=field)
