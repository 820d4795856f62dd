"""The published code lists: the codes of each enumeration with Chinese and English names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from domain.labels import Labelled
from domain.reference.occupations import Occupation, occupation_names


@dataclass(frozen=True, kw_only=True)
class CodeEntry:
    """A code and its names. A code never changes its meaning; ``synonyms`` are Chinese."""

    code: str
    zh: str
    en: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CodeList:
    """The codes of one enumeration, in its order."""

    name: str
    entries: tuple[CodeEntry, ...]

    @property
    def version(self) -> str:
        """A hash of the list: it changes with any entry, and is the same on every node."""
        rows = (f"{entry.code}|{entry.zh}|{entry.en}|{entry.synonyms}" for entry in self.entries)
        return sha256("\n".join(rows).encode()).hexdigest()[:12]


def build_code_list(kind: type[Labelled]) -> CodeList:
    """Build the code list of an enumeration."""
    return CodeList(name=kind.__name__, entries=tuple(_build_entries(kind)))


def _build_entries(kind: type[Labelled]) -> Iterable[CodeEntry]:
    for member in kind:
        synonyms = occupation_names(member)[1:] if isinstance(member, Occupation) else ()
        yield CodeEntry(code=member.value, zh=member.zh, en=member.en, synonyms=synonyms)
