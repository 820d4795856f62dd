"""What a posting can be found by, and what somebody who searches is taken to mean.

A posting gets one token a word. A token says where the word stands: ``^`` for one in the title or
the employer's name, ``~`` for one that stands in the duties and conditions alone; the title's words
also by bigrams, pinyin and initials. ``=`` is the whole title, ``o:``, ``r:`` and ``c:`` are
occupation, region and what the job offers. What is looked for is a list of words that must all be
there, each as one of several tokens.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from domain.errors import InvalidInput
from domain.free_text import check_text
from domain.postings.postings import Occupation, PostingTerms
from domain.reference.geo import Point
from domain.reference.occupations import occupation_names
from domain.reference.regions import Region, find_regions, region_of, significant_digits
from domain.screening.minimum_wages import convert_to_monthly
from domain.search.benefit_terms import BENEFIT_TERMS, BenefitTerm, find_benefit_terms
from domain.search.chinese_text import (
    split_bigrams,
    fold,
    fold_with_offsets,
    is_chinese,
    spell_pinyin,
    split_index_words,
    split_runs,
    split_words,
)
from domain.search.facets import facet_character, facet_characters

SEARCH_ENTRY_VERSION = 2
"""Of what is stored: a posting with an entry of another version gets a new one."""

MAX_SEARCH_LENGTH = 60
MAX_SEARCH_WORDS = 8
MAX_BODY_WORDS = 120
MAX_HIGHLIGHTS_PER_FIELD = 20
"""Places of a field that are marked."""

_STOP_WORDS = frozenset(
    ("招聘", "诚聘", "急聘", "招", "聘", "岗位", "职位", "工作", "找", "的", "和", "与", "在", "有")
)
"""Words of a search that say nothing about the job."""

_EMPLOYER_STOP_WORDS = frozenset(("有限", "有限公司", "公司", "责任", "股份", "集团", "合成"))
"""Words that every employer has in its name."""


@dataclass(frozen=True, kw_only=True)
class SearchEntry:
    """What is stored with a posting for search alone; drawn from the terms, never shown.

    ``pay`` is whole yuan a month. ``traits`` has one character for each code of the terms
    (``domain.search.facets``), the four after it are single ones of them. ``at`` is where the work
    is done, or the centre of its region.
    """

    version: int
    tokens: tuple[str, ...]
    pay: int
    traits: str
    occupation: str
    employment_type: str
    shift: str
    intensity: str
    at: Point | None


def build_search_entry(terms: PostingTerms, employer: str) -> SearchEntry:
    """What a posting with these terms, of an employer of that name, is found by."""
    region = region_of(terms.place_code)
    return SearchEntry(
        version=SEARCH_ENTRY_VERSION,
        tokens=tuple(_tokens(terms, employer)),
        pay=convert_to_monthly(terms.pay, terms.hours_per_day).amount,
        traits=facet_characters(terms),
        occupation=facet_character(terms.occupation),
        employment_type=facet_character(terms.employment_type),
        shift=facet_character(terms.shift),
        intensity=facet_character(terms.intensity),
        at=terms.point or (region.centre if region else None),
    )


def _tokens(terms: PostingTerms, employer: str) -> Iterator[str]:
    title = fold(terms.title)
    strong = dict.fromkeys(split_index_words(title))
    strong |= dict.fromkeys(split_bigrams(title))
    strong |= dict.fromkeys(_pinyin_tokens(title))
    strong |= dict.fromkeys(
        word for word in split_index_words(fold(employer)) if word not in _EMPLOYER_STOP_WORDS
    )
    body = dict.fromkeys(split_index_words(fold(f"{terms.duties}\n{terms.conditions}")))
    weak = [word for word in body if word not in strong][:MAX_BODY_WORDS]
    yield f"={title}"
    yield f"o:{terms.occupation}"
    yield from (_benefit_token(offer) for offer in find_benefit_terms(terms))
    yield from (f"r:{terms.place_code[:digits]}" for digits in (2, 4, 6))
    yield from (f"^{word}" for word in strong)
    yield from (f"~{word}" for word in weak)


def _benefit_token(offer: BenefitTerm) -> str:
    return f"c:{offer.names[0]}"


def _pinyin_tokens(title: str) -> Iterator[str]:
    """Pinyin and initials of the title's words, and of each Chinese piece as a whole."""
    for piece in (*split_words(title), *split_runs(title)):
        if is_chinese(piece) and 1 < len(piece) <= MAX_SEARCH_WORDS:
            yield from spell_pinyin(piece)


