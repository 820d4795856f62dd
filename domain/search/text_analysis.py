"""Text analysis for search: folding, word segmentation, bigrams and pinyin.

Search compares folded text, in which width, case and traditional characters make no difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING
from unicodedata import normalize

from domain.reference.occupations import Occupation, occupation_names
from domain.reference.simplified_chinese import to_simplified
from domain.search.benefit_terms import BENEFIT_TERMS

if TYPE_CHECKING:
    from rjieba import Jieba

_RUN = re.compile(r"[㐀-䶿一-鿿]+|[a-z0-9][a-z0-9+#.-]*")
_CHINESE = re.compile(r"[㐀-䶿一-鿿]+")
# Far above every word of the dictionary, so that these words are never split.
_NEVER_SPLIT_FREQUENCY = 1_000_000


@cache
def _segmenter() -> Jieba:
    from rjieba import Jieba  # noqa: PLC0415 -- it takes 0.2 s, and most commands segment nothing

    jieba = Jieba()
    occupations = (name for occupation in Occupation for name in occupation_names(occupation))
    benefits = (name for benefit in BENEFIT_TERMS for name in benefit.names)
    for name in (*occupations, *benefits):
        jieba.add_word(name, _NEVER_SPLIT_FREQUENCY, "n")
    return jieba


@lru_cache(maxsize=1 << 15)
def _fold_character(character: str) -> str:
    return to_simplified(normalize("NFKC", character).casefold())


def fold(text: str) -> str:
    """Return the text in simplified characters, half width and lower case."""
    return "".join(map(_fold_character, text))


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """Return the folded text and, per folded character, the offset of its original character."""
    parts = [_fold_character(character) for character in text]
    offsets = [offset for offset, part in enumerate(parts) for _ in part]
    return "".join(parts), offsets


def is_chinese(text: str) -> bool:
    """Whether a text consists of Chinese characters only; an empty text does not."""
    return _CHINESE.fullmatch(text) is not None


def split_runs(text: str) -> list[str]:
    """Split folded text into runs: of Chinese characters, or of letters and digits."""
    return _RUN.findall(text)


def split_words(text: str) -> list[str]:
    """Segment folded text into words that do not overlap."""
    return [
        word for run in split_runs(text) for word in (_segment(run) if is_chinese(run) else [run])
    ]


def _segment(run: str) -> list[str]:
    words: list[str] = _segmenter().cut(run)
    return words


def split_index_words(text: str) -> Iterator[str]:
    """Yield the words of folded text and the words inside them; no single Chinese characters."""
    for run in split_runs(text):
        if is_chinese(run):
            yield from (word for word in _segmenter().cut_for_search(run) if len(word) > 1)
        else:
            yield run


def split_bigrams(text: str) -> Iterator[str]:
    """Yield all pairs of neighbouring Chinese characters of folded text."""
    for run in _CHINESE.findall(text):
        yield from map("".join, pairwise(run))


@lru_cache(maxsize=1 << 14)
def spell_pinyin(word: str) -> tuple[str, str]:
    """Return the pinyin of a Chinese word (no tones, v for ü) and the initials of its syllables."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 -- loading its dictionary takes 0.3 s

    syllables = lazy_pinyin(word)
    return "".join(syllables), "".join(syllable[0] for syllable in syllables)
