"""The features of a passage, a text or a sentence: what the classifier of texts sees of it.

Features are grams, short pieces of the passage, in three spellings: as it is written; with each
known word replaced by the letter of its class and each number by a sign; and so that numbers with
a unit say how much they are. In the second spelling 工装费自己掏 and 体检费个人出 are alike, in the
third 每天八小时 and 每日十三小时 differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files

from ahocorasick_rs import AhoCorasick, MatchKind

from domain.screening.passage_numbers import is_counted, mark_numbers
from domain.screening.passage_terms import mark_terms

MAX_WRITTEN_GRAM_CHARS = 3
"""The longest gram of a passage as it is written."""
MAX_CLASSED_GRAM_CHARS = 4
"""The longest gram of a passage in classes."""
MAX_COUNTED_GRAM_CHARS = 3
"""The longest gram around a number that says how much it is."""
WHOLE_CHARS = 60
"""A text of several sentences is weighed whole up to this length."""
CLEARABLE_CHARS = 60
"""The classifier clears what readings found only in a text up to this length."""
MAX_WEIGHED_CHARS = 400
"""A longer text is left to the readings: each sentence more is one more chance of a false alarm."""
MIN_CHINESE_CHARS = 6
"""A part with fewer Chinese characters says too little: 押金 alone, a title, a unit."""
FIXED_LENGTH = 300
"""Added to the squared length of each passage, so that a few grams alone prove little."""
EDGE = "|"
"""Stands at both ends of a passage and between its sentences; no normalised text holds it."""
NUMBER = "#"
"""Stands for a number in digits or in Chinese; no normalised text holds it."""
_ENOUGH_CHINESE = re.compile(rf"(?:[一-鿿][^一-鿿]*){{{MIN_CHINESE_CHARS}}}")
_NUMBERS = re.compile(r"[0-9一二三四五六七八九十百千万两几半]+(?:\.[0-9]+)?")
# Latin, Cyrillic and Armenian capitals: a normalised text is in lower case and holds none.
_CLASS_LETTERS = "".join(map(chr, (*range(0x41, 0x5B), *range(0x410, 0x430), *range(0x531, 0x557))))


def list_parts(normalised: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each part of a normalised text that the classifier weighs.

    A short text is weighed whole, like the texts that the classifier is trained on, and by
    sentences, as one statement among harmless ones counts too. A long text is left to the readings.
    """
    if len(normalised) > MAX_WEIGHED_CHARS:
        return
    sentences = normalised.split("\n")
    if (len(normalised) <= WHOLE_CHARS or len(sentences) == 1) and _is_weighable(normalised):
        yield 0, len(normalised)
    start = 0
    for sentence in sentences:
        if len(sentences) > 1 and _is_weighable(sentence):
            yield start, start + len(sentence)
        start += len(sentence) + 1


def _is_weighable(part: str) -> bool:
    return _ENOUGH_CHINESE.search(part) is not None


def spell(passage: str) -> tuple[str, ...]:
    """Return the spellings of a normalised passage: as it is written, in classes, and counted.

    The third is left out if no number has a unit.
    """
    written = f"{EDGE}{passage.strip()}{EDGE}".replace("\n", EDGE)
    classed = _NUMBERS.sub(NUMBER, _replace_words(written))
    counted = mark_numbers(written) + mark_terms(written)
    if counted == written:
        return written, classed
    return written, classed, _NUMBERS.sub(NUMBER, _replace_words(counted))


def list_grams(passage: str) -> set[str]:
    """Return every gram of a normalised passage; the classifier knows some of them."""
    written, *others = spell(passage)
    kinds: tuple[tuple[int, Callable[[str], bool]], ...] = (
        (MAX_CLASSED_GRAM_CHARS, is_classed),
        (MAX_COUNTED_GRAM_CHARS, is_counted),
    )
    grams = set(_cut(written, MAX_WRITTEN_GRAM_CHARS))
    for text, (longest, belongs) in zip(others, kinds, strict=False):
        grams.update(filter(belongs, _cut(text, longest)))
    return grams


def _cut(text: str, longest: int) -> Iterator[str]:
    for size in range(1, longest + 1):
        for start in range(len(text) - size + 1):
            yield text[start : start + size]


def is_classed(gram: str) -> bool:
    """Return whether a gram holds the letter of a class or the sign of a number."""
    return NUMBER in gram or any(char in _CLASS_LETTERS for char in gram)


def _replace_words(text: str) -> str:
    parts: list[str] = []
    position = 0
    automaton, letters = _build_automaton()
    for number, start, end in automaton.find_matches_as_indexes(text):
        parts += (text[position:start], letters[number])
        position = end
    parts.append(text[position:])
    return "".join(parts)


@cache
def _build_automaton() -> tuple[AhoCorasick, str]:
    """Return the automaton of all words that have a class, and the letter of each word."""
    table = files("domain.screening").joinpath("synonyms.tsv").read_text("utf-8")
    words: list[str] = []
    letters: list[str] = []
    for letter, line in zip(_CLASS_LETTERS, table.splitlines(), strict=False):
        _, cell = line.split("\t")
        words += cell.split()
        letters += letter * len(cell.split())
    return AhoCorasick(words, matchkind=MatchKind.LeftmostLongest), "".join(letters)
