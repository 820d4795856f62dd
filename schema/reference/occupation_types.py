"""GraphQL types of the list of occupations and its classes."""

from typing import Self

import strawberry

from domain.reference.code_lists import LICENCES, find_entry
from domain.reference.occupation_book import OccupationBook
from domain.reference.occupation_classes import ClassLevel, list_class_path
from domain.reference.occupation_classes import OccupationClass as ClassRecord
from domain.reference.occupations import Occupation, details_of
from domain.search.text_analysis import fold, spell_pinyin
from schema.reference.code_list_types import CodeEntry
from schema.scalars import OccupationCode


@strawberry.type(description="A class of 职业分类大典 (2022).")
class OccupationClass:
    code: str
    level: ClassLevel
    zh: str
    en: str | None = strawberry.field(description="Of major classes only.")

    @classmethod
    def of(cls, record: ClassRecord) -> Self:
        return cls(code=record.code, level=record.level, zh=record.zh, en=record.en)


@strawberry.type(description="An occupation, and what such jobs usually ask for.")
class OccupationEntry:
    code: OccupationCode
    zh: str
    en: str
    other_names: list[str] = strawberry.field(description="In Chinese, as adverts write them.")
    pinyin: str = strawberry.field(description="Without tones; ü is written v.")
    initials: str
    added: bool = strawberry.field(description="Whether an officer added it to the list.")
    class_code: str | None = strawberry.field(
        description="职业分类大典 (2022): the occupation, or the small class if none fits alone."
    )
    class_checked: bool = strawberry.field(
        description="Whether `classCode` was compared with the classification."
    )
    classes: list[OccupationClass] = strawberry.field(
        description="The classes around it, the major class first."
    )
    isco08: str | None = strawberry.field(description="ISCO-08, not compared with its source.")
    heavy: bool = strawberry.field(description="Heavy physical work.")
    dangerous: bool = strawberry.field(description="特种作业 and work that is dangerous like it.")
    licences: list[CodeEntry] = strawberry.field(description="What such jobs usually ask for.")

    @classmethod
    def of(cls, book: OccupationBook, occupation: Occupation) -> Self:
        details, label = details_of(occupation), book.label_of(occupation)
        pinyin, initials = spell_pinyin(fold(label))
        codes = details.licences if details else ()
        licences = (find_entry(LICENCES, code) for code in codes)
        return cls(
            code=OccupationCode(occupation),
            zh=label,
            en=details.en if details else book.english_of(occupation.value) or occupation.en,
            other_names=[name for name in book.names_of(occupation) if name != label],
            pinyin=pinyin,
            initials=initials,
            added=occupation.added_number is not None,
            class_code=details.class_code if details else None,
            class_checked=details is not None and details.is_class_checked,
            classes=[
                OccupationClass.of(each)
                for each in (list_class_path(details.class_code) if details else ())
            ],
            isco08=details.isco if details else None,
            heavy=details is not None and details.is_heavy,
            dangerous=details is not None and details.is_dangerous,
            licences=[CodeEntry.of(entry) for entry in licences if entry],
        )
