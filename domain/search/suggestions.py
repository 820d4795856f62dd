"""Suggestions while typing: occupations, titles, employers and places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from domain.labels import Labelled
from domain.reference.occupation_book import LISTED_OCCUPATIONS, OccupationBook
from domain.reference.regions import find_regions, significant_digits
from domain.search.search_tokens import occupation_token, region_token, title_token
from domain.search.text_analysis import fold, is_chinese, spell_pinyin, split_runs

MAX_PREFIX_LENGTH = 20
MAX_SUGGESTIONS = 20
MAX_PLACE_SUGGESTIONS = 10


class SuggestionKind(Labelled):
    """The kind of a suggestion; it says what ``Suggestion.code`` refers to."""

    OCCUPATION = "OCCUPATION", "职业"
    TITLE = "TITLE", "岗位名称"
    EMPLOYER = "EMPLOYER", "用人单位"
    PLACE = "PLACE", "地区"


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A text to search for, with the keys that a typed prefix is compared with.

    ``starts`` has the folded text, its pinyin and its initials; empty if the suggestion is not
    stored. ``code`` is an occupation, an employer's id or a place code; None for a title.
    """

    id: str
    kind: SuggestionKind
    text: str
    code: str | None = None
    starts: tuple[str, ...] = ()

    @property
    def token(self) -> str | None:
        """The search token of the postings it stands for; None for an employer, which has none."""
        if self.kind is SuggestionKind.TITLE:
            return title_token(fold(self.text))
        if self.kind is SuggestionKind.OCCUPATION and self.code is not None:
            return occupation_token(self.code)
        if self.kind is SuggestionKind.PLACE and self.code is not None:
            return region_token(significant_digits(self.code))
        return None


def posting_suggestions(title: str, employer_id: str, employer: str | None) -> Iterator[Suggestion]:
    """Yield the title and the employer of a posting as suggestions."""
    if title:
        yield Suggestion(
            id=f"{SuggestionKind.TITLE}:{fold(title)}",
            kind=SuggestionKind.TITLE,
            text=title,
            starts=_prefix_keys(title),
        )
    if employer:
        yield Suggestion(
            id=f"{SuggestionKind.EMPLOYER}:{employer_id}",
            kind=SuggestionKind.EMPLOYER,
            text=employer,
            code=employer_id,
            starts=_prefix_keys(employer),
        )


def _prefix_keys(text: str) -> tuple[str, ...]:
    runs = split_runs(fold(text))
    spellings = [spell_pinyin(run) if is_chinese(run) else (run, run) for run in runs]
    pinyin = "".join(spelling for spelling, _ in spellings)
    initials = "".join(letters for _, letters in spellings)
    return tuple(dict.fromkeys(("".join(runs), pinyin, initials)))


def normalise_prefix(text: str) -> str:
    """Normalise a typed text to the form of the keys in ``Suggestion.starts``."""
    return "".join(split_runs(fold(text)))


def suggest_from_code_lists(
    prefix: str, book: OccupationBook = LISTED_OCCUPATIONS
) -> Iterator[Suggestion]:
    """Yield occupations and places by a normalised prefix, even if no posting has them."""
    for occupation in book.find_by_prefix(prefix):
        yield Suggestion(
            id=f"{SuggestionKind.OCCUPATION}:{occupation}",
            kind=SuggestionKind.OCCUPATION,
            text=book.label_of(occupation),
            code=occupation.value,
        )
    for region in find_regions(prefix, MAX_PLACE_SUGGESTIONS):
        yield Suggestion(
            id=f"{SuggestionKind.PLACE}:{region.code}",
            kind=SuggestionKind.PLACE,
            text=region.full_name,
            code=region.code,
        )


def pick_suggestions(found: Iterable[Suggestion], limit: int) -> Sequence[Suggestion]:
    """Pick up to ``limit`` suggestions, the same share of each kind.

    Kinds come in the order of the enumeration, the shortest texts first; places keep their order.
    What a kind leaves of its share goes to the following kinds.
    """
    picked: list[Suggestion] = []
    by_kind: dict[SuggestionKind, list[Suggestion]] = {kind: [] for kind in SuggestionKind}
    for suggestion in found:
        by_kind[suggestion.kind].append(suggestion)
    for index, (kind, suggestions) in enumerate(by_kind.items()):
        if kind is not SuggestionKind.PLACE:
            suggestions.sort(key=lambda suggestion: (len(suggestion.text), suggestion.text))
        share = -(-(limit - len(picked)) // (len(by_kind) - index))
        picked += islice(suggestions, share)
    return picked
