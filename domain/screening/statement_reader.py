"""The reader of statements: what a text says that breaks a rule, however it is spelled.

A text is normalised, cut into sentences, and each sentence is searched only with the readings whose
words it holds. What stands around a match decides whether it is harmless, goes to a person, or is
refused. Then a classifier weighs the text (``domain.screening.statement_weighing``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from domain.screening import (
    contact_readings,
    fee_readings,
    fraud_readings,
    group_readings,
    hours_readings,
    labour_readings,
    loose_readings,
    pay_readings,
    person_readings,
    probation_readings,
)
from domain.screening.conduct_findings import CONTACT_DETAILS
from domain.screening.contact_readings import find_phone_numbers
from domain.screening.phrase_search import find_phrases, holds_phrase
from domain.screening.reading_syntax import Reading
from domain.screening.statement_judging import Hit, Statement, StatementJudge
from domain.screening.statement_weighing import name_signals, weigh
from domain.screening.text_normalisation import normalise_text, shape_text

READINGS: tuple[Reading, ...] = (
    *labour_readings.READINGS,
    *pay_readings.READINGS,
    *fee_readings.READINGS,
    *hours_readings.READINGS,
    *fraud_readings.READINGS,
    *person_readings.READINGS,
    *group_readings.READINGS,
    *contact_readings.READINGS,
    *probation_readings.READINGS,
    *loose_readings.READINGS,
)
RULES = {reading.rule.code: reading.rule for reading in READINGS}
"""The rules about texts by their code."""


class _Automaton(NamedTuple):
    """Finds in one pass all words that readings need.

    By the number of a word: ``sets`` are the required sets that hold it, as bits (the end of a
    sentence has none), ``starts`` the numbers of the groups of readings that it starts. ``groups``
    are readings with the same first set, each with the bits of all its sets.
    """

    search: AhoCorasick
    sets: tuple[int, ...]
    starts: tuple[tuple[int, ...], ...]
    groups: tuple[tuple[tuple[int, Reading], ...], ...]


class _Sentence(NamedTuple):
    """A sentence that readings may match in, and its first position in the normalised text."""

    start: int
    text: str
    readings: Sequence[Reading]


def read_statements(text: str) -> tuple[Statement, ...]:
    """Return the statements of a text that break rules, in its order.

    Of each rule they are the first 20, and the first that is certain. No sentence is read after the
    one that holds the 80th. Marks count the characters (code points) of ``text`` itself. Accepts
    any text; never raises.
    """
    return weigh(_judge_text(text), RULES)


def read_signals(text: str) -> tuple[str, frozenset[str]]:
    """Return a text, normalised, and the signals of the readings in it.

    The classifier is trained on these.
    """
    judge = _judge_text(text)
    return judge.text, name_signals(judge.list_statements(), judge.harmless)


def _judge_text(text: str) -> StatementJudge:
    shape = shape_text(text)
    normalised = shape.text
    judge = StatementJudge(shape)
    others = [Hit(*phone.span(), CONTACT_DETAILS) for phone in find_phone_numbers(normalised)]
    if holds_phrase(normalised):
        others += [
            Hit(start, end, rule, is_phrase=True) for rule, start, end in find_phrases(judge.placed)
        ]
    others.sort(key=lambda hit: hit.start, reverse=True)
    for start, sentence, readings in _choose_readings(normalised):
        hits: list[Hit] = []
        while others and others[-1].start < start + len(sentence):
            hits.append(others.pop())
        for reading in readings:
            rule, is_certain = reading.rule, reading.is_certain
            # Asked first, because few rules have enough places, and a call for each takes time.
            if rule.code in judge.full and not judge.needs(rule.code, is_certain=is_certain):
                continue
            for match in reading.find(sentence):
                first, end = match.span()
                hits.append(Hit(start + first, start + end, rule, is_certain, reading.is_negatable))
        if hits:
            judge.judge(hits)
            if judge.has_enough:
                return judge
    judge.judge(others)
    return judge


def count_steps(text: str) -> int:
    """Return the characters that all readings together go through, as a measure of the work."""
    return sum(
        len(sentence.text) * len(sentence.readings)
        for sentence in _choose_readings(normalise_text(text))
    )


@cache
def _build_automaton() -> _Automaton:
    bits: dict[frozenset[str], int] = {}
    groups: dict[frozenset[str], list[tuple[int, Reading]]] = defaultdict(list)
    for reading in READINGS:
        needed = sum({bits.setdefault(words, 1 << len(bits)) for words in reading.required})
        groups[reading.required[0]].append((needed, reading))
    sets: defaultdict[str, int] = defaultdict(int, {"\n": 0})
    starts: defaultdict[str, list[int]] = defaultdict(list)
    for words, bit in bits.items():
        for word in words:
            sets[word] |= bit
    for number, words in enumerate(groups):
        for word in words:
            starts[word].append(number)
    return _Automaton(
        AhoCorasick(sets, store_patterns=False),
        tuple(sets.values()),
        tuple(tuple(starts[word]) for word in sets),
        tuple(map(tuple, groups.values())),
    )


def _choose_readings(normalised: str) -> Iterator[_Sentence]:
    """Yield the sentences that hold the required words of readings, with these readings."""
    search, sets, starts, groups = _build_automaton()
    start = held = 0
    started: list[int] = []
    for word, end, after in search.find_matches_as_indexes(normalised + "\n", overlapping=True):
        if word:
            held |= sets[word]
            started += starts[word]
            continue
        if started:
            readings = [
                reading
                for group in dict.fromkeys(started)
                for needed, reading in groups[group]
                if needed & held == needed
            ]
            if readings:
                yield _Sentence(start, normalised[start:end], readings)
            started.clear()
        start, held = after, 0