@dataclass(frozen=True, kw_only=True)
class SearchWord:
    """One word of a search: a posting has it if it has one of the tokens.

    ``strong`` are the tokens that make it relevant, ``weak`` those that are mentioned in passing.
    ``begins`` is set for a single character, which only begins words: tokens are then beginnings.
    ``names`` is what is marked in a posting.
    """

    text: str
    strong: tuple[str, ...]
    weak: tuple[str, ...]
    is_prefix: bool = False
    highlight_names: tuple[str, ...] = ()


def _index_occupations() -> Mapping[str, tuple[Occupation, ...]]:
    """The occupations by their names and the pinyin of these; initials are too few letters."""
    found: dict[str, dict[Occupation, None]] = defaultdict(dict)
    for occupation in Occupation:
        for name in occupation_names(occupation):
            found[fold(name)][occupation] = None
            found[spell_pinyin(name)[0]][occupation] = None
            found["".join(split_runs(fold(occupation.en)))][occupation] = None
    return {name: tuple(occupations) for name, occupations in found.items()}


_OCCUPATIONS_BY_NAME = _index_occupations()
_BENEFIT_TERMS_BY_NAME = {
    called: offer
    for offer in BENEFIT_TERMS
    for name in offer.names
    for called in (fold(name), spell_pinyin(name)[0])
}
_PINYIN_SYLLABLE = re.compile(
    r"([zcs]h|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(a|o|e|ai|ei|ao|ou|an|en|ang|eng|ong|er|i|ia|ie|iao|iu|ian|in|iang|ing|iong"
    r"|u|ua|uo|uai|ui|uan|un|uang|v|ve|ue)"
)
"""What can be a syllable of pinyin, and some that are none."""
_REGION_SUFFIX = re.compile(r"(特别行政区|自治区|自治州|自治县|地区|省|市|区|县|盟|旗)$")


def find_occupations(name: str) -> tuple[Occupation, ...]:
    """The occupations with that name, or with one of that pinyin; folded."""
    return _OCCUPATIONS_BY_NAME.get(name, ())


@lru_cache(maxsize=1 << 12)
def _region_tokens(name: str) -> tuple[str, ...]:
    """The regions of that name, with or without the word for what it is, or of its pinyin."""
    return tuple(
        f"r:{significant_digits(region.code)}"
        for region in (find_regions(name, 10) if len(name) > 1 else ())
        if name in _region_names(region)
    )


def _region_names(region: Region) -> tuple[str, ...]:
    short = _REGION_SUFFIX.sub("", region.name)
    return (region.name, short, *join_pinyin(region.pinyin, len(short)), *region.former_names)


def join_pinyin(spelt: str, syllables: int) -> tuple[str, str]:
    """The first syllables of spelt pinyin and all of them, as one word each."""
    parts = spelt.split()
    return "".join(parts[:syllables]), "".join(parts)


