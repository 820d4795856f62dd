"""Judges the places that readings find in a text: harmless, for a person, or certain.

What stands around a place decides (``harmless_contexts``). Of each rule only as many places are
judged as are listed, and further ones until one is certain.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property, reduce
from operator import or_
from typing import NamedTuple

from domain.postings.postings import Finding, Mark
from domain.screening.harmless_contexts import (
    CUES,
    NEXT_CUES,
    Surroundings,
    is_doubtful,
    is_harmless,
    is_warned_of,
)
from domain.screening.text_normalisation import NormalisedText, TextShape

MAX_STATEMENTS_PER_RULE = 20
"""Statements of one rule that are listed; further places are judged only until one is certain."""
MAX_STATEMENTS = 80
"""Statements after which a text is not read on: it is stopped, and its author mends these first."""
MAX_NEXT_CHARS = 9
"""Characters of the next clause that can still say something about a match."""
MAX_SENTENCE_CHARS = 80
"""A sentence is read at most this far around a match."""
_STOP = re.compile(r"[,\n]")


class Statement(NamedTuple):
    """A place in a text that breaks a rule. ``is_certain`` says that no person needs to look.

    ``span`` is the place in the normalised text. ``is_clearable`` means that the classifier may
    clear it: it is doubtful and no listed phrase. ``is_likeness`` means that no reading found it:
    the passage only reads like ones that break the rule.
    """

    rule: Finding
    mark: Mark
    is_certain: bool
    span: tuple[int, int]
    is_clearable: bool = False
    is_likeness: bool = False


class Hit(NamedTuple):
    """A match of a reading, by its first position in the normalised text and the one after it."""

    start: int
    end: int
    rule: Finding
    is_certain: bool = False
    is_negatable: bool = False
    is_phrase: bool = False


def _place_in_order(hit: Hit) -> tuple[int, int]:
    """Return the key that sorts hits by their start, the longest first."""
    return hit.start, -hit.end


class StatementJudge:
    """Collects the statements of one text from its hits, which come in the order of the text."""

    def __init__(self, shape: TextShape) -> None:
        self._shape = shape
        self._stated: dict[str, list[tuple[int, Statement]]] = defaultdict(list)
        self.full: set[str] = set()
        """Codes of the rules of which no more statements are listed."""
        self._certain: set[str] = set()
        self._listed = 0
        self.harmless: list[tuple[int, str]] = []
        """Start and code of each hit that what is around made harmless."""

    @property
    def has_enough(self) -> bool:
        """Whether so much is listed that the text need not be read on."""
        return self._listed >= MAX_STATEMENTS

    def needs(self, code: str, *, is_certain: bool) -> bool:
        """Return whether a further hit of a rule could still change what is found."""
        return code not in self.full or (is_certain and code not in self._certain)

    def judge(self, hits: Sequence[Hit]) -> None:
        """Judge hits; of two of a rule, one within the other, only the outer one is listed."""
        for hit in sorted(hits, key=_place_in_order) if len(hits) > 1 else hits:
            code = hit.rule.code
            if not self.needs(code, is_certain=hit.is_certain):
                continue
            earlier = self._stated[code]
            end, outer = earlier[-1] if earlier and hit.end <= earlier[-1][0] else (hit.end, None)
            is_firmer = hit.is_certain or (hit.is_phrase and (outer is None or outer.is_clearable))
            if outer is not None and (outer.is_certain or not is_firmer):
                continue
            statement = self._judge_one(hit)
            if statement is None:
                self.harmless.append((hit.start, code))
                continue
            if statement.is_certain:
                self._certain.add(code)
            if outer is not None:
                is_clearable = outer.is_clearable and statement.is_clearable
                firmer = outer._replace(is_certain=statement.is_certain, is_clearable=is_clearable)
                earlier[-1] = (end, firmer)
            elif statement.is_certain or code not in self.full:
                earlier.append((end, statement))
                self._listed += 1
                if len(earlier) >= MAX_STATEMENTS_PER_RULE:
                    self.full.add(code)

    def list_statements(self) -> tuple[Statement, ...]:
        """Return the statements in the order of the text."""
        everything = [each for statements in self._stated.values() for _, each in statements]
        return tuple(sorted(everything, key=lambda it: (it.mark.start, it.mark.end, it.rule.code)))

    @property
    def text(self) -> str:
        """The normalised text."""
        return self._shape.text

    @cached_property
    def placed(self) -> NormalisedText:
        """The normalised text with offsets, which most texts do not need: they have no hit."""
        return self._shape.place()

    @cached_property
    def boundaries(self) -> list[int]:
        """The starts of clauses: after a comma, a sentence, or a blank between two words."""
        text, gaps = self.placed.text, self.placed.gaps
        stops = {0, len(text), *(match.end() for match in _STOP.finditer(text))}
        edges = sorted(stops | gaps)
        # A blank next to a single character only separates the characters of a word.
        words = [
            gap
            for gap in gaps - stops
            if edges[bisect_left(edges, gap) - 1] <= gap - 2
            and edges[bisect_right(edges, gap)] >= gap + 2
        ]
        return sorted(stops.union(words))

    @cached_property
    def _line_cues(self) -> tuple[dict[int, int], int]:
        """The bits of the cues of each line by its first position, and those of all lines."""
        found = CUES.find(self.text)
        return found, reduce(or_, found.values(), 0)

    def _judge_one(self, hit: Hit) -> Statement | None:
        start, end, rule, is_certain, is_negatable, is_phrase = hit
        lines, all_cues = self._line_cues
        line_start = self.text.rfind("\n", 0, start) + 1
        cues = lines.get(line_start, 0)
        if not cues:
            # Nothing in the line says anything; only the next clause can, which may be in another.
            if all_cues & NEXT_CUES and not is_certain and is_warned_of(self._next_words(end)):
                return None
        else:
            where = self._surround(start, end, line_start, cues, all_cues)
            if is_harmless(rule.code, where, is_negatable=is_negatable, is_certain=is_certain):
                return None
            is_certain = is_certain and not is_doubtful(where)
        return Statement(
            rule,
            self.mark(start, end),
            is_certain=is_certain,
            span=(start, end),
            is_clearable=not (is_certain or is_phrase),
        )

    def mark(self, start: int, end: int) -> Mark:
        """Return the part of the original text for a part of the normalised one."""
        offsets = self.placed.offsets
        first, last = offsets[start], offsets[end - 1] + 1
        return Mark(text=self._shape.original[first:last], start=first, end=last)

    def _next_start(self, end: int) -> int:
        """Return the start of the clause after a position."""
        boundaries = self.boundaries
        return boundaries[min(bisect_left(boundaries, end), len(boundaries) - 1)]

    def _next_words(self, end: int) -> str:
        """Return how the clause after a position begins."""
        start = self._next_start(end)
        return self.text[start : start + MAX_NEXT_CHARS]

    def _surround(
        self, start: int, end: int, line_start: int, cues: int, all_cues: int
    ) -> Surroundings:
        text, boundaries = self.text, self.boundaries
        line_end = text.find("\n", end)
        first = max(line_start, start - MAX_SENTENCE_CHARS)
        last = min(len(text) if line_end < 0 else line_end, end + MAX_SENTENCE_CHARS)
        clause_start = max(first, boundaries[bisect_right(boundaries, start) - 1])
        next_start = self._next_start(end)
        return Surroundings(
            text[first:last],
            start - first,
            end - first,
            clause_start - first,
            text[clause_start : min(last, next_start)],
            text[clause_start:start],
            text[next_start : next_start + MAX_NEXT_CHARS],
            cues,
            all_cues,
        )
