"""The occupations of postings and seekers: codes, names, and what each usually asks for.

The list is ``occupations.tsv``. Officers add occupations that it lacks. Their codes are
``ADDED_1``, ``ADDED_2`` and so on, and their names are stored (``occupation_book``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from domain.labels import Labelled
from domain.reference.tables import read_table, split_cell

MAX_ADDED_OCCUPATIONS = 2_000
"""Occupations that officers may add to the list."""
_ADDED_CODE = re.compile(r"ADDED_([1-9][0-9]{0,3})", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class OccupationDetails:
    """What the list says about an occupation.

    ``class_code`` is the occupation of 职业分类大典 (2022), or the small class if no single
    occupation of it fits; it is only certain if ``is_class_checked``. ``isco`` is the code of
    ISCO-08, never checked. ``is_dangerous`` marks 特种作业 and alike, ``is_heavy`` heavy work.
    ``licences`` are codes of what such jobs usually ask for. ``names`` are other Chinese names.
    """

    code: str
    class_code: str
    is_class_checked: bool
    isco: str
    is_dangerous: bool
    is_heavy: bool
    licences: tuple[str, ...]
    zh: str
    en: str
    names: tuple[str, ...]


def _load_details() -> dict[str, OccupationDetails]:
    return {
        code: OccupationDetails(
            code=code,
            class_code=class_code,
            is_class_checked=checked != "-",
            isco=isco,
            is_dangerous="D" in marks,
            is_heavy="H" in marks,
            licences=split_cell(licences),
            zh=zh,
            en=en,
            names=split_cell(names),
        )
        for code, class_code, checked, isco, marks, licences, zh, en, names in read_table(
            "occupations"
        )
    }


_DETAILS = _load_details()


class Occupation(Labelled):
    """An occupation by its code; OTHER is for what the list lacks.

    The members are the rows of ``occupations.tsv``, those of the unions' reports first. A code
    that officers added is a value beside them: ``Occupation("ADDED_1")`` is none of the members,
    but equal to itself.
    """

    _ignore_ = ["members", "row"]  # noqa: RUF012 # the enumeration reads it, it is no attribute

    ELECTRICIAN = "ELECTRICIAN", "电工"
    WELDER = "WELDER", "焊工"
    CRANE_OPERATOR = "CRANE_OPERATOR", "起重机司机"
    NETWORK_PROGRAMMER = "NETWORK_PROGRAMMER", "程序员", "Programmer"
    CHILDCARE_WORKER = "CHILDCARE_WORKER", "保育员"
    ECOMMERCE_STREAMER = "ECOMMERCE_STREAMER", "电商主播", "E-commerce streamer"
    CATERING_SUPERVISOR = "CATERING_SUPERVISOR", "餐饮主管"
    REFINERY_ELECTRICIAN = "REFINERY_ELECTRICIAN", "炼油电修工"
    PASTRY_COOK = "PASTRY_COOK", "面点师"
    GENERAL_WORKER = "GENERAL_WORKER", "普工", "General production worker"
    SECURITY_GUARD = "SECURITY_GUARD", "保安员"
    CLERK = "CLERK", "文员", "Office clerk"
    SALES = "SALES", "销售员", "Salesperson"
    DELIVERY_RIDER = "DELIVERY_RIDER", "外卖骑手", "Food delivery rider"
    MATERNITY_NANNY = "MATERNITY_NANNY", "月嫂"
    COURIER = "COURIER", "快递员"
    RIDE_HAILING_DRIVER = "RIDE_HAILING_DRIVER", "网约车司机", "Ride-hailing driver"
    SANITATION_WORKER = "SANITATION_WORKER", "环卫工"
    INDUSTRIAL_ROBOTICS = "INDUSTRIAL_ROBOTICS", "工业机器人操作员", "Industrial robot technician"
    INDUSTRIAL_DESIGNER = "INDUSTRIAL_DESIGNER", "工业设计师"
    OTHER = "OTHER", "其他"

    members = vars()
    for row in _DETAILS.values():
        if row.code not in members:
            members[row.code] = row.code, row.zh, row.en

    @classmethod
    def _missing_(cls, value: object) -> Occupation | None:
        return _added_occupation(value) if isinstance(value, str) else None

    @property
    def added_number(self) -> int | None:
        """The number in the code of an occupation that officers added; None for a member."""
        match = _ADDED_CODE.fullmatch(self.value)
        return int(match[1]) if match else None


@lru_cache(maxsize=MAX_ADDED_OCCUPATIONS)
def _added_occupation(code: str) -> Occupation | None:
    match = _ADDED_CODE.fullmatch(code)
    if match is None or int(match[1]) > MAX_ADDED_OCCUPATIONS:
        return None
    added = str.__new__(Occupation, code)
    added._name_ = added._value_ = code
    added.zh, added.en = "其他", "Other"
    return added


FIRST_OCCUPATIONS: tuple[Occupation, ...] = tuple(Occupation)[
    : tuple(Occupation).index(Occupation.OTHER) + 1
]
"""The occupations of the unions' reports and OTHER: all that earlier versions know."""


_BY_CODE = {occupation.value: occupation for occupation in Occupation}


def find_occupation(code: str) -> Occupation | None:
    """Return the occupation of a code, in the list or added; None if no occupation can have it."""
    return _BY_CODE.get(code) or _added_occupation(code)


def make_added_code(number: int) -> str:
    """Return the code of the added occupation with a number, from 1."""
    return f"ADDED_{number}"


def details_of(occupation: Occupation) -> OccupationDetails | None:
    """Return what the list says about an occupation; None for OTHER and added ones."""
    return _DETAILS.get(occupation.value)


_SOON_OBTAINED = frozenset({"HEALTH_CERT", "SECURITY_GUARD"})
"""Licences that anybody gets within days, mostly through the employer."""


def needs_licence(occupation: Occupation) -> bool:
    """Whether the work may usually be done only with a licence that takes time to obtain."""
    details = details_of(occupation)
    return details is not None and not _SOON_OBTAINED.issuperset(details.licences)


def occupation_names(occupation: Occupation) -> tuple[str, ...]:
    """Return the Chinese names in the list, the label first; none for OTHER and added ones."""
    details = _DETAILS.get(occupation.value)
    return (details.zh, *details.names) if details else ()
