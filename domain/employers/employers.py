"""Employers: the firms that offer the jobs, the code that names each, and who checked them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime

from domain.errors import InvalidInput
from domain.free_text import check_text
from domain.labels import Labelled
from domain.reference.calendar import add_months, day_in_china

# GB 32100-2015: digits and letters without I, O, S, V and Z; the 18th character checks the rest.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_CODE = re.compile(f"[{_ALPHABET}]{{18}}")


CHECK_VALID_MONTHS = 6
"""For which a check counts (notice of five ministries, 2026-01)."""


class CheckMethod(Labelled):
    """How an employer's papers were looked at."""

    ON_SITE = "ON_SITE", "现场核验"
    DOCUMENTS = "DOCUMENTS", "材料核验"
    REGISTRY = "REGISTRY", "企业信用信息公示系统核验"
    VIDEO = "VIDEO", "视频核验"


@dataclass(frozen=True, kw_only=True)
class EmployerCheck:
    """One check of an employer (人力资源市场暂行条例 art. 26; Order 44; the notice of 2026-01).

    It says that the business licence, the identity of the person who handles its postings and that
    person's authority were seen, never what stood in them: no number of an identity card is kept.
    ``valid_until`` is the last day on which it counts, None for one that was not passed.

    Kept at least three years (Order 44): nothing deletes a check.
    """

    id: str
    employer_id: str
    licence: bool
    handler_identity: bool
    handler_authority: bool
    method: CheckMethod
    note: str
    by: str
    at: datetime
    valid_until: date | None

    @property
    def is_passed(self) -> bool:
        return self.valid_until is not None


@dataclass(frozen=True, kw_only=True)
class Employer:
    """A firm; ``credit_code`` is its 统一社会信用代码 (GB 32100-2015, 18 characters).

    ``verified_until`` is the last day on which its last check counts, None when it has none or did
    not pass; ``checks`` counts its checks.
    """

    id: str
    name: str
    credit_code: str
    place_code: str
    description: str = ""
    union_id: str
    created_by: str
    created_at: datetime
    synthetic: bool = False
    verified_until: date | None = None
    checks: int = 0

    def is_verified(self, on: date) -> bool:
        """Whether it may publish postings on that day."""
        return self.verified_until is not None and self.verified_until >= on


def record_check(
    employer: Employer,
    check_id: str,
    *,
    licence: bool,
    handler_identity: bool,
    handler_authority: bool,
    method: CheckMethod,
    note: str,
    by: str,
    at: datetime,
) -> tuple[Employer, EmployerCheck]:
    """The employer after a check, and the check; one that was not passed ends an earlier one."""
    is_passed = licence and handler_identity and handler_authority
    until = add_months(day_in_china(at), CHECK_VALID_MONTHS) if is_passed else None
    check = EmployerCheck(
        id=check_id,
        employer_id=employer.id,
        licence=licence,
        handler_identity=handler_identity,
        handler_authority=handler_authority,
        method=method,
        note=note,
        by=by,
        at=at,
        valid_until=until,
    )
    return replace(employer, verified_until=until, checks=employer.checks + 1), check


def compute_check_character(code: str) -> str:
    """The check character for the first 17 of a credit code (GB 32100-2015, annex: mod 31)."""
    total = sum(_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(code))
    return _ALPHABET[-total % 31]


def check_credit_code(raw: str, field: tuple[str, ...]) -> str:
    """The code in capitals, without blanks around it.

    :raises InvalidInput: not 18 characters of the alphabet, or mistyped.
    """
    code = raw.strip().upper()
    if not _CREDIT_CODE.fullmatch(code) or code[17] != compute_check_character(code[:17]):
        raise InvalidInput(
            "A credit code has 18 digits and letters, the last of which checks the others; copy "
            "it from the business licence.",
            field=field,
        )
    return code


def check_employer_name(raw: str, field: tuple[str, ...]) -> str:
    """The registered name, without blanks around it.

    :raises InvalidInput: there is none, it is longer than 120 characters or no readable text.
    """
    name = raw.strip()
    if not name:
        raise InvalidInput("Give the employer's registered name.", field=field)
    check_text(name, 120, field)
    return name
