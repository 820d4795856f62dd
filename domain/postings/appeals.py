"""Appeals: the staff of a posting that a text refused ask an officer to look at it."""

from __future__ import annotations

from dataclasses import replace

from domain.free_text import check_text
from domain.identity.persons import holds_mobile_number
from domain.postings.deferral import is_refused_by_text
from domain.postings.officer_review import Appeal
from domain.postings.postings import Posting, PostingStatus
from domain.refusals import AlreadyExists, InvalidInput, PostingNotOpen

MAX_APPEAL_LENGTH = 500


def check_appeal_reason(reason: str, field: tuple[str, ...]) -> str:
    """Return the reason of an appeal, stripped.

    :raises InvalidInput: empty, longer than 500 characters, or with control characters, an
        identity-card number or a mobile number.
    """
    reason = reason.strip()
    if not reason:
        raise InvalidInput(
            "Say why the words are lawful; an officer reads it.",
            "请说明该内容合法合规的理由，供工会干部审核。",
            field=field,
        )
    check_text(reason, MAX_APPEAL_LENGTH, field)
    if holds_mobile_number(reason):
        raise InvalidInput(
            "Remove the phone number: the union has the contact of the employer.",
            "请删除手机号码，工会已有用人单位的联系方式。",
            field=field,
        )
    return reason


def has_appeal(posting: Posting) -> bool:
    """Whether the terms as they are have been appealed, decided or not."""
    return posting.appeal is not None and posting.appeal.revision == posting.revision


def can_be_appealed(posting: Posting) -> bool:
    """Whether an appeal is possible: a text refused these terms, and nobody has appealed yet."""
    return is_refused_by_text(posting) and not has_appeal(posting)


def awaits_appeal_decision(posting: Posting) -> bool:
    """Whether an appeal waits for an officer."""
    return is_refused_by_text(posting) and has_appeal(posting)


def appeal_posting(posting: Posting, appeal: Appeal) -> Posting:
    """Return the posting with the appeal, in the officers' queue; it stays refused.

    :raises AlreadyExists: these terms have been appealed before.
    :raises PostingNotOpen: no text refused them, a field did, or an officer has.
    """
    if not can_be_appealed(posting):
        raise _explain_refusal(posting)
    return replace(posting, appeal=appeal, waiting_since=appeal.at, version=posting.version + 1)


def _explain_refusal(posting: Posting) -> AlreadyExists | PostingNotOpen:
    review = posting.review
    if posting.status is not PostingStatus.REFUSED:
        return PostingNotOpen(
            "Only a refused posting can be appealed. Reload it.",
            "只有未通过审核的岗位可以申诉，请刷新后查看。",
        )
    if review is not None and not review.approved and review.revision == posting.revision:
        return PostingNotOpen(
            "An officer has refused these terms. Change them as the officer's reason says.",
            "工会干部已审核，未予通过，请按审核理由修改岗位信息后重新提交。",
        )
    if has_appeal(posting):
        return AlreadyExists(
            "These terms have been appealed already. An officer decides.",
            "该岗位已提交申诉，请等待工会审核，无需重复提交。",
        )
    return PostingNotOpen(
        "More than words in a text refused this posting. Change the fields that the findings name.",
        "未通过的原因不只是文字表述，无法申诉，请按审核意见修改相应内容。",
    )
