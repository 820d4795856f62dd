"""What is offered to somebody who has begun to type: jobs, titles, employers and places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from domain.labels import Labelled
from domain.postings.postings import Occupation
from domain.reference.occupations import occupation_names
from domain.reference.regions import find_regions, significant_digits
from domain.search.chinese_text import fold, is_chinese, spell_pinyin, split_runs

MAX_PREFIX_LENGTH = 20
MAX_SUGGESTIONS = 20
MAX_PLACE_SUGGESTIONS = 10


class SuggestionKind(Labelled):
    """What is suggested; ``code`` of a suggestion is then an occupation, an employer or a place."""

    OCCUPATION = "OCCUPATION", "职业"
    TITLE = "TITLE", "岗位名称"
    EMPLOYER = "EMPLOYER", "用人单位"
    PLACE = "PLACE", "地区"


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A text to search for, and what it may be typed by: folded, in pinyin, by initials."""

    id: str
    kind: SuggestionKind
    text: str
    code: str | None = None
    starts: tuple[str, ...] = ()

    @property
    def token(self) -> str | None:
        """The token that a posting has if the suggestion finds it; None where no token says it."""
        if self.kind is SuggestionKind.TITLE:
            return f"={fold(self.text)}"
        if self.kind is SuggestionKind.OCCUPATION:
            return f"o:{self.code}"
        if self.kind is SuggestionKind.PLACE and self.code is not None:
            return f"r:{significant_digits(self.code)}"
        return None


def posting_suggestions(title: str, employer_id: str, employer: str | None) -> Iterator[Suggestion]:
    """What a posting adds to the suggestions."""
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
    plain = "".join(split_runs(fold(text)))
    spelt = [spell_pinyin(run) if is_chinese(run) else (run, run) for run in split_runs(fold(text))]
    return tuple(dict.fromkeys((plain, "".join(a for a, _ in spelt), "".join(b for _, b in spelt))))


def normalise_prefix(text: str) -> str:
    """What has been typed as the beginning that is compared."""
    return "".join(split_runs(fold(text)))


def suggest_from_code_lists(start: str) -> Iterator[Suggestion]:
    """Occupations and places that begin so, whether anything is offered there or not."""
    for occupation in Occupation:
        for name in occupation_names(occupation):
            if any(key.startswith(start) for key in (fold(name), *spell_pinyin(fold(name)))):
                yield Suggestion(
                    id=f"{SuggestionKind.OCCUPATION}:{occupation}",
                    kind=SuggestionKind.OCCUPATION,
                    text=occupation.zh,
                    code=occupation.value,
                )
                break
    for region in find_regions(start, MAX_PLACE_SUGGESTIONS):
        yield Suggestion(
            id=f"{SuggestionKind.PLACE}:{region.code}",
            kind=SuggestionKind.PLACE,
            text=region.full_name,
            code=region.code,
        )


def pick_suggestions(found: Iterable[Suggestion], most: int) -> Sequence[Suggestion]:
    """At most ``most`` of them, of each kind its share: the shortest first, kinds in their order.

    What one kind leaves of its share goes to the next.
    """
    kept: list[Suggestion] = []
    by_kind: dict[SuggestionKind, list[Suggestion]] = {kind: [] for kind in SuggestionKind}
    for suggestion in found:
        by_kind[suggestion.kind].append(suggestion)
    for place, (kind, of_kind) in enumerate(by_kind.items()):
        if kind is not SuggestionKind.PLACE:
            of_kind.sort(key=lambda suggestion: (len(suggestion.text), suggestion.text))
        share = -(-(most - len(kept)) // (len(by_kind) - place))
        kept += islice(of_kind, share)
    return kept
