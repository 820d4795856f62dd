"""Cues: expressions about surroundings, and which of them can match in which line of a text.

One pass over a text finds the words that cues need. Most lines hold none: then nothing is searched
there.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from domain.screening.required_words import find_required_words


class Cue(NamedTuple):
    """An expression, and the bit of the lines that hold a word without which it cannot match."""

    expression: re.Pattern[str]
    bit: int

    def is_in(self, part: str, cues: int) -> bool:
        """Return whether it matches in a part of a line that has the bits ``cues``."""
        return bool(cues & self.bit) and self.expression.search(part) is not None


class CueBook:
    """Cues, of which each has a bit of its own."""

    def __init__(self) -> None:
        self._cues: list[Cue] = []

    def add(self, expression: str | re.Pattern[str]) -> Cue:
        """Add an expression, which must need certain words, and return it as a cue."""
        cue = Cue(re.compile(expression), 1 << len(self._cues))
        self._cues.append(cue)
        return cue

    def find(self, text: str) -> dict[int, int]:
        """Return the bits of each line that holds a word of a cue, by the line's first position."""
        search, bits = self._automaton
        found: dict[int, int] = {}
        start = held = 0
        for word, _, end in search.find_matches_as_indexes(text + "\n", overlapping=True):
            if word:
                held |= bits[word]
                continue
            if held:
                found[start] = held
            start, held = end, 0
        return found

    @cached_property
    def _automaton(self) -> tuple[AhoCorasick, tuple[int, ...]]:
        """The automaton of all words and the bits of each; the first word ends a line."""
        bits = {"\n": 0}
        for cue in self._cues:
            for word in find_required_words(cue.expression.pattern, sets=1)[0]:
                bits[word] = bits.get(word, 0) | cue.bit
        return AhoCorasick(bits, store_patterns=False), tuple(bits.values())
