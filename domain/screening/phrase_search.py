"""Search for forbidden phrases in a text, however they are spelled.

One Aho-Corasick automaton holds all whole phrases and the anchor words of all patterns, so a text
is read once. A negated phrase is no match: "无需押金", "不收取押金、服装费和培训费",
"押金由公司承担", "不限男性女性". A negation does not reach over a blank ("学历不限 男性优先") or
over a comma that does not continue a list.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from domain.postings.postings import Finding
from domain.screening.forbidden_phrases import (
    FORBIDDEN_PHRASES,
    HARMLESS_WORDS,
    NEUTRAL_LIST_ITEMS,
)
from domain.screening.negations import (
    LIST_CONJUNCTION,
    NEGATION_AFTER,
    NEGATION_BEFORE,
    NEGATION_OVERRIDE,
)
from domain.screening.pattern_syntax import PhrasePattern
from domain.screening.phrase_patterns import MATCH_WINDOW_CHARS, PATTERNS_BY_ANCHOR
from domain.screening.text_normalisation import NormalisedText


class _Match(NamedTuple):
    """A match in normalised text.

    ``rule`` is None for a neutral list item and for a harmless word, which has ``is_harmless``.
    """

    start: int
    end: int
    rule: Finding | None
    is_harmless: bool = False

    def covers(self, other: _Match) -> bool:
        """Whether the other match lies inside this one and adds nothing to it."""
        is_inside = self.start <= other.start and other.end <= self.end
        is_longer = self.end - self.start > other.end - other.start
        return is_inside and is_longer and (self.is_harmless or self.rule == other.rule)


def holds_phrase(normalised: str) -> bool:
    """Return whether a normalised text may hold a phrase; a negated one counts too."""
    return next(_search(normalised), None) is not None


def find_phrases(normalised: NormalisedText) -> tuple[tuple[Finding, int, int], ...]:
    """Find the phrases of a normalised text that are not negated: rule, start and end of each."""
    matches = _select_matches(normalised.text)
    negated = _find_negated(normalised, matches)
    return tuple(
        (match.rule, match.start, match.end)
        for match in matches
        if match.rule is not None and match not in negated
    )


class _Word(NamedTuple):
    """A word of the automaton: a phrase, a harmless word, a list item, or a pattern's anchor."""

    rule: Finding | None = None
    is_harmless: bool = False
    patterns: tuple[PhrasePattern, ...] = ()


def _list_words() -> dict[str, _Word]:
    words = {word: _Word(is_harmless=True) for word in HARMLESS_WORDS}
    words |= {word: _Word() for word in NEUTRAL_LIST_ITEMS}
    for rule, phrases in FORBIDDEN_PHRASES.values():
        words |= {phrase: _Word(rule) for phrase in phrases}
    words |= {anchor: _Word(patterns=patterns) for anchor, patterns in PATTERNS_BY_ANCHOR.items()}
    return words


_WORDS = _list_words()
_ENTRIES = tuple(_WORDS.values())
_AUTOMATON = AhoCorasick(_WORDS, store_patterns=False)


def _select_matches(text: str) -> list[_Match]:
    """Return all matches in the order of the text, without those that another one covers."""
    kept: list[_Match] = []
    for match in sorted(set(_search(text)), key=lambda it: (it.start, -it.end)):
        # A covering match starts no later, and few matches overlap: the last eight are enough.
        if not any(match.end <= each.end and each.covers(match) for each in kept[-8:]):
            kept.append(match)
    return [match for match in kept if not match.is_harmless]


def _search(text: str) -> Iterator[_Match]:
    for index, start, end in _AUTOMATON.find_matches_as_indexes(text, overlapping=True):
        rule, is_harmless, patterns = _ENTRIES[index]
        if not patterns:
            yield _Match(start, end, rule, is_harmless)
        for pattern in patterns:
            for match in pattern.expression.finditer(
                text, max(0, start - MATCH_WINDOW_CHARS), end + MATCH_WINDOW_CHARS
            ):
                if match.start() <= start < match.end() and pattern.accepts(match):
                    yield _Match(match.start(), match.end(), pattern.rule)


def _find_negated(normalised: NormalisedText, matches: Sequence[_Match]) -> set[_Match]:
    """Find the matches that are negated, directly or through another item of the same list."""
    gaps = sorted(normalised.gaps)
    negated = {match for match in matches if _is_negated(normalised.text, gaps, match)}
    list_pairs = [
        pair
        for pair in pairwise(matches)
        if LIST_CONJUNCTION.fullmatch(normalised.text, pair[0].end, pair[1].start)
    ]
    # A negation spreads forwards through a list, then backwards.
    for pairs in (list_pairs, [(second, first) for first, second in reversed(list_pairs)]):
        for source, target in pairs:
            if source in negated:
                negated.add(target)
    return negated


def _is_negated(text: str, gaps: Sequence[int], match: _Match) -> bool:
    earlier_gaps = bisect_right(gaps, match.start)
    last_gap = gaps[earlier_gaps - 1] if earlier_gaps else 0
    before = text[max(0, match.start - MATCH_WINDOW_CHARS, last_gap) : match.start]
    after = text[match.end : match.end + MATCH_WINDOW_CHARS]
    if NEGATION_BEFORE.search(before) and not NEGATION_OVERRIDE.match(after):
        return True
    return NEGATION_AFTER.match(after) is not None
