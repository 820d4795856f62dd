"""The check of a text before it is sent: what the gate would say, and how to word it lawfully."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from domain.free_text import check_text
from domain.labels import Labelled
from domain.postings.postings import Finding, Severity
from domain.screening.lawful_wordings import LawfulWording, find_lawful_wording
from domain.screening.text_screening import screen_text

MAX_CHECKED_CHARS = 4_000
"""Characters of one checked text, as many as the longest text of a posting may have."""
MAX_CACHED_TEXTS = 512
"""Texts whose result is kept: a form asks again for texts that did not change."""


class TextPlace(Labelled):
    """Where a text will stand."""

    TITLE = "TITLE", "岗位名称"
    DUTIES = "DUTIES", "工作内容"
    CONDITIONS = "CONDITIONS", "招聘条件"
    ADDRESS = "ADDRESS", "工作地址"
    DESCRIPTION = "DESCRIPTION", "单位简介"
    ANNOUNCEMENT = "ANNOUNCEMENT", "直播公告"
    ANSWER = "ANSWER", "回答"


class TextVerdict(Labelled):
    """What happens to a text if it is sent."""

    PASSES = "PASSES", "可以发布"
    HELD = "HELD", "转人工审核"
    REFUSED = "REFUSED", "不能发布"


_POSTING_PLACES = frozenset(
    {TextPlace.TITLE, TextPlace.DUTIES, TextPlace.CONDITIONS, TextPlace.ADDRESS}
)
"""Places whose texts an officer can review first; others are read at once."""


@dataclass(frozen=True)
class CheckedText:
    """What the gate says about a text: the verdict, and each finding with a lawful wording."""

    verdict: TextVerdict
    findings: tuple[tuple[Finding, LawfulWording], ...]


def check_draft(text: str, place: TextPlace) -> CheckedText:
    """Return what the gate would say about a text in a place; nothing is stored.

    :raises InvalidInput: longer than 4,000 characters, or with control characters or an
        identity-card number.
    """
    check_text(text, MAX_CHECKED_CHARS, ("input", "text"))
    return _check_cached(text, place)


@lru_cache(maxsize=MAX_CACHED_TEXTS)
def _check_cached(text: str, place: TextPlace) -> CheckedText:
    findings = screen_text(text, place.value.lower())
    return CheckedText(
        verdict=_decide(findings, place),
        findings=tuple((finding, find_lawful_wording(finding.code)) for finding in findings),
    )


def _decide(findings: tuple[Finding, ...], place: TextPlace) -> TextVerdict:
    if not findings:
        return TextVerdict.PASSES
    is_refused = any(finding.severity is Severity.REFUSE for finding in findings)
    if is_refused or place not in _POSTING_PLACES:
        return TextVerdict.REFUSED
    return TextVerdict.HELD
