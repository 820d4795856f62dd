"""Finds occupations by their names: in titles of adverts, in searches, and while typing.

A book holds the names of the list and those that officers added. It is immutable: a process
replaces its book when names are added.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from domain.reference.occupation_additions import OccupationAddition, list_added_occupations
from domain.reference.occupations import Occupation, find_occupation, occupation_names
from domain.reference.tables import read_table, split_cell
from domain.search.text_analysis import fold, is_chinese, spell_pinyin, split_runs

_BRACKETED = re.compile(r"[(\[【〔《「].*?[)\]】〕》」]")
_NOISE = re.compile(r"[\s·*+/|\\,.;:!?、,。;:!?~～—–_\-]+")
_ENDING = re.compile(r"(操作工|操作员|师傅|人员|工人|专员|技师|工|员|师)$")
"""What follows the work in the name of a job and says nothing about it."""
MIN_MISSPELT_LENGTH = 3
"""Characters of a name that is found by its pinyin alone; short ones sound like many words."""
_MAX_TITLE_LENGTH = 200
_REMEMBERED_TITLES = 1_024
"""Different titles whose occupation a book keeps: tables repeat them."""
_SEARCH_WORDS = {word: split_cell(codes) for word, codes in read_table("occupation_words")}


class MatchKind(Enum):
    """How an occupation was found in a title."""

    EXACT = auto()
    PART = auto()
    STEM = auto()
    PINYIN = auto()


@dataclass(frozen=True, slots=True)
class OccupationMatch:
    """An occupation found in a title, and the name by which it was found."""

    occupation: Occupation
    name: str
    kind: MatchKind


class OccupationBook:
    """The names of all occupations, those that officers added included."""

    def __init__(self, additions: Sequence[OccupationAddition] = ()) -> None:
        self.additions = tuple(additions)
        self.added_labels = list_added_occupations(additions)
        self._names: dict[str, Occupation] = {
            normalise_name(name): occupation
            for occupation in Occupation
            for name in occupation_names(occupation)
        }
        for addition in additions:
            occupation = find_occupation(addition.occupation)
            # A newer node may store codes that this node does not know.
            if occupation is not None:
                self._names.setdefault(addition.id, occupation)
        self._longest = max(map(len, self._names))
        self._matches: dict[str, OccupationMatch | None] = {}

    def has_occupation(self, occupation: Occupation) -> bool:
        """Whether an occupation is in the list or was added."""
        return occupation.added_number is None or occupation.value in self.added_labels

    def label_of(self, occupation: Occupation) -> str:
        """Return the Chinese label of an occupation."""
        return self.added_labels.get(occupation.value, occupation.zh)

    def english_of(self, code: str) -> str:
        """Return the English name of an occupation that officers added; empty if it has none."""
        return next((each.en for each in self.additions if each.occupation == code), "")

    def names_of(self, occupation: Occupation) -> tuple[str, ...]:
        """Return all Chinese names of an occupation, the label first; none for OTHER."""
        added = (each.zh for each in self.additions if each.occupation == occupation.value)
        return (*occupation_names(occupation), *added)

    def owner_of(self, name: str) -> Occupation | None:
        """Return the occupation that has a name; None if the name is free."""
        return self._names.get(normalise_name(name))

    def find(self, title: str) -> OccupationMatch | None:
        """Find the occupation of a title as adverts write it; None if no name fits.

        A title that is a name comes first, then the longest name in it, of two the last, then the
        longest stem of a name, such as 裁剪 of 裁剪工, then a name that sounds like a part of it.
        What is in brackets counts if the rest says nothing.
        """
        title = title[:_MAX_TITLE_LENGTH]
        try:
            return self._matches[title]
        except KeyError:
            match = self._search(title)
        if len(self._matches) >= _REMEMBERED_TITLES:
            self._matches.clear()
        self._matches[title] = match
        return match

    def _search(self, title: str) -> OccupationMatch | None:
        text = fold(title)
        without_remarks = _BRACKETED.sub(" ", text)
        for part in dict.fromkeys((without_remarks, text)):
            name = normalise_name(part)
            if name in self._names:
                return OccupationMatch(self._names[name], name, MatchKind.EXACT)
            for names, kind in ((self._names, MatchKind.PART), (self._stems, MatchKind.STEM)):
                found = self._find_longest(names, _NOISE.sub(" ", part))
                if found is not None:
                    return OccupationMatch(names[found], found, kind)
        return self._find_misspelt(without_remarks)

    def _find_longest(self, names: Mapping[str, Occupation], text: str) -> str | None:
        """Return the longest name in a text, of two equally long ones the last."""
        for length in range(min(self._longest, len(text)), 1, -1):
            for start in range(len(text) - length, -1, -1):
                name = text[start : start + length]
                if name in names and not _cuts_word(text, start, start + length):
                    return name
        return None

    @cached_property
    def _stems(self) -> Mapping[str, Occupation]:
        """What names say without their ending, if it belongs to one occupation only."""
        owners: dict[str, set[Occupation]] = defaultdict(set)
        for name, occupation in self._names.items():
            stem = _ENDING.sub("", name)
            if len(stem) > 1 and stem != name:
                owners[stem].add(occupation)
        return {stem: owner for stem, (owner, *others) in owners.items() if not others}

    def _find_misspelt(self, text: str) -> OccupationMatch | None:
        for run in filter(is_chinese, split_runs(text)):
            for length in range(min(self._longest, len(run)), MIN_MISSPELT_LENGTH - 1, -1):
                for start in range(len(run) - length, -1, -1):
                    names = self._names_by_pinyin.get(spell_pinyin(run[start : start + length])[0])
                    if names:
                        return OccupationMatch(self._names[names[0]], names[0], MatchKind.PINYIN)
        return None

    @cached_property
    def _names_by_pinyin(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for name in self._names:
            if is_chinese(name) and len(name) >= MIN_MISSPELT_LENGTH:
                found[spell_pinyin(name)[0]].append(name)
        return {pinyin: tuple(names) for pinyin, names in found.items()}

    @cached_property
    def _by_search_word(self) -> Mapping[str, tuple[Occupation, ...]]:
        """Occupations by name, its pinyin, English name, and words that stand for several.

        Pinyin initials are left out: they are too short to tell occupations apart.
        """
        index: dict[str, dict[Occupation, None]] = defaultdict(dict)
        for name, occupation in self._names.items():
            index[name][occupation] = None
            index[spell_pinyin(name)[0]][occupation] = None
        for occupation in Occupation:
            if occupation is not Occupation.OTHER:
                index["".join(split_runs(fold(occupation.en)))][occupation] = None
        for word, codes in _SEARCH_WORDS.items():
            for spelling in (normalise_name(word), spell_pinyin(normalise_name(word))[0]):
                index[spelling].update((Occupation[code], None) for code in codes)
        return {word: tuple(occupations) for word, occupations in index.items()}

    def find_by_search_word(self, word: str) -> tuple[Occupation, ...]:
        """Return the occupations that a folded word of a search stands for.

        The word is a name in Chinese, pinyin or English, or a Chinese word that sounds like a name.
        """
        found = self._by_search_word.get(word, ())
        if found or len(word) < MIN_MISSPELT_LENGTH or not is_chinese(word):
            return found
        names = self._names_by_pinyin.get(spell_pinyin(word)[0], ())
        return tuple(dict.fromkeys(self._names[name] for name in names))

    @cached_property
    def _prefix_index(self) -> list[tuple[str, str]]:
        return sorted(
            {
                (key, occupation.value)
                for name, occupation in self._names.items()
                for key in (name, *spell_pinyin(name))
            }
        )

    def find_by_prefix(self, prefix: str) -> Iterator[Occupation]:
        """Yield the occupations with a name, pinyin or initials that start with a folded text."""
        found: dict[str, None] = {}
        index = self._prefix_index
        for position in range(bisect_left(index, (prefix,)), len(index)):
            key, code = index[position]
            if not key.startswith(prefix):
                break
            found[code] = None
        for code in found:
            occupation = find_occupation(code)
            if occupation is not None:
                yield occupation


def normalise_name(name: str) -> str:
    """Return a name without blanks and punctuation, in simplified characters and lower case."""
    return _NOISE.sub("", fold(name))


def _cuts_word(text: str, start: int, end: int) -> bool:
    """Whether a part of a text begins or ends within a word of Latin letters or digits."""
    return any(
        0 < edge < len(text) and _is_latin(text[edge - 1]) and _is_latin(text[edge])
        for edge in (start, end)
    )


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


LISTED_OCCUPATIONS = OccupationBook()
"""The book of the list alone, without what officers added."""
