"""The codes of a posting as a short text, one character a code, so that many are counted at once.

Each list of codes has its own part of the alphabet, and each code its place in the order of its
enumeration. What is stored keeps its meaning as long as new codes are added at the end.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.labels import Labelled
from domain.postings.postings import (
    Benefit,
    EmploymentType,
    InsuranceKind,
    Intensity,
    Occupation,
    PostingTerms,
    Shift,
)
from domain.seekers.groups import SeekerGroup

FACET_KINDS: tuple[type[Labelled], ...] = (
    Occupation,
    EmploymentType,
    Shift,
    Intensity,
    Benefit,
    InsuranceKind,
    SeekerGroup,
)
"""The lists that are counted; their order is stored, so new ones come last."""

# Letters of two bytes in UTF-8, no control or combining ones among those in use.
_FIRST_CODE_POINT = 0x0400
_CODE_POINTS_PER_KIND = 0x40

_CHARACTERS: Mapping[Labelled, str] = {
    code: chr(_FIRST_CODE_POINT + part * _CODE_POINTS_PER_KIND + place)
    for part, kind in enumerate(FACET_KINDS)
    for place, code in enumerate(kind)
}
_CODES: Mapping[str, Labelled] = {character: code for code, character in _CHARACTERS.items()}


FACET_CHARACTERS: tuple[str, ...] = tuple(_CODES)
"""The characters of all codes."""


def facet_character(code: Labelled) -> str:
    """The character of one code."""
    return _CHARACTERS[code]


def facet_characters(terms: PostingTerms) -> str:
    """The codes of the terms, each once."""
    codes: tuple[Labelled, ...] = (
        terms.occupation,
        terms.employment_type,
        terms.shift,
        terms.intensity,
        *terms.benefits,
        *terms.insurance,
        *terms.friendly_to,
    )
    return "".join(map(facet_character, codes))


def group_facet_counts(
    traits: Mapping[str, int],
) -> dict[type[Labelled], list[tuple[Labelled, int]]]:
    """How many have each code, by list, the most frequent first; from the numbers by character."""
    found: dict[type[Labelled], list[tuple[Labelled, int]]] = {kind: [] for kind in FACET_KINDS}
    for character, number in traits.items():
        # A newer node may know codes that this one does not.
        code = _CODES.get(character)
        if code is not None:
            found[type(code)].append((code, number))
    for kind, counts in found.items():
        counts.sort(key=lambda item: (-item[1], tuple(kind).index(item[0])))
    return found
