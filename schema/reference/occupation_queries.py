"""Queries for occupations: by code, by class, by a word, or by the title of an advert."""

from itertools import islice

import strawberry

from domain.free_text import check_text
from domain.reference.occupation_book import OccupationBook, normalise_name
from domain.reference.occupation_classes import OCCUPATION_CLASSES, list_subclasses
from domain.reference.occupations import Occupation, details_of
from domain.refusals import BadPageSize, InvalidInput, NotFound
from schema.context import Info
from schema.reference.occupation_types import OccupationClass, OccupationEntry
from schema.relay import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE
from schema.scalars import OccupationCode, read_occupation

MAX_SEARCH_LENGTH = 40
"""Characters of a search for occupations."""
MAX_TITLE_LENGTH = 120
"""Characters of a title, as postings have them."""


@strawberry.type
class OccupationQueries:
    @strawberry.field(description="An occupation by its code, or null.")
    def occupation(self, info: Info, code: OccupationCode) -> OccupationEntry | None:
        book, occupation = _book(info), read_occupation(code)
        return OccupationEntry.of(book, occupation) if book.has_occupation(occupation) else None

    @strawberry.field(
        description="Occupations with a name, pinyin or initials that start with `search`, or of a "
        "class of 职业分类大典 (`classCode`), `first` at most. Give one of the two."
    )
    def occupations(
        self,
        info: Info,
        search: str | None = None,
        class_code: str | None = None,
        first: int = DEFAULT_PAGE_SIZE,
    ) -> list[OccupationEntry]:
        if not 0 <= first <= MAX_PAGE_SIZE:
            raise BadPageSize(
                "This list cannot be that long. Ask for fewer occupations.",
                "一次不能显示这么多职业，请减少数量。",
                field=("first",),
                hint=f"`first` is 0 to {MAX_PAGE_SIZE}.",
            )
        book = _book(info)
        found = islice(_list_occupations(book, search, class_code), first)
        return [OccupationEntry.of(book, occupation) for occupation in found]

    @strawberry.field(
        description="The occupation that a title names, such as 急招叉车工（包住）. Null "
        "if no name of the list is in it."
    )
    def occupation_of_title(self, info: Info, title: str) -> OccupationEntry | None:
        check_text(title, MAX_TITLE_LENGTH, ("title",))
        book = _book(info)
        match = book.find(title)
        return OccupationEntry.of(book, match.occupation) if match else None

    @strawberry.field(
        description="The major classes of 职业分类大典. With `parent`: the classes below it."
    )
    def occupation_classes(self, parent: str | None = None) -> list[OccupationClass]:
        _check_class(parent, ("parent",))
        return [OccupationClass.of(record) for record in list_subclasses(parent)]


def _book(info: Info) -> OccupationBook:
    return info.context.services.occupation_names.book


def _check_class(code: str | None, field: tuple[str, ...]) -> None:
    if code is not None and code not in OCCUPATION_CLASSES:
        raise NotFound(
            "No class of occupations has this code. Start with the top classes.",
            "没有这个职业分类代码，请从大类开始查找。",
            field=field,
            hint="`occupationClasses` without `parent` has them.",
        )


def _list_occupations(
    book: OccupationBook, search: str | None, class_code: str | None
) -> tuple[Occupation, ...]:
    if (search is None) == (class_code is None):
        raise InvalidInput(
            "Search by a word or by a class of occupations, not both.",
            "搜索词与职业分类代码请填写其中一个。",
            field=("search",),
            hint="Give `search` or `classCode`.",
        )
    if search is not None:
        check_text(search, MAX_SEARCH_LENGTH, ("search",))
        prefix = normalise_name(search)
        return tuple(book.find_by_prefix(prefix)) if prefix else ()
    _check_class(class_code, ("classCode",))
    return tuple(
        each
        for each in Occupation
        if (details := details_of(each)) and f"{details.class_code}-".startswith(f"{class_code}-")
    )
