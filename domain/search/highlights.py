"""Highlights: the places of search words in a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from domain.search.query_parser import SearchWord
from domain.search.text_analysis import fold_with_offsets, is_chinese, spell_pinyin, split_words

MAX_HIGHLIGHTS_PER_FIELD = 20


@dataclass(frozen=True, kw_only=True)
class HighlightSpan:
    """A range of a text in characters (code points) from 0; ``end`` is exclusive."""

    start: int
    end: int


def find_highlights(text: str, words: Iterable[SearchWord]) -> tuple[HighlightSpan, ...]:
    """Find the words in a text: at most 20 spans, in order, that do not overlap."""
    folded, offsets = fold_with_offsets(text)
    ranges = sorted(
        {found for word in words for found in _find_word(folded, word)},
        key=lambda found: (found[0], -found[1]),
    )
    spans: list[HighlightSpan] = []
    for start, end in ranges:
        span = HighlightSpan(start=offsets[start], end=offsets[end - 1] + 1)
        if not spans or span.start >= spans[-1].end:
            spans.append(span)
    return tuple(spans[:MAX_HIGHLIGHTS_PER_FIELD])


def _find_word(folded: str, word: SearchWord) -> Iterator[tuple[int, int]]:
    """Yield the ranges of a word's names, and of Chinese words with its pinyin or initials."""
    for name in word.highlight_names:
        start = folded.find(name)
        while start >= 0:
            yield start, start + len(name)
            start = folded.find(name, start + len(name))
    if not is_chinese(word.text):
        start = 0
        for part in split_words(folded):
            start = folded.index(part, start)
            if is_chinese(part) and len(part) > 1 and word.text in spell_pinyin(part):
                yield start, start + len(part)
            start += len(part)
