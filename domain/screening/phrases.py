"""Finding phrases in a text, however it is written: blanks between the characters, full width,
traditional characters, invisible characters, marks in between.

A text is read once: all whole phrases, and the words around which those with a number stand, are
in one Aho-Corasick automaton. What somebody says that they do not do is no match: "无需押金",
"不收取押金、服装费和培训费", "押金由公司承担", "不限男性女性". A "no" does not reach over a blank
("学历不限 男性优先") or over a comma that no list goes on after.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from unicodedata import category, normalize

import ahocorasick
from opencc import OpenCC

from domain.postings.postings import Finding, Mark
from domain.screening.negations import (
    LIST_CONJUNCTION,
    NEGATION_AFTER,
    NEGATION_BEFORE,
    NEGATION_OVERRIDE,
)
from domain.screening.phrase_patterns import MATCH_WINDOW_CHARS, PATTERNS_BY_ANCHOR, PhrasePattern
from domain.screening.phrasebook import FORBIDDEN_PHRASES, HARMLESS_WORDS, NEUTRAL_LIST_ITEMS

_SIMPLIFIED = OpenCC("t2s")
_LIST_SEPARATORS = ",:、"
"""Kept: no phrase reaches over them, but a list may."""
_SENTENCE_ENDS = ";!?。…"
_OPENING = "([{<《【〈「『"
_CLOSING = ")]}>》】〉」』"
_DASHES = "-—–―‐‑−~～"
_AT_MOST = "≤≦⩽"
_STOP = "\n"
# What stands in brackets by itself, "35岁（含）以下" or "限【男】性", belongs to what is around it.
_ENCLOSED = re.compile(r"\( *[^()\n,:、 ](?: *[^()\n,:、 ])? *\)")
# So do characters each of which stands by itself: "限，男，性", one below the other too.
_LONE_CHARACTER = re.compile(r"[,:、\n()] *[㐀-鿿] *[,:、\n()]")
_SPACED_WORD = re.compile(r"(?<![㐀-鿿])[㐀-鿿](?:[,:、\n() ]+[㐀-鿿]){2,}(?![㐀-鿿])")
MAX_CACHED_SHAPES = 20_000
"""Characters whose shape is kept, some 2 MB: more than Chinese has in use."""


@dataclass(frozen=True)
class _NormalisedText:
    """A text as phrases are looked for in it.

    ``places`` has for each character its place in the text that was given; before those in
    ``gaps`` there was a blank.
    """

    text: str
    places: tuple[int, ...]
    gaps: frozenset[int]


@dataclass(frozen=True)
class _Hit:
    """A match in plain text.

    ``rule`` is None for an item that only goes on a list, and for a longer word that shields.
    """

    start: int
    end: int
    rule: Finding | None
    shields: bool = False

    def covers(self, other: _Hit) -> bool:
        """Whether the other is a part of this one that says nothing by itself."""
        inside = self.start <= other.start and other.end <= self.end
        larger = self.end - self.start > other.end - other.start
        return inside and larger and (self.shields or self.rule == other.rule)


def find_phrases(text: str) -> tuple[tuple[Finding, Mark], ...]:
    """Each phrase found, as its rule (without a field) and where it stands, from the beginning on.

    Marks count the characters (code points) of ``text`` as it was given, the end excluded. Never
    raises, whatever the text holds.
    """
    # Most texts hold none, and are spared the places of their characters.
    if next(_matches(_normalise_fast(text)), None) is None:
        return ()
    plain = _normalise(text)
    hits = _find_hits(plain.text)
    negated = _find_negated(plain, hits)
    return tuple(
        (hit.rule, _mark(text, plain, hit))
        for hit in hits
        if hit.rule is not None and hit not in negated
    )


def _mark(text: str, plain: _NormalisedText, hit: _Hit) -> Mark:
    start, end = plain.places[hit.start], plain.places[hit.end - 1] + 1
    return Mark(text=text[start:end], start=start, end=end)


@lru_cache(maxsize=4_096)
def _shape(char: str) -> str:
    """What a character comes to: nothing, a blank, a stop, a dash, a bracket, or what is read."""
    if char == "\n" or char in _SENTENCE_ENDS:
        return _STOP
    if char in _DASHES:
        return "-"
    if char.isspace():
        return " "
    return "".join(map(_shape_of_part, normalize("NFKC", char).casefold()))


def _shape_of_part(char: str) -> str:
    if char in _AT_MOST:
        return "不超过"
    if char in _OPENING:
        return "("
    if char in _CLOSING:
        return ")"
    if char in _LIST_SEPARATORS or char == "." or category(char)[0] in "LN":
        return char
    return _STOP if char in _SENTENCE_ENDS else ""


class _ShapeTable(dict[int, str]):
    """Shapes by code point as ``str.translate`` asks for them; what comes up is kept."""

    def __missing__(self, code: int) -> str:
        shape = _shape(chr(code))
        if len(self) < MAX_CACHED_SHAPES:
            self[code] = shape
        return shape


_SHAPE_TABLE = _ShapeTable()


def _normalise_fast(text: str) -> str:
    """The text of :func:`_plain` alone, ten times as fast."""
    shaped = text.translate(_SHAPE_TABLE)
    noise = _find_noise(shaped)
    if noise:
        shaped = "".join(part for number, part in enumerate(shaped) if number not in noise)
    return _simplified(_unbracketed(shaped.replace(" ", "")))


def _normalise(text: str) -> _NormalisedText:
    shapes = [(part, place) for place, char in enumerate(text) for part in _shape(char)]
    noise = _find_noise("".join(part for part, _ in shapes))
    kept: list[str] = []
    places: list[int] = []
    gaps: set[int] = set()
    for number, (part, place) in enumerate(shapes):
        # No "no" reaches into brackets, as little as over a blank.
        if part in " (":
            gaps.add(len(kept))
        if part != " " and number not in noise:
            kept.append(part)
            places.append(place)
    plain = _unbracketed("".join(kept))
    return _NormalisedText(_simplified(plain), tuple(places), frozenset(gaps))


def _unbracketed(text: str) -> str:
    # A table of two characters would take ten times as long.
    return text.replace("(", _STOP).replace(")", _STOP)


def _find_noise(shaped: str) -> set[int]:
    """The places of what only parts the characters of a word."""
    noise: set[int] = set()
    if "-" in shaped or "." in shaped:
        noise |= {
            number
            for number, part in enumerate(shaped)
            if part in "-." and not _between_digits(shaped, number)
        }
    if "(" in shaped:
        for found in _ENCLOSED.finditer(shaped):
            noise |= {found.start(), found.end() - 1}
    if _LONE_CHARACTER.search(shaped):
        for found in _SPACED_WORD.finditer(shaped):
            noise |= {number for number in range(*found.span()) if shaped[number] in ",:、\n()"}
    return noise


def _between_digits(shaped: str, number: int) -> bool:
    """Whether what stands before and after is a digit."""
    return (
        0 < number < len(shaped) - 1
        and shaped[number - 1].isdigit()
        and shaped[number + 1].isdigit()
    )


def _simplified(text: str) -> str:
    """The text in simplified characters, as many as it had."""
    simplified: str = _SIMPLIFIED.convert(text)
    if len(simplified) == len(text):
        return simplified
    return "".join(_SIMPLIFIED.convert(char)[:1] or char for char in text)


@dataclass(frozen=True)
class _Word:
    """What the automaton knows of a word: a phrase of a rule, or where patterns are tried."""

    length: int
    rule: Finding | None = None
    shields: bool = False
    patterns: tuple[PhrasePattern, ...] = ()


def _build_automaton() -> ahocorasick.Automaton:
    words = {word: _Word(len(word), shields=True) for word in HARMLESS_WORDS}
    words |= {word: _Word(len(word)) for word in NEUTRAL_LIST_ITEMS}
    for rule, phrases in FORBIDDEN_PHRASES.values():
        words |= {phrase: _Word(len(phrase), rule) for phrase in phrases}
    words |= {word: _Word(len(word), patterns=tried) for word, tried in PATTERNS_BY_ANCHOR.items()}
    automaton = ahocorasick.Automaton()
    for word, known in words.items():
        automaton.add_word(word, known)
    automaton.make_automaton()
    return automaton


_AUTOMATON = _build_automaton()


def _find_hits(plain: str) -> list[_Hit]:
    """All matches in the order of the text, without those that are a part of another."""
    found = sorted(set(_matches(plain)), key=lambda hit: (hit.start, -hit.end))
    kept: list[_Hit] = []
    # Whatever covers a match begins no later, and few words are longer than their neighbours.
    for hit in found:
        if not any(earlier.covers(hit) for earlier in kept[-8:]):
            kept.append(hit)
    return [hit for hit in kept if not hit.shields]


def _matches(plain: str) -> Iterator[_Hit]:
    for last, word in _AUTOMATON.iter(plain):
        start, end = last + 1 - word.length, last + 1
        if not word.patterns:
            yield _Hit(start, end, word.rule, shields=word.shields)
        for pattern in word.patterns:
            for match in pattern.expression.finditer(
                plain, max(0, start - MATCH_WINDOW_CHARS), end + MATCH_WINDOW_CHARS
            ):
                if match.start() <= start < match.end() and pattern.accepts(match):
                    yield _Hit(match.start(), match.end(), pattern.rule)


def _find_negated(plain: _NormalisedText, hits: Sequence[_Hit]) -> set[_Hit]:
    """The matches that are denied, each by itself or as items of a list of which one is."""
    negated = {hit for hit in hits if _is_denied(plain, hit)}
    lists = [
        pair
        for pair in pairwise(hits)
        if LIST_CONJUNCTION.fullmatch(plain.text, pair[0].end, pair[1].start)
    ]
    for pairs in (lists, [(after, before) for before, after in reversed(lists)]):
        for told, next_ in pairs:
            if told in negated:
                negated.add(next_)
    return negated


def _is_denied(plain: _NormalisedText, hit: _Hit) -> bool:
    before = plain.text[
        max(0, hit.start - MATCH_WINDOW_CHARS, *_nearby_gaps(plain, hit)) : hit.start
    ]
    after = plain.text[hit.end : hit.end + MATCH_WINDOW_CHARS]
    if NEGATION_BEFORE.search(before) and not NEGATION_OVERRIDE.match(after):
        return True
    return NEGATION_AFTER.match(after) is not None


def _nearby_gaps(plain: _NormalisedText, hit: _Hit) -> Iterator[int]:
    return (
        place
        for place in range(hit.start - MATCH_WINDOW_CHARS, hit.start + 1)
        if place in plain.gaps
    )
