"""The notation of readings: how a sentence states a risk, written with classes of words.

A reading is written as parts with blanks between them:

=========  ====================================================================================
``@name``  one word of the class ``name`` in ``domain.screening.vocabulary``
``@name?`` the same, or nothing
``~8``     at most eight characters, which may hold commas but no end of a sentence
``-8``     at most eight characters without a comma
other      a regular expression without blanks
=========  ====================================================================================

A reading is tried only in a sentence that holds the words without which it cannot match. Gaps are
bounded, so the work grows with the length of the text and not faster.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from domain.postings.postings import Finding
from domain.screening.pattern_syntax import parse_number
from domain.screening.required_words import find_required_words
from domain.screening.vocabulary import VOCABULARY

_GAP = re.compile(r"([~-])(\d+)")
MAX_GAP_CHARS = 24
"""The longest gap of a reading."""


@dataclass(frozen=True)
class Reading:
    """One way to state a risk.

    ``is_certain`` means that the words have no other meaning: the text is refused, unless something
    around them makes them harmless. Other readings send the text to a person. ``is_negatable``
    means that a negation before the match takes the risk away (不收押金); it is false for
    readings that contain their negation (不缴社保). ``accepts_numbers`` decides over the numbers
    that a match holds; None accepts all.
    """

    rule: Finding
    source: str
    """In the notation of this module."""
    is_certain: bool
    is_negatable: bool
    accepts_numbers: Callable[[tuple[int, ...]], bool] | None

    # Compiled when the first sentence holds its words: most commands and many tests read no text.
    @cached_property
    def expression(self) -> re.Pattern[str]:
        """The compiled source.

        :raises KeyError: a class is not in the vocabulary.
        :raises ValueError: a gap is too long.
        """
        return re.compile(self._pattern)

    @cached_property
    def _pattern(self) -> str:
        return _write_expression(self.source)

    @cached_property
    def required(self) -> tuple[frozenset[str], ...]:
        """Sets of words; a match holds one of each.

        :raises ValueError: a match may do without any certain word.
        """
        return find_required_words(self._pattern)

    def find(self, sentence: str) -> Iterator[re.Match[str]]:
        """Return the matches in a sentence; none is empty, as each holds a required word."""
        matches = self.expression.finditer(sentence)
        return matches if self.accepts_numbers is None else filter(self._accepts, matches)

    def _accepts(self, match: re.Match[str]) -> bool:
        numbers = tuple(parse_number(each) for each in match.groups() if each)
        return self.accepts_numbers is None or self.accepts_numbers(numbers)


def read_as(
    rule: Finding,
    *sources: str,
    certain: bool = False,
    negatable: bool = False,
    numbers: Callable[[tuple[int, ...]], bool] | None = None,
) -> tuple[Reading, ...]:
    """Return readings of one rule; ``sources`` are in the notation of this module."""
    return tuple(
        Reading(
            rule=rule,
            source=source,
            is_certain=certain,
            is_negatable=negatable,
            accepts_numbers=numbers,
        )
        for source in sources
    )


def _write_expression(source: str) -> str:
    parts: list[str] = []
    for part in source.split():
        if part.startswith("@"):
            name = part[1:].removesuffix("?")
            parts.append(_CLASS_EXPRESSIONS[name] + ("?" if part.endswith("?") else ""))
        elif gap := _GAP.fullmatch(part):
            if int(gap[2]) > MAX_GAP_CHARS:
                raise ValueError(f"the gap {part} is too long")
            excluded = r"\n" if gap[1] == "~" else r"\n,"
            parts.append(rf"[^{excluded}]{{0,{gap[2]}}}?")
        else:
            parts.append(part)
    return "".join(parts)


def _class_expression(words: tuple[str, ...]) -> str:
    # The longest word first, as an alternation takes the first that matches.
    return f"(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})"


_CLASS_EXPRESSIONS = {name: _class_expression(words) for name, words in VOCABULARY.items()}
