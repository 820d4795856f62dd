"""Parsing of a search text into words, each with the tokens that it matches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import takewhile

from domain.free_text import check_text
from domain.reference.occupation_book import LISTED_OCCUPATIONS, OccupationBook
from domain.reference.regions import Region, find_regions, significant_digits
from domain.refusals import InvalidInput
from domain.search.benefit_terms import BENEFIT_TERMS, BenefitTerm
from domain.search.search_tokens import (
    benefit_token,
    occupation_token,
    region_token,
    strong_token,
    weak_token,
)
from domain.search.text_analysis import fold, is_chinese, spell_pinyin, split_runs, split_words

MAX_SEARCH_LENGTH = 60
MAX_SEARCH_WORDS = 8

_STOP_WORDS = frozenset(
    ("招聘", "诚聘", "急聘", "招", "聘", "岗位", "职位", "工作", "找", "的", "和", "与", "在", "有")
)
"""Search words that say nothing about the job."""


@dataclass(frozen=True, kw_only=True)
class SearchWord:
    """One word of a search; a posting matches it if it has one of the tokens.

    ``strong`` tokens make a posting more relevant than ``weak`` ones, which stand for words in the
    duties and conditions. ``is_prefix`` is true for a single Chinese character: the tokens are then
    prefixes of a posting's tokens. ``highlight_names`` are the texts to highlight.
    """

    text: str
    strong: tuple[str, ...]
    weak: tuple[str, ...]
    is_prefix: bool = False
    highlight_names: tuple[str, ...] = ()


@cache
def _benefit_terms_by_name() -> dict[str, BenefitTerm]:
    return {
        spelling: benefit
        for benefit in BENEFIT_TERMS
        for name in benefit.names
        for spelling in (fold(name), spell_pinyin(name)[0])
    }


_PINYIN_SYLLABLE = re.compile(
    r"([zcs]h|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(a|o|e|ai|ei|ao|ou|an|en|ang|eng|ong|er|i|ia|ie|iao|iu|ian|in|iang|ing|iong"
    r"|u|ua|uo|uai|ui|uan|un|uang|v|ve|ue)"
)
"""Matches every pinyin syllable, and some combinations that are none."""
_REGION_SUFFIX = re.compile(r"(特别行政区|自治区|自治州|自治县|地区|省|市|区|县|盟|旗)$")


@lru_cache(maxsize=1 << 12)
def _find_region_tokens(name: str) -> tuple[str, ...]:
    """Return the tokens of the regions with a name, with or without 省, 市 etc., or in pinyin."""
    return tuple(
        region_token(significant_digits(region.code))
        for region in (find_regions(name, 10) if len(name) > 1 else ())
        if name in _region_names(region)
    )


def _region_names(region: Region) -> tuple[str, ...]:
    short_name = _REGION_SUFFIX.sub("", region.name)
    pinyin = join_pinyin(region.pinyin, len(short_name))
    return (region.name, short_name, *pinyin, *region.former_names)


def join_pinyin(pinyin: str, syllables: int) -> tuple[str, str]:
    """Join the first syllables of a pinyin text, and all of them, into one word each."""
    parts = pinyin.split()
    return "".join(parts[:syllables]), "".join(parts)


def parse_search(
    text: str, field: tuple[str, ...], book: OccupationBook = LISTED_OCCUPATIONS
) -> tuple[SearchWord, ...]:
    """Parse a search text into its words; an empty tuple if it has none.

    ``book`` has the names of the occupations.

    Words that say nothing about a job are dropped, and so are single characters next to longer
    words. The most selective words come first.

    :raises InvalidInput: longer than 60 characters, more than 8 words, or with control characters
        or an identity-card number.
    """
    check_text(text, MAX_SEARCH_LENGTH, field)
    found = dict.fromkeys(_split_search(fold(text), book))
    words = [word for word in found if word not in _STOP_WORDS] or list(found)
    # A single character next to longer words is a remainder of segmentation.
    words = [word for word in words if len(word) > 1] or words
    if len(words) > MAX_SEARCH_WORDS:
        raise InvalidInput(
            f"Search for at most {MAX_SEARCH_WORDS} words.",
            f"最多搜索{MAX_SEARCH_WORDS}个词。",
            field=field,
        )
    # Search reads the first word's postings first: long words have few, benefits have many.
    words.sort(key=lambda word: (word in _benefit_terms_by_name(), -len(word)))
    return tuple(_build_search_word(word, book) for word in words)


def _split_search(text: str, book: OccupationBook) -> Iterator[str]:
    """Split folded text into words; names are kept whole, also if spelled ``han gong``."""
    runs = split_runs(text)
    while runs:
        run_count = _count_leading_runs(runs, book)
        word = "".join(runs[:run_count])
        runs = runs[run_count:]
        yield from [word] if run_count > 1 or _is_name(word, book) else split_words(word)


def _count_leading_runs(runs: list[str], book: OccupationBook) -> int:
    """Return how many leading runs form one word, such as 2 for ``han gong``; at least 1."""
    latin = list(takewhile(lambda run: not is_chinese(run), runs[:MAX_SEARCH_WORDS]))
    syllables = len(list(takewhile(_PINYIN_SYLLABLE.fullmatch, latin)))
    # Syllables that form no name end where a name starts.
    ends = (end for end in range(1, syllables) if _count_name_runs(latin[end:], book))
    return _count_name_runs(latin, book) or next(ends, max(syllables, 1))


def _count_name_runs(latin: list[str], book: OccupationBook) -> int:
    """Return how many leading runs, at least 2, form the longest name; 0 if there is none."""
    ends = range(len(latin), 1, -1)
    return next((end for end in ends if _is_name("".join(latin[:end]), book)), 0)


def _is_name(word: str, book: OccupationBook) -> bool:
    """Whether a word names a benefit, an occupation or a region."""
    return word in _benefit_terms_by_name() or bool(
        book.find_by_search_word(word) or _find_region_tokens(word)
    )


def _build_search_word(text: str, book: OccupationBook) -> SearchWord:
    occupations = book.find_by_search_word(text)
    benefit = _benefit_terms_by_name().get(text)
    return SearchWord(
        text=text,
        strong=(
            strong_token(text),
            *map(occupation_token, occupations),
            *([benefit_token(benefit)] if benefit else []),
            *_find_region_tokens(text),
        ),
        weak=(weak_token(text),),
        is_prefix=is_chinese(text) and len(text) == 1,
        highlight_names=(
            text,
            *(fold(name) for occupation in occupations for name in book.names_of(occupation)),
            *(benefit.names if benefit else ()),
        ),
    )
