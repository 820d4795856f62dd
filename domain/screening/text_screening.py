"""Screening of free text: forbidden phrases in postings, announcements, titles and questions."""

from __future__ import annotations

from dataclasses import replace

from domain.postings.postings import Finding, Mark
from domain.refusals import TextRefused
from domain.screening.phrase_search import find_phrases

MAX_MARKS_PER_FINDING = 20
"""Marked places that one finding lists; further ones are left out."""


def screen_text(text: str, field: str) -> tuple[Finding, ...]:
    """Find the forbidden phrases of a text: one finding per rule, with its places in the text.

    ``field`` becomes the finding's field. Accepts any text; never raises.
    """
    marks_by_code: dict[str, tuple[Finding, list[Mark]]] = {}
    for rule, mark in find_phrases(text):
        marks_by_code.setdefault(rule.code, (rule, []))[1].append(mark)
    return tuple(
        replace(rule, field=field, marks=tuple(marks[:MAX_MARKS_PER_FINDING]))
        for rule, marks in marks_by_code.values()
    )


def check_public_text(text: str, field: tuple[str, ...]) -> None:
    """Check a text that staff publish in a live session.

    Phrases that would send a posting to an officer are refused here too: a live text is read at
    once, so no officer can review it first, and rewording it takes seconds.

    :raises TextRefused: the text contains a forbidden phrase; ``findings`` say which.
    """
    findings = screen_text(text, field[-1])
    if findings:
        raise TextRefused(findings, field=field)
