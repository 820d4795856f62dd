"""Chinese text as words: folded, cut, and spelt in pinyin. Pure: the dictionaries are libraries.

Folded text is what is compared: width, case and traditional characters make no difference there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from unicodedata import normalize

from opencc import OpenCC
from pypinyin import lazy_pinyin
from rjieba import Jieba

from domain.postings.postings import Occupation
from domain.reference.occupations import occupation_names
from domain.search.benefit_terms import BENEFIT_TERMS

_SIMPLIFIED = OpenCC("t2s")
_RUN = re.compile(r"[㐀-䶿一-鿿]+|[a-z0-9][a-z0-9+#.-]*")
_CHINESE = re.compile(r"[㐀-䶿一-鿿]+")
# Far more frequent than any word of the dictionary, so that these are never taken apart.
_NEVER_SPLIT_FREQUENCY = 1_000_000


def _dictionary() -> Jieba:
    jieba = Jieba()
    jobs = (name for occupation in Occupation for name in occupation_names(occupation))
    for name in (*jobs, *(name for offer in BENEFIT_TERMS for name in offer.names)):
        jieba.add_word(name, _NEVER_SPLIT_FREQUENCY, "n")
    return jieba


_JIEBA = _dictionary()


@lru_cache(maxsize=1 << 15)
def _fold_character(character: str) -> str:
    simple: str = _SIMPLIFIED.convert(normalize("NFKC", character).casefold())
    return simple


def fold(text: str) -> str:
    """The text in simplified characters, half width and small letters."""
    return "".join(map(_fold_character, text))


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place of the one it comes from."""
    parts = [_fold_character(character) for character in text]
    places = [place for place, part in enumerate(parts) for _ in part]
    return "".join(parts), places


def is_chinese(text: str) -> bool:
    """Whether it consists of Chinese characters."""
    return _CHINESE.fullmatch(text) is not None


def split_runs(text: str) -> list[str]:
    """The unbroken pieces of folded text: Chinese ones, and words in letters and digits."""
    return _RUN.findall(text)


def split_words(text: str) -> list[str]:
    """The words of folded text one after the other, as a reader would part them."""
    return [word for run in split_runs(text) for word in (_cut(run) if is_chinese(run) else [run])]


def _cut(run: str) -> list[str]:
    found: list[str] = _JIEBA.cut(run)
    return found


def split_index_words(text: str) -> Iterator[str]:
    """The words of folded text with the words inside longer ones; single characters are none."""
    for run in split_runs(text):
        if is_chinese(run):
            yield from (word for word in _JIEBA.cut_for_search(run) if len(word) > 1)
        else:
            yield run


def split_bigrams(text: str) -> Iterator[str]:
    """Every two characters that stand side by side in the Chinese of folded text."""
    for run in _CHINESE.findall(text):
        yield from map("".join, pairwise(run))


@lru_cache(maxsize=1 << 14)
def spell_pinyin(word: str) -> tuple[str, str]:
    """A Chinese word spelt without tones and with v for ü, and the initials of its syllables."""
    syllables = lazy_pinyin(word)
    return "".join(syllables), "".join(syllable[0] for syllable in syllables)
