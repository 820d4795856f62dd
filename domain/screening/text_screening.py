"""Screening of free text: what postings, announcements, titles and answers say against a rule."""

from __future__ import annotations

from dataclasses import replace

from domain.postings.postings import Finding, Mark, Severity
from domain.refusals import TextRefused
from domain.screening.statement_judging import MAX_STATEMENTS_PER_RULE
from domain.screening.statement_reader import read_statements

MAX_MARKS_PER_FINDING = MAX_STATEMENTS_PER_RULE
"""Marked places that one finding lists; further ones are left out."""
FIELDS_OF_FACTS = frozenset({"address", "occupationText", "reason"})
"""Fields in which only readings find anything: names of places and work, reasons of the staff.

They are no statements about terms, so the classifier has nothing to compare them with.
"""


def screen_text(text: str, field: str) -> tuple[Finding, ...]:
    """Find what a text states against a rule: one finding per rule, with its places in the text.

    A finding has severity REFUSE if one of its places is beyond doubt, else REVIEW. ``field``
    becomes the finding's field. Accepts any text; never raises.
    """
    rules: dict[str, Finding] = {}
    marks: dict[str, list[Mark]] = {}
    certain: set[str] = set()
    states_facts = field.rpartition(".")[2] in FIELDS_OF_FACTS
    for statement in read_statements(text):
        if states_facts and statement.is_likeness:
            continue
        code = statement.rule.code
        if not statement.is_likeness:
            rules[code] = statement.rule
        else:
            rules.setdefault(code, describe_likeness(statement.rule))
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


def describe_likeness(rule: Finding) -> Finding:
    """Return a rule's finding for a text in which no reading found words that break the rule."""
    return replace(
        rule,
        message=f"No known wording was found, but the text reads as if it breaks this rule. "
        f"Check it: {rule.message}",
        message_zh=f"未发现明确违规用语，但读起来疑似违反本条，请人工核对：{rule.message_zh}",
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
