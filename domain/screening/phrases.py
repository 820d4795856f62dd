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
from domain.screening.negations import AFTER, AND, BEFORE, BUT
from domain.screening.phrase_patterns import ANCHORS, REACH, Pattern
from domain.screening.phrasebook import NEUTRAL, PHRASES, SHIELDS

_SIMPLIFIED = OpenCC("t2s")
_SOFT = ",:、"
"""Kept: no phrase reaches over them, but a list may."""
_HARD = ";!?。…"
_OPENING = "([{<《【〈「『"
_CLOSING = ")]}>》】〉」』"
_DASHES = "-—–―‐‑−~～"
_AT_MOST = "≤≦⩽"
_STOP = "\n"
# What stands in brackets by itself, "35岁（含）以下" or "限【男】性", belongs to what is around it.
_ENCLOSED = re.compile(r"\( *[^()\n,:、 ](?: *[^()\n,:、 ])? *\)")
# So do characters each of which stands by itself: "限，男，性", one below the other too.
_ALONE = re.compile(r"[,:、\n()] *[㐀-鿿] *[,:、\n()]")
_PARTED = re.compile(r"(?<![㐀-鿿])[㐀-鿿](?:[,:、\n() ]+[㐀-鿿]){2,}(?![㐀-鿿])")
MOST_SHAPES = 20_000
"""Characters whose shape is kept, some 2 MB: more than Chinese has in use."""


@dataclass(frozen=True)
class _Plain:
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


def phrases_in(text: str) -> tuple[tuple[Finding, Mark], ...]:
    """Each phrase found, as its rule (without a field) and where it stands, from the beginning on.

    Marks count the characters (code points) of ``text`` as it was given, the end excluded. Never
    raises, whatever the text holds.
    """
    # Most texts hold none, and are spared the places of their characters.
    if next(_matches(_bare(text)), None) is None:
        return ()
    plain = _plain(text)
    hits = _hits(plain.text)
    negated = _negated(plain, hits)
    return tuple(
        (hit.rule, _mark(text, plain, hit))
        for hit in hits
        if hit.rule is not None and hit not in negated
    )


def _mark(text: str, plain: _Plain, hit: _Hit) -> Mark:
    start, end = plain.places[hit.start], plain.places[hit.end - 1] + 1
    return Mark(text=text[start:end], start=start, end=end)


@lru_cache(maxsize=4_096)
def _shape(char: str) -> str:
    """What a character comes to: nothing, a blank, a stop, a dash, a bracket, or what is read."""
    if char == "\n" or char in _HARD:
        return _STOP
    if char in _DASHES:
        return "-"
    if char.isspace():
        return " "
    return "".join(map(_part, normalize("NFKC", char).casefold()))


def _part(char: str) -> str:
    if char in _AT_MOST:
        return "不超过"
    if char in _OPENING:
        return "("
    if char in _CLOSING:
        return ")"
    if char in _SOFT or char == "." or category(char)[0] in "LN":
        return char
    return _STOP if char in _HARD else ""


class _Shapes(dict[int, str]):
    """Shapes by code point as ``str.translate`` asks for them; what comes up is kept."""

    def __missing__(self, code: int) -> str:
        shape = _shape(chr(code))
        if len(self) < MOST_SHAPES:
            self[code] = shape
        return shape


_SHAPES = _Shapes()


def _bare(text: str) -> str:
    """The text of :func:`_plain` alone, ten times as fast."""
    shaped = text.translate(_SHAPES)
    noise = _noise(shaped)
    if noise:
        shaped = "".join(part for number, part in enumerate(shaped) if number not in noise)
    return _simplified(_unbracketed(shaped.replace(" ", "")))


def _plain(text: str) -> _Plain:
    shapes = [(part, place) for place, char in enumerate(text) for part in _shape(char)]
    noise = _noise("".join(part for part, _ in shapes))
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
    return _Plain(_simplified(plain), tuple(places), frozenset(gaps))


def _unbracketed(text: str) -> str:
    # A table of two characters would take ten times as long.
    return text.replace("(", _STOP).replace(")", _STOP)


def _noise(shaped: str) -> set[int]:
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
    if _ALONE.search(shaped):
        for found in _PARTED.finditer(shaped):
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
    patterns: tuple[Pattern, ...] = ()


def _automaton() -> ahocorasick.Automaton:
    words = {word: _Word(len(word), shields=True) for word in SHIELDS}
    words |= {word: _Word(len(word)) for word in NEUTRAL}
    for rule, phrases in PHRASES.values():
        words |= {phrase: _Word(len(phrase), rule) for phrase in phrases}
    words |= {word: _Word(len(word), patterns=tried) for word, tried in ANCHORS.items()}
    automaton = ahocorasick.Automaton()
    for word, known in words.items():
        automaton.add_word(word, known)
    automaton.make_automaton()
    return automaton


_WORDS = _automaton()


def _hits(plain: str) -> list[_Hit]:
    """All matches in the order of the text, without those that are a part of another."""
    found = sorted(set(_matches(plain)), key=lambda hit: (hit.start, -hit.end))
    kept: list[_Hit] = []
    # Whatever covers a match begins no later, and few words are longer than their neighbours.
    for hit in found:
        if not any(earlier.covers(hit) for earlier in kept[-8:]):
            kept.append(hit)
    return [hit for hit in kept if not hit.shields]


def _matches(plain: str) -> Iterator[_Hit]:
    for last, word in _WORDS.iter(plain):
        start, end = last + 1 - word.length, last + 1
        if not word.patterns:
            yield _Hit(start, end, word.rule, shields=word.shields)
        for pattern in word.patterns:
            for match in pattern.expression.finditer(plain, max(0, start - REACH), end + REACH):
                if match.start() <= start < match.end() and pattern.is_meant(match):
                    yield _Hit(match.start(), match.end(), pattern.rule)


def _negated(plain: _Plain, hits: Sequence[_Hit]) -> set[_Hit]:
    """The matches that are denied, each by itself or as items of a list of which one is."""
    negated = {hit for hit in hits if _is_denied(plain, hit)}
    lists = [
        pair for pair in pairwise(hits) if AND.fullmatch(plain.text, pair[0].end, pair[1].start)
    ]
    for pairs in (lists, [(after, before) for before, after in reversed(lists)]):
        for told, next_ in pairs:
            if told in negated:
                negated.add(next_)
    return negated


def _is_denied(plain: _Plain, hit: _Hit) -> bool:
    before = plain.text[max(0, hit.start - REACH, *_gaps(plain, hit)) : hit.start]
    after = plain.text[hit.end : hit.end + REACH]
    if BEFORE.search(before) and not BUT.match(after):
        return True
    return AFTER.match(after) is not None


def _gaps(plain: _Plain, hit: _Hit) -> Iterator[int]:
    return (place for place in range(hit.start - REACH, hit.start + 1) if place in plain.gaps)
