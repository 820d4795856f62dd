"""Employers, their credit codes, and the checks that verify them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime

from domain.free_text import check_text
from domain.labels import Labelled
from domain.reference.calendar import add_months, day_in_china
from domain.refusals import InvalidInput

# GB 32100-2015: digits and letters without I, O, S, V and Z. The 18th is the check character.
_CREDIT_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_CODE = re.compile(f"[{_CREDIT_CODE_ALPHABET}]{{18}}")
MAX_EMPLOYER_NAME_LENGTH = 120

CHECK_VALID_MONTHS = 6
"""How many months a check is valid (notice of five ministries, 2026-01)."""


class CheckMethod(Labelled):
    """How the employer's papers were checked."""

    ON_SITE = "ON_SITE", "现场核验"
    DOCUMENTS = "DOCUMENTS", "材料核验"
    REGISTRY = "REGISTRY", "企业信用信息公示系统核验"
    VIDEO = "VIDEO", "视频核验"


@dataclass(frozen=True, kw_only=True)
class EmployerCheck:
    """One check of an employer (人力资源市场暂行条例 art. 26; Order 44; the notice of 2026-01).

    It records whether the business licence, the handler's identity and the handler's authority were
    in order; the handler is the person who manages the employer's postings. The content of the
    papers is not stored, in particular no identity-card number. ``valid_until`` is the last day on
    which the check is valid, None if the employer did not pass.

    Checks are kept for at least 3 years (Order 44); nothing deletes them.
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
        """Whether licence, identity and authority were all in order."""
        return self.valid_until is not None


@dataclass(frozen=True, kw_only=True)
class Employer:
    """A firm that offers jobs. ``credit_code`` is its 统一社会信用代码 (GB 32100-2015).

    ``verified_until`` is the last day on which its latest check is valid, None if there is no check
    or the employer did not pass. ``checks`` counts the checks.
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
        """Return whether the employer may publish postings on that day."""
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
    """Return the employer after a check, and the check. A failed check also ends an earlier one."""
    is_passed = licence and handler_identity and handler_authority
    valid_until = add_months(day_in_china(at), CHECK_VALID_MONTHS) if is_passed else None
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
        valid_until=valid_until,
    )
    return replace(employer, verified_until=valid_until, checks=employer.checks + 1), check


def compute_check_character(code: str) -> str:
    """Return the check character for the first 17 characters (GB 32100-2015, annex, mod 31)."""
    total = sum(
        _CREDIT_CODE_ALPHABET.index(char) * pow(3, position, 31)
        for position, char in enumerate(code)
    )
    return _CREDIT_CODE_ALPHABET[-total % 31]


def check_credit_code(raw: str, field: tuple[str, ...]) -> str:
    """Return a credit code in capitals, without blanks at its ends.

    :raises InvalidInput: it does not have 18 allowed characters, or the check character is wrong.
    """
    code = raw.strip().upper()
    if not _CREDIT_CODE.fullmatch(code) or code[17] != compute_check_character(code[:17]):
        raise InvalidInput(
            "Copy the 18-character credit code from the business licence: this one is mistyped.",
            "统一社会信用代码有误，请按营业执照填写18位代码。",
            field=field,
        )
    return code


def check_employer_name(raw: str, field: tuple[str, ...]) -> str:
    """Return the registered name of an employer, without blanks at its ends.

    :raises InvalidInput: the name is empty, has over 120 characters, or holds control characters or
        an identity-card number.
    """
    name = raw.strip()
    if not name:
        raise InvalidInput(
            "Give the employer's registered name.", "请填写用人单位的登记名称。", field=field
        )
    check_text(name, MAX_EMPLOYER_NAME_LENGTH, field)
    return name
