"""Decisions on many postings of the review queue at once, and their undoing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from domain.postings.appeals import awaits_appeal_decision
from domain.postings.lifecycle import list_doubts
from domain.postings.postings import Posting
from domain.reference.regions import is_within
from domain.refusals import InvalidInput, PostingConflict
from domain.screening.reviews import Decision, PriorState

UNDO_WITHIN = timedelta(minutes=10)
"""How long decisions on many postings can be undone."""
_CODE = re.compile(r"[A-Z][A-Z_]{1,59}")
MAX_POSTINGS_DECIDED = 100
"""Postings that are decided on in one call."""


def check_choice(code: str | None, place_code: str | None, posting_ids: object | None) -> None:
    """Check that it is said which postings are meant.

    :raises InvalidInput: neither a code nor a place nor postings are given, or the code cannot be
        that of a finding.
    """
    if code is not None and not _CODE.fullmatch(code):
        raise InvalidInput(
            "Give the code of a finding, such as MINIMUM_WAGE_TO_CHECK.",
            "请填写问题代码，例如MINIMUM_WAGE_TO_CHECK。",
            field=("input", "code"),
        )
    if code is None and place_code is None and posting_ids is None:
        raise InvalidInput(
            "Say which postings you decide on: by the code of a finding, by place, or one by one.",
            "请选择要处理的岗位：按问题代码、按地区或逐个勾选。",
            field=("input", "code"),
        )


def is_settled_by(posting: Posting, code: str | None, *, approved: bool) -> bool:
    """Whether one decision about a code settles the posting.

    An approval must not settle what it is not about: the posting has no other doubt and no report,
    and no officer has refused it before. An appeal has a reason that somebody has to read, so no
    code settles it. A refusal without an appeal needs the finding only. Without a code the officer
    decides on everything there is.
    """
    if code is None:
        return True
    if awaits_appeal_decision(posting):
        return False
    doubts = {finding.code for finding in list_doubts(posting)}
    if not approved:
        return code in doubts
    was_refused = posting.review is not None and not posting.review.approved
    return doubts == {code} and posting.reports == 0 and not was_refused


def is_meant(posting: Posting, region: str | None) -> bool:
    """Whether a posting has a place of work in the region that is decided on, if one is given."""
    return region is None or any(
        is_within(place.place_code, region) for place in posting.terms.places
    )


def prior_state(posting: Posting, *, decided: Posting) -> PriorState:
    """Return what a decision replaces, to restore it if the decision is undone."""
    return PriorState(
        status=posting.status,
        review=posting.review,
        reports=posting.reports,
        report_weight=posting.report_weight,
        waiting_since=posting.waiting_since,
        job_key=posting.job_key,
        decided_version=decided.version,
    )


def check_undoable(decision: Decision, at: datetime) -> None:
    """Check that a decision can be undone at a time.

    :raises PostingConflict: ten minutes have passed.
    """
    if at - decision.at > UNDO_WITHIN:
        raise PostingConflict(
            "Ten minutes have passed. Decide on each posting again.",
            "已超过10分钟，无法撤销，请逐个重新审核。",
            hint="Call `reviewPosting` for each.",
        )


def undo_decision(posting: Posting, decision: Decision) -> Posting:
    """Return the posting as it was before a decision; only its version goes on.

    :raises PostingConflict: it has changed since.
    """
    prior = decision.prior
    if prior is None or posting.version != prior.decided_version:
        raise PostingConflict(
            "The posting has changed since the decision. Decide on it again.",
            "该岗位在审核后已发生变化，请重新审核。",
        )
    return replace(
        posting,
        status=prior.status,
        review=prior.review,
        reports=prior.reports,
        report_weight=prior.report_weight,
        waiting_since=prior.waiting_since,
        job_key=prior.job_key,
        version=posting.version + 1,
    )
