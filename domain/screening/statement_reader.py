"""The reader of statements: what a text says that breaks a rule, however it is spelled.

A text is normalised, cut into sentences, and each sentence is searched only with the readings whose
words it holds. What stands around a match decides whether it is harmless, goes to a person, or is
refused. Then a classifier weighs the text (``domain.screening.statement_weighing``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
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


class _Word(NamedTuple):
    """A word that readings need: the sets that hold it, as bits, and the readings that it starts.

    Each reading comes with the bits of the sets of which the sentence must hold a word. A word
    without sets is the end of a sentence.
    """

    sets: int
    readings: tuple[tuple[int, Reading], ...]


class _Automaton(NamedTuple):
    """Finds in one pass all words that readings need; ``words`` has them by number."""

    search: AhoCorasick
    words: tuple[_Word, ...]


class _Sentence(NamedTuple):
    """A sentence that readings may match in, and its first position in the normalised text."""

    start: int
    text: str
    readings: tuple[Reading, ...]


def read_statements(text: str) -> tuple[Statement, ...]:
    """Return the statements of a text that break rules, in its order.

    Of each rule they are the first 20, and the first that is certain. Marks count the characters
    (code points) of ``text`` itself. Accepts any text; never raises.
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
            if not judge.needs(rule.code, is_certain=is_certain):
                continue
            for match in reading.find(sentence):
                first, end = match.span()
                hits.append(Hit(start + first, start + end, rule, is_certain, reading.is_negatable))
        judge.judge(hits)
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
    starts: dict[frozenset[str], list[tuple[int, Reading]]] = defaultdict(list)
    for reading in READINGS:
        needed = sum({bits.setdefault(words, 1 << len(bits)) for words in reading.required})
        starts[reading.required[0]].append((needed, reading))
    sets_by_word: dict[str, list[frozenset[str]]] = defaultdict(list)
    for words in bits:
        for word in words:
            sets_by_word[word].append(words)
    found = {
        word: _Word(
            sum(bits[words] for words in sets),
            tuple(each for words in sets for each in starts.get(words, ())),
        )
        for word, sets in sets_by_word.items()
    }
    found["\n"] = _Word(0, ())
    return _Automaton(AhoCorasick(found, store_patterns=False), tuple(found.values()))


def _choose_readings(normalised: str) -> Iterator[_Sentence]:
    """Yield the sentences that hold the required words of readings, with these readings."""
    start = held = 0
    # Readings are compared by identity: a hash would go through all their fields.
    started: dict[int, tuple[tuple[int, Reading], ...]] = {}
    search, words = _build_automaton()
    for index, end, after in search.find_matches_as_indexes(normalised + "\n", overlapping=True):
        sets, readings = words[index]
        if sets:
            held |= sets
            if readings:
                started[id(readings)] = readings
            continue
        if started:
            chosen = {
                id(reading): reading
                for readings in started.values()
                for needed, reading in readings
                if needed & held == needed
            }
            if chosen:
                yield _Sentence(start, normalised[start:end], tuple(chosen.values()))
            started.clear()
        start, held = after, 0