def parse_search(text: str, field: tuple[str, ...]) -> tuple[SearchWord, ...]:
    """The words that somebody looks for; none when the text holds none.

    :raises InvalidInput: longer than 60 characters or more than 8 words; ``field`` says where.
    """
    check_text(text, MAX_SEARCH_LENGTH, field)
    found = dict.fromkeys(_split_search(fold(text)))
    telling = [word for word in found if word not in _STOP_WORDS] or list(found)
    # A single character beside words is what was left when they were parted.
    meant = [word for word in telling if len(word) > 1] or telling
    if len(meant) > MAX_SEARCH_WORDS:
        raise InvalidInput(f"Search for at most {MAX_SEARCH_WORDS} words.", field=field)
    # Reading begins with the first: the longest is in the fewest postings, an offer in many.
    return tuple(
        _make_search_word(word)
        for word in sorted(meant, key=lambda it: (it in _BENEFIT_TERMS_BY_NAME, -len(it)))
    )


def _split_search(text: str) -> Iterator[str]:
    pieces = split_runs(text)
    while pieces:
        taken = _leading_name_pieces(pieces)
        word = "".join(pieces[:taken])
        pieces = pieces[taken:]
        # A name is not taken apart, whatever the dictionary makes of it.
        yield from [word] if taken > 1 or _is_name(word) else split_words(word)


def _leading_name_pieces(pieces: list[str]) -> int:
    """How many pieces are one word that is spelt with spaces, as in ``han gong``; or else one."""
    spelt = list(takewhile(lambda piece: not is_chinese(piece), pieces[:MAX_SEARCH_WORDS]))
    syllables = len(list(takewhile(_PINYIN_SYLLABLE.fullmatch, spelt)))
    # A word that is no name ends where a name begins.
    ends = (end for end in range(1, syllables) if _longest_name_pieces(spelt[end:]))
    return _longest_name_pieces(spelt) or next(ends, max(syllables, 1))


def _longest_name_pieces(spelt: list[str]) -> int:
    """How many pieces, two at least, are the longest name at the beginning; 0 for none."""
    return next((end for end in range(len(spelt), 1, -1) if _is_name("".join(spelt[:end]))), 0)


def _is_name(word: str) -> bool:
    return word in _BENEFIT_TERMS_BY_NAME or bool(find_occupations(word) or _region_tokens(word))


def _make_search_word(text: str) -> SearchWord:
    occupations = find_occupations(text)
    offer = _BENEFIT_TERMS_BY_NAME.get(text)
    begins = is_chinese(text) and len(text) == 1
    return SearchWord(
        text=text,
        strong=(
            f"^{text}",
            *(f"o:{occupation}" for occupation in occupations),
            *([_benefit_token(offer)] if offer else []),
            *_region_tokens(text),
        ),
        weak=(f"~{text}",),
        is_prefix=begins,
        highlight_names=(
            text,
            *(fold(name) for each in occupations for name in occupation_names(each)),
            *(offer.names if offer else ()),
        ),
    )


@dataclass(frozen=True, kw_only=True)
class HighlightSpan:
    """Characters ``start`` up to but without ``end`` of a text, counted in code points."""

    start: int
    end: int


def find_highlights(text: str, wanted: Iterable[SearchWord]) -> tuple[HighlightSpan, ...]:
    """Where the words stand in a text: at most 20 places, in order, none within another."""
    plain, places = fold_with_offsets(text)
    found = sorted(
        {span for word in wanted for span in _spans(plain, word)},
        key=lambda span: (span[0], -span[1]),
    )
    kept: list[HighlightSpan] = []
    for start, end in found:
        mark = HighlightSpan(start=places[start], end=places[end - 1] + 1)
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return tuple(kept[:MAX_HIGHLIGHTS_PER_FIELD])


def _spans(plain: str, word: SearchWord) -> Iterator[tuple[int, int]]:
    for name in word.highlight_names:
        start = plain.find(name)
        while start >= 0:
            yield start, start + len(name)
            start = plain.find(name, start + len(name))
    if not is_chinese(word.text):
        start = 0
        for piece in split_words(plain):
            start = plain.index(piece, start)
            if is_chinese(piece) and len(piece) > 1 and word.text in spell_pinyin(piece):
                yield start, start + len(piece)
            start += len(piece)
