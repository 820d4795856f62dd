"""The published code lists: codes with Chinese and English names, of enumerations and of tables."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from domain.labels import Labelled
from domain.reference.error_labels import ERROR_LABELS
from domain.reference.occupation_book import LISTED_OCCUPATIONS, OccupationBook
from domain.reference.occupations import Occupation, find_occupation
from domain.reference.tables import read_table, split_cell


@dataclass(frozen=True, kw_only=True)
class CodeEntry:
    """A code and its names. A code never changes its meaning; ``synonyms`` are Chinese."""

    code: str
    zh: str
    en: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CodeList:
    """The codes of one enumeration or table, in its order."""

    name: str
    entries: tuple[CodeEntry, ...]

    @property
    def version(self) -> str:
        """A hash of the list: it changes with any entry, and is the same on every node."""
        rows = (f"{entry.code}|{entry.zh}|{entry.en}|{entry.synonyms}" for entry in self.entries)
        return sha256("\n".join(rows).encode()).hexdigest()[:12]


def build_code_list(kind: type[Labelled]) -> CodeList:
    """Build the code list of an enumeration."""
    entries = (CodeEntry(code=member.value, zh=member.zh, en=member.en) for member in kind)
    return CodeList(name=kind.__name__, entries=tuple(entries))


def build_occupation_list(book: OccupationBook = LISTED_OCCUPATIONS) -> CodeList:
    """Build the code list of occupations, with those that officers added at the end."""
    listed = (
        CodeEntry(code=each.value, zh=each.zh, en=each.en, synonyms=book.names_of(each)[1:])
        for each in Occupation
    )
    added = (
        CodeEntry(
            code=code,
            zh=label,
            en=book.english_of(code) or label,
            synonyms=tuple(name for name in book.names_of(occupation) if name != label),
        )
        for code, label in book.added_labels.items()
        if (occupation := find_occupation(code)) is not None
    )
    return CodeList(name="Occupation", entries=(*listed, *added))


def _read_list(name: str, table: str) -> CodeList:
    entries = (
        CodeEntry(code=code, zh=zh, en=en, synonyms=split_cell(names))
        for code, zh, en, names in read_table(table)
    )
    return CodeList(name=name, entries=tuple(entries))


LICENCES = _read_list("Licence", "licences")
"""Licences and certificates that postings ask for."""
SKILLS = _read_list("Skill", "skills")
"""Skills that postings ask for."""
ERRORS = CodeList(
    name="ErrorCode",
    entries=tuple(
        CodeEntry(code=code.value, zh=zh, en=en) for code, (zh, en) in ERROR_LABELS.items()
    ),
)
"""The codes of refusals."""


def find_entry(code_list: CodeList, text: str) -> CodeEntry | None:
    """Return the entry with a code or a Chinese name, whatever the case; None if there is none."""
    word = text.strip().casefold()
    return next(
        (
            entry
            for entry in code_list.entries
            if word in {name.casefold() for name in (entry.code, entry.zh, *entry.synonyms)}
        ),
        None,
    )
