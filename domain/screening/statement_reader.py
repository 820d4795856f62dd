"""The reader of statements: what a text says that breaks a rule, however it is spelled.

A text is normalised, cut into sentences, and each sentence is searched only with the readings whose
words it holds. What stands around a match decides whether it is harmless, goes to a person, or is
refused.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import ahocorasick

from domain.postings.postings import Finding, Mark
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
from domain.screening.harmless_contexts import Surroundings, is_doubtful, is_harmless
from domain.screening.phrase_search import find_phrases, holds_phrase
from domain.screening.reading_syntax import Reading
from domain.screening.text_normalisation import (
    NormalisedText,
    normalise_text,
    normalise_with_offsets,
)

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
_STOP = re.compile(r"[,\n]")
MAX_NEXT_CHARS = 9
"""Characters of the next clause that can still say something about a match."""
MAX_SENTENCE_CHARS = 80
"""A sentence is read at most this far around a match."""


@dataclass(frozen=True)
class Statement:
    """A place in a text that breaks a rule. ``is_certain`` says that no person needs to look."""

    rule: Finding
    mark: Mark
    is_certain: bool


@dataclass(frozen=True)
class _Hit:
    rule: Finding
    start: int
    end: int
    is_certain: bool
    is_negatable: bool = False


@dataclass(frozen=True)
class _Word:
    """A word that readings need: the sets that hold it, as bits, and the readings that it starts.

    Each reading comes with the bits of the sets of which the sentence must hold a word.
    """

    sets: int
    readings: tuple[tuple[int, Reading], ...]


def read_statements(text: str) -> tuple[Statement, ...]:
    """Return the statements of a text that break rules, in its order.

    Marks count the characters (code points) of ``text`` itself. Accepts any text; never raises.
    """
    normalised = normalise_text(text)
    hits = list(_search(normalised))
    if not hits and not holds_phrase(normalised):
        # Most texts have nothing and need no offsets.
        return ()
    placed = normalise_with_offsets(text)
    hits += [_Hit(rule, start, end, is_certain=False) for rule, start, end in find_phrases(placed)]
    boundaries = _find_boundaries(placed)
    return _judge_all(text, placed, boundaries, hits)


def count_steps(text: str) -> int:
    """Return the characters that all readings together go through, as a measure of the work."""
    return sum(
        len(sentence) * len(_choose_readings(sentence))
        for sentence in normalise_text(text).split("\n")
    )


@cache
def _build_automaton() -> ahocorasick.Automaton:
    bits: dict[frozenset[str], int] = {}
    starts: dict[frozenset[str], list[tuple[int, Reading]]] = defaultdict(list)
    for reading in READINGS:
        needed = sum({bits.setdefault(words, 1 << len(bits)) for words in reading.required})
        starts[reading.required[0]].append((needed, reading))
    sets_by_word: dict[str, list[frozenset[str]]] = defaultdict(list)
    for words in bits:
        for word in words:
            sets_by_word[word].append(words)
    automaton = ahocorasick.Automaton()
    for word, sets in sets_by_word.items():
        readings = tuple(each for words in sets for each in starts.get(words, ()))
        automaton.add_word(word, _Word(sum(bits[words] for words in sets), readings))
    automaton.make_automaton()
    return automaton


def _choose_readings(sentence: str) -> list[Reading]:
    """Return the readings whose required words the sentence holds."""
    held = 0
    started: list[tuple[int, Reading]] = []
    for _, word in _build_automaton().iter(sentence):
        held |= word.sets
        if word.readings:
            started += word.readings
    # Readings are compared by identity: a hash would go through all their fields.
    chosen = {id(reading): reading for needed, reading in started if needed & held == needed}
    return list(chosen.values())


def _search(normalised: str) -> Iterator[_Hit]:
    start = 0
    for sentence in normalised.split("\n"):
        for reading in _choose_readings(sentence):
            for match in reading.find(sentence):
                if match.end() > match.start():
                    yield _Hit(
                        reading.rule,
                        start + match.start(),
                        start + match.end(),
                        reading.is_certain,
                        reading.is_negatable,
                    )
        if phone := contact_readings.find_phone_number(sentence):
            yield _Hit(
                CONTACT_DETAILS, start + phone.start(), start + phone.end(), is_certain=False
            )
        start += len(sentence) + 1


def _find_boundaries(placed: NormalisedText) -> list[int]:
    """Return the starts of clauses: after a comma, a sentence, or a blank between two words."""
    text = placed.text
    stops = [match.end() for match in _STOP.finditer(text)]
    edges = sorted({0, len(text), *stops, *placed.gaps})
    # A blank next to a single character only separates the characters of a word.
    words = [
        middle
        for before, middle, after in zip(edges, edges[1:], edges[2:], strict=False)
        if middle in placed.gaps and middle - before >= 2 and after - middle >= 2
    ]
    return sorted({0, len(text), *stops, *words})


def _surround(placed: NormalisedText, boundaries: list[int], hit: _Hit) -> Surroundings:
    text = placed.text
    start = text.rfind("\n", 0, hit.start) + 1
    end = text.find("\n", hit.end)
    start = max(start, hit.start - MAX_SENTENCE_CHARS)
    end = min(len(text) if end < 0 else end, hit.end + MAX_SENTENCE_CHARS)
    first = boundaries[bisect_right(boundaries, hit.start) - 1]
    last = boundaries[min(bisect_left(boundaries, hit.end), len(boundaries) - 1)]
    return Surroundings(
        sentence=text[start:end],
        start=hit.start - start,
        end=hit.end - start,
        clause_start=max(0, first - start),
        clause_end=min(end, last) - start,
        next_words=text[last : last + MAX_NEXT_CHARS],
    )


def _judge(text: str, placed: NormalisedText, boundaries: list[int], hit: _Hit) -> Statement | None:
    where = _surround(placed, boundaries, hit)
    if is_harmless(hit.rule.code, where, is_negatable=hit.is_negatable, is_certain=hit.is_certain):
        return None
    start, end = placed.offsets[hit.start], placed.offsets[hit.end - 1] + 1
    return Statement(
        hit.rule,
        Mark(text=text[start:end], start=start, end=end),
        is_certain=hit.is_certain and not is_doubtful(where),
    )


def _judge_all(
    text: str, placed: NormalisedText, boundaries: list[int], hits: Iterable[_Hit]
) -> tuple[Statement, ...]:
    """Return the statements in the order of the text, none within another one of its rule."""
    stated: dict[str, list[tuple[int, Statement]]] = defaultdict(list)
    for hit in sorted(hits, key=lambda it: (it.start, -it.end)):
        earlier = stated[hit.rule.code]
        end, outer = earlier[-1] if earlier and hit.end <= earlier[-1][0] else (hit.end, None)
        if outer is not None and (outer.is_certain or not hit.is_certain):
            continue
        statement = _judge(text, placed, boundaries, hit)
        if statement is None:
            continue
        if outer is None:
            earlier.append((end, statement))
        else:
            earlier[-1] = (end, replace(outer, is_certain=statement.is_certain))
    everything = [each for statements in stated.values() for _, each in statements]
    return tuple(sorted(everything, key=lambda it: (it.mark.start, it.mark.end, it.rule.code)))
