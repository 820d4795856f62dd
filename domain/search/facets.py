"""Facets: the codes of a posting as a short string with one character per code.

The string is stored in the search entry, and search counts postings per character. Each
enumeration has its own range of code points, and each code its position in the enumeration. Stored
strings keep their meaning as long as new codes are added at the end. Occupations have three ranges:
the first ones, the rest of the list, and those that officers added.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.labels import Labelled
from domain.postings.pay import PaySettlement
from domain.postings.postings import (
    Benefit,
    EmploymentType,
    InsuranceKind,
    Intensity,
    PostingTerms,
    Shift,
)
from domain.postings.requirements import RequiredEducation
from domain.postings.work_schedule import RestDays, WorkMode
from domain.reference.occupations import (
    FIRST_OCCUPATIONS,
    MAX_ADDED_OCCUPATIONS,
    Occupation,
    find_occupation,
    make_added_code,
)
from domain.seekers.seeker_groups import SeekerGroup

FACET_KINDS: tuple[type[Labelled], ...] = (
    Occupation,
    EmploymentType,
    Shift,
    Intensity,
    Benefit,
    InsuranceKind,
    SeekerGroup,
    RequiredEducation,
    RestDays,
    WorkMode,
    PaySettlement,
)
"""The enumerations that are counted; stored strings depend on the order, so append new ones."""

# Letters of two bytes in UTF-8; no control or combining character is in use.
_FIRST_CODE_POINT = 0x0400
_CODE_POINTS_PER_KIND = 0x40
_FIRST_CODE_POINTS: Mapping[type[Labelled], int] = {
    **{
        kind: _FIRST_CODE_POINT + range_index * _CODE_POINTS_PER_KIND
        for range_index, kind in enumerate(FACET_KINDS[:7])
    },
    # Arabic letters; Hebrew marks come before them.
    RequiredEducation: 0x0680,
    RestDays: 0x06A0,
    WorkMode: 0x06B0,
    PaySettlement: 0x06C0,
}

# By enumeration and value: codes of two enumerations may be equal as texts.
_CHARACTERS: Mapping[tuple[type[Labelled], str], str] = {
    (kind, code.value): chr(first + position)
    for kind, first in _FIRST_CODE_POINTS.items()
    for position, code in enumerate(kind)
    if not isinstance(code, Occupation) or position < len(FIRST_OCCUPATIONS)
} | {
    # Yi syllables: letters of three bytes, more than a thousand in a row.
    (Occupation, code.value): chr(0xA000 + position)
    for position, code in enumerate(tuple(Occupation)[len(FIRST_OCCUPATIONS) :])
}
_CODES: Mapping[str, Labelled] = {
    character: kind(value)  # type: ignore[call-arg] # looks the member up by its value
    for (kind, value), character in _CHARACTERS.items()
}
_FIRST_ADDED = 0x3400
"""The first of the CJK ideographs of extension A, which stand for added occupations."""

FACET_CHARACTERS = frozenset(_CODES)
"""The characters of all codes, without those of added occupations."""


def is_facet_character(text: str) -> bool:
    """Whether a text is the character of a code, added occupations included."""
    return _find_code(text) is not None if len(text) == 1 else False


def facet_character(code: Labelled) -> str:
    """Return the character of a code."""
    if isinstance(code, Occupation) and code.added_number is not None:
        return chr(_FIRST_ADDED + code.added_number)
    return _CHARACTERS[type(code), code.value]


def _find_code(character: str) -> Labelled | None:
    number = ord(character) - _FIRST_ADDED
    if 0 < number <= MAX_ADDED_OCCUPATIONS:
        return find_occupation(make_added_code(number))
    return _CODES.get(character)


def facet_characters(terms: PostingTerms) -> str:
    """Return the facet string of a posting's terms, one character per code."""
    codes: tuple[Labelled, ...] = (
        terms.occupation,
        terms.employment_type,
        terms.shift,
        terms.intensity,
        *terms.benefits,
        *terms.insurance,
        *terms.friendly_to,
        terms.work_mode,
    )
    optional = (terms.requirements.education, terms.schedule.rest, terms.pay.settlement)
    return "".join(map(facet_character, (*codes, *(code for code in optional if code))))


def group_facet_counts(
    counts_by_character: Mapping[str, int],
) -> dict[type[Labelled], list[tuple[Labelled, int]]]:
    """Convert counts per character to counts per code, by enumeration, most frequent first."""
    grouped: dict[type[Labelled], list[tuple[Labelled, int]]] = {kind: [] for kind in FACET_KINDS}
    for character, count in counts_by_character.items():
        # A newer node may store codes that this node does not know.
        code = _find_code(character)
        if code is not None:
            grouped[type(code)].append((code, count))
    for counts in grouped.values():
        counts.sort(key=lambda item: (-item[1], facet_character(item[0])))
    return grouped
