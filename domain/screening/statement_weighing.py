"""Weighs what readings say of a text with the classifier, and states what only it sees.

A text goes to a person if it reads like unlawful ones. What doubtful readings found in a short text
is cleared if the text and the clauses around each place read like lawful ones on average, and the
clauses alone not much like unlawful ones; a listed phrase only if they read more like lawful ones.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping

from domain.postings.postings import Finding
from domain.screening.passage_features import CLEARABLE_CHARS, list_parts
from domain.screening.phrase_search import holds_phrase
from domain.screening.statement_judging import Statement, StatementJudge
from domain.screening.text_likeness import (
    CLEARS_BELOW,
    CLEARS_PHRASES_BELOW,
    DOUBTS_BELOW,
    NEVER_CLEARS_FROM,
    STOPS_FROM,
    find_likeliest_rule,
    measure_likeness,
)


def weigh(judge: StatementJudge, rules: Mapping[str, Finding]) -> tuple[Statement, ...]:
    """Return the statements of a text that the classifier leaves, or the one that it makes."""
    statements = judge.list_statements()
    text = judge.text
    if not statements:
        return tuple(_state_likeness(judge, rules))
    if len(text) > CLEARABLE_CHARS or not any(list_parts(text)):
        # In a longer text the harmless rest would outweigh what a reading found.
        return statements
    likeness = measure_likeness(text, name_signals(statements, judge.harmless))
    if all(not each.is_certain and _clears(judge, each, likeness) for each in statements):
        return ()
    if likeness < DOUBTS_BELOW:
        return tuple(each._replace(is_certain=False) for each in statements)
    return statements


def name_signals(
    statements: Iterable[Statement], harmless: Iterable[tuple[int, str]]
) -> frozenset[str]:
    """Return what the readings say of a passage in the words of the classifier."""
    signals: set[str] = set()
    for each in statements:
        signals |= {"hit", f"hit:{each.rule.code}"}
        if each.is_certain:
            signals.add("certain")
    for _, code in harmless:
        signals |= {"cleared", f"cleared:{code}"}
    return frozenset(signals)


def _clears(judge: StatementJudge, statement: Statement, likeness: float) -> bool:
    """Return whether a place is harmless by the likeness of its text and of its clauses."""
    if likeness >= NEVER_CLEARS_FROM:
        return False
    around = _measure_around(judge, statement)
    bound = CLEARS_BELOW if statement.is_clearable else CLEARS_PHRASES_BELOW
    return around < NEVER_CLEARS_FROM and (likeness + around) / 2 < bound


def _measure_around(judge: StatementJudge, statement: Statement) -> float:
    """Return the highest likeness of the clauses of a place, alone and with neighbours.

    Harmless clauses further away would outweigh it: what a reading found counts among them too.
    """
    boundaries = judge.boundaries
    start, end = statement.span
    first = bisect_right(boundaries, start) - 1
    last = min(bisect_left(boundaries, end), len(boundaries) - 1)
    signals = name_signals((statement,), ())
    return max(
        measure_likeness(judge.text[before:after].strip("\n,"), signals)
        for before in boundaries[max(0, first - 1) : first + 1]
        for after in boundaries[last : last + 2]
    )


def _state_likeness(judge: StatementJudge, rules: Mapping[str, Finding]) -> Iterator[Statement]:
    """Yield a statement for the part that reads most like ones that break a rule, if any does.

    A part that denies a listed phrase is about the phrase, so the classifier says nothing of it.
    """
    found: list[tuple[float, int, int]] = []
    for start, end in list_parts(judge.text):
        part = judge.text[start:end]
        harmless = [each for each in judge.harmless if start <= each[0] < end]
        likeness = measure_likeness(part, name_signals((), harmless))
        if likeness >= STOPS_FROM and not holds_phrase(part):
            found.append((likeness, start, end))
    if found:
        _, start, end = max(found)
        rule = rules[find_likeliest_rule(judge.text[start:end])]
        yield Statement(
            rule, judge.mark(start, end), is_certain=False, span=(start, end), is_likeness=True
        )
