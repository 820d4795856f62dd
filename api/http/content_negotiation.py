"""Content negotiation: media types, content codings and languages (RFC 9110, 12.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.languages import Language

_QUOTED = r'"(?:[^"\\]|\\.)*"?'
_ELEMENT = re.compile(rf'(?:[^,"]|{_QUOTED})+')
_PART = re.compile(rf'(?:[^;"]|{_QUOTED})+')
_WORD = r"[!#$%&'*+.^_`|~0-9a-z-]+"
_RANGE = re.compile(rf"{_WORD}/{_WORD}")
_CODING = re.compile(_WORD)
_LANGUAGES = frozenset(Language)
_LANGUAGE = re.compile(r"[a-z]{1,8}(?:-[0-9a-z]{1,8})*")
_QUALITY = re.compile(r"q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")

_EXACTLY = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaRange:
    """One element of an Accept header: ``type/subtype``, ``type/*`` or ``*/*``, in lower case.

    ``quality`` is from 0 (excluded) to 1.
    """

    name: str
    quality: float

    def specificity(self, media_type: str) -> int:
        """How closely the range names a media type: 3 exactly, 2 or 1 by a star, 0 not at all."""
        if self.name == media_type:
            return _EXACTLY
        if self.name == f"{media_type.partition('/')[0]}/*":
            return 2
        return 1 if self.name == "*/*" else 0


def parse_accept(header: str) -> list[MediaRange]:
    """The media ranges of an Accept header, in its order. Parameters other than q are ignored.

    Elements that are malformed are left out.
    """
    return [
        MediaRange(name=name, quality=quality) for name, quality in _iterate_weighed(header, _RANGE)
    ]


def parse_accepted_codings(header: str) -> set[str]:
    """The content codings of an Accept-Encoding header, without those that it excludes by ``q=0``.

    Elements that are malformed are left out.
    """
    return {name for name, quality in _iterate_weighed(header, _CODING) if quality > 0}


def choose_language(header: str) -> Language:
    """The language of messages that an Accept-Language header prefers; English if it names none.

    Of a tag only its language counts: ``zh-CN`` and ``zh-Hant`` are Chinese. Of two languages of
    the same quality the first one is chosen.
    """
    qualities: dict[str, float] = {}
    for tag, quality in _iterate_weighed(header, _LANGUAGE):
        language = tag.partition("-")[0]
        if language in _LANGUAGES:
            qualities[language] = max(quality, qualities.get(language, 0.0))
    wanted = max(qualities, key=lambda each: qualities[each], default=Language.ENGLISH)
    return Language(wanted) if qualities.get(wanted) else Language.ENGLISH


def _iterate_weighed(header: str, name: re.Pattern[str]) -> Iterator[tuple[str, float]]:
    """Yield name and quality of each element, in lower case."""
    for element in _ELEMENT.findall(header.lower()):
        parts = [part.strip() for part in _PART.findall(element)]
        if not parts or not name.fullmatch(parts[0]):
            continue
        weights = [each for each in parts[1:] if re.match(r"q\s*=", each)]
        quality = _QUALITY.fullmatch(weights[0]) if weights else None
        if quality is not None or not weights:
            yield parts[0], float(quality[1]) if quality else 1.0


def choose_media_type(header: str, offered: Sequence[str]) -> str | None:
    """The offered media type that the Accept header prefers.

    Types of the same quality are compared by how closely the header names them. Among types that
    it names alike the first one is chosen if it names them exactly, else the last one, which is
    also chosen without a header, or if it names none of them. None: the header excludes all.
    """
    ranges = parse_accept(header)
    ratings: dict[str, tuple[float, int]] = {}
    for media_type in offered:
        # The most specific range counts, not the one of the highest quality.
        found = max(
            ((each.specificity(media_type), each.quality) for each in ranges), default=(0, 0.0)
        )
        if found[0]:
            ratings[media_type] = (found[1], found[0])
    if not ratings:
        return offered[-1]
    best = max(ratings.values())
    if best[0] > 0:
        alike = [media_type for media_type, rating in ratings.items() if rating == best]
        return alike[0] if best[1] == _EXACTLY else alike[-1]
    unnamed = [media_type for media_type in offered if media_type not in ratings]
    return unnamed[-1] if unnamed else None
