"""Bounds of what a posting asks for."""

from __future__ import annotations

import re

from domain.free_text import check_text
from domain.postings.list_checks import check_each_once, check_list_length
from domain.postings.requirements import CodedText, Requirements
from domain.refusals import InvalidInput

MAX_CODED_TEXTS = 20
"""Licences, and as many skills."""
MAX_TEXT_LENGTH = 100
MAX_EXPERIENCE_MONTHS = 600
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_.-]{0,39}")


def check_requirements(requirements: Requirements, path: tuple[str, ...]) -> None:
    """Check that every requirement is possible.

    Texts have at most 100 characters. Experience is 0 to 600 months. There are at most 20 licences
    and 20 skills, each with a code of capital letters and digits, a text, or both.

    :raises InvalidInput: the first value out of bounds; ``field`` is ``path`` and its name.
    """
    check_text(requirements.education_text, MAX_TEXT_LENGTH, (*path, "educationText"))
    check_text(requirements.experience_text, MAX_TEXT_LENGTH, (*path, "experienceText"))
    months = requirements.experience_months
    if months is not None and not 0 <= months <= MAX_EXPERIENCE_MONTHS:
        raise InvalidInput(
            f"Give the experience in whole months, 0 to {MAX_EXPERIENCE_MONTHS}.",
            f"工作经验请填写0至{MAX_EXPERIENCE_MONTHS}的整数月数。",
            field=(*path, "experienceMonths"),
        )
    for name, items in (("licences", requirements.licences), ("skills", requirements.skills)):
        if not items:
            continue
        field = (*path, name)
        check_list_length(items, MAX_CODED_TEXTS, field)
        check_each_once(items, field)
        for index, item in enumerate(items):
            _check_coded_text(item, (*field, str(index)))


def _check_coded_text(item: CodedText, field: tuple[str, ...]) -> None:
    check_text(item.text, MAX_TEXT_LENGTH, (*field, "text"))
    if item.code and not _CODE.fullmatch(item.code):
        raise InvalidInput(
            "Give a code of the code list: capital letters and digits.",
            "请填写代码表中的代码（大写字母和数字）。",
            field=(*field, "code"),
        )
    if not item.code and not item.text:
        raise InvalidInput("Give a code, a text, or both.", "请填写代码或文字。", field=field)
