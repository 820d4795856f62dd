"""Search entries: the tokens and facets stored with a posting for search.

A posting gets a token for each word of the title and the employer's name, also for bigrams, pinyin
and initials of the title; for each further word of the duties, conditions and requirements; for the
whole title, the occupation, the benefit terms, and each place with the regions above it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from domain.postings.pay import FEN_PER_YUAN, PayRate, convert_to_monthly
from domain.postings.postings import PostingTerms
from domain.postings.requirements import Requirements
from domain.reference.geo import Point
from domain.reference.regions import region_of
from domain.search.benefit_terms import find_benefit_terms
from domain.search.facets import facet_character, facet_characters
from domain.search.search_tokens import (
    benefit_token,
    occupation_token,
    region_token,
    strong_token,
    title_token,
    weak_token,
)
from domain.search.text_analysis import (
    fold,
    is_chinese,
    spell_pinyin,
    split_bigrams,
    split_index_words,
    split_runs,
    split_words,
)

SEARCH_ENTRY_VERSION = 4
"""The version of stored entries; entries of another version are rebuilt."""

MAX_BODY_WORDS = 120
"""Words of the duties, conditions and requirements that are stored; further ones are left out."""
MAX_PINYIN_CHARACTERS = 8
"""Longer words of the title get no pinyin tokens."""

_EMPLOYER_STOP_WORDS = frozenset(("有限", "有限公司", "公司", "责任", "股份", "集团", "合成"))
"""Words that most employers have in their names."""


@dataclass(frozen=True, kw_only=True)
class SearchEntry:
    """Data stored with a posting for search only; derived from the terms, never shown.

    ``pay`` and ``highest_pay`` are the two ends of the pay in whole yuan per month; piece work
    counts with its guaranteed pay, or 0. ``traits`` is the facet string of all codes
    (``domain.search.facets``); the next four fields are single facet characters. ``at`` are the
    places of work, or the centres of their regions.
    """

    version: int
    tokens: tuple[str, ...]
    pay: int
    highest_pay: int
    traits: str
    occupation: str
    employment_type: str
    shift: str
    intensity: str
    at: tuple[Point, ...]


def build_search_entry(terms: PostingTerms, employer: str) -> SearchEntry:
    """Build the search entry of a posting from its terms and its employer's name."""
    lowest = _monthly_yuan(terms.pay.lowest, terms) or _monthly_yuan(terms.pay.certain, terms)
    return SearchEntry(
        version=SEARCH_ENTRY_VERSION,
        tokens=tuple(_build_tokens(terms, employer)),
        pay=lowest,
        highest_pay=max(lowest, _monthly_yuan(terms.pay.highest, terms)),
        traits=facet_characters(terms),
        occupation=facet_character(terms.occupation),
        employment_type=facet_character(terms.employment_type),
        shift=facet_character(terms.shift),
        intensity=facet_character(terms.intensity),
        at=tuple(dict.fromkeys(_locate_places(terms))),
    )


def _monthly_yuan(rate: PayRate | None, terms: PostingTerms) -> int:
    """Return a pay in whole yuan per month, rounded down; 0 if it is not known."""
    monthly = convert_to_monthly(rate, terms.hours_per_day) if rate else None
    return monthly.fen // FEN_PER_YUAN if monthly else 0


def _locate_places(terms: PostingTerms) -> Iterator[Point]:
    for place in terms.places:
        region = region_of(place.place_code)
        if place.point is not None:
            yield place.point
        elif region is not None:
            yield region.centre


def _build_tokens(terms: PostingTerms, employer: str) -> Iterator[str]:
    title = fold(terms.title)
    strong = dict.fromkeys(split_index_words(title))
    strong |= dict.fromkeys(split_bigrams(title))
    strong |= dict.fromkeys(_pinyin_tokens(title))
    strong |= dict.fromkeys(
        word for word in split_index_words(fold(employer)) if word not in _EMPLOYER_STOP_WORDS
    )
    words = [
        terms.occupation_text,
        terms.duties,
        terms.conditions,
        *_list_requirement_words(terms.requirements),
    ]
    body = dict.fromkeys(split_index_words(fold("\n".join(words))))
    weak = [word for word in body if word not in strong][:MAX_BODY_WORDS]
    yield title_token(title)
    yield occupation_token(terms.occupation)
    yield from map(benefit_token, find_benefit_terms(terms))
    codes = [place.place_code for place in terms.places]
    yield from dict.fromkeys(region_token(code[:digits]) for code in codes for digits in (2, 4, 6))
    yield from map(strong_token, strong)
    yield from map(weak_token, weak)


def _list_requirement_words(requirements: Requirements) -> Iterator[str]:
    for item in (*requirements.licences, *requirements.skills):
        yield item.text
    yield requirements.education_text
    yield requirements.experience_text


def _pinyin_tokens(title: str) -> Iterator[str]:
    """Yield pinyin and initials of the title's words and of each run of Chinese characters."""
    for part in (*split_words(title), *split_runs(title)):
        if is_chinese(part) and 1 < len(part) <= MAX_PINYIN_CHARACTERS:
            yield from spell_pinyin(part)
