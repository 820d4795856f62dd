"""Deferral: findings of new rules do not count at once in a posting that older rules let through.

They are kept as deferred until an officer decides, or until the day on which the new rules apply.
Pay below the minimum wage and a verification of the employer that has ended are never deferred.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from domain.employers.employers import Employer
from domain.postings.postings import Finding, Posting, PostingStatus, Severity
from domain.screening.employment_rules import find_legal_type
from domain.screening.posting_findings import EMPLOYER_NOT_VERIFIED, VALID_UNTIL_PAST
from domain.screening.posting_rules import RULES_VERSION
from domain.screening.wage_findings import BASIC_PAY, PROBATION_PAY

_ON_PAY = frozenset({BASIC_PAY.below_code, PROBATION_PAY.below_code})
NEVER_DEFERRED = _ON_PAY | {EMPLOYER_NOT_VERIFIED.code, VALID_UNTIL_PAST.code}
"""Codes of findings that hide a posting at once, whichever version of the rules makes them."""


def employer_check_day(posting: Posting, employer: Employer) -> date | None:
    """Return the last day on which the verification of the employer lets the posting be shown.

    None if it may not be shown. The grace of a posting ends with the first check of its employer,
    passed or not.
    """
    if employer.verified_until is None and not employer.checks:
        return posting.grace_until
    return employer.verified_until


def deferred_keys(
    before: Posting, found: Collection[Finding], *, has_grace: bool
) -> tuple[str, ...]:
    """Return the keys of the findings that do not count yet.

    They are those that were deferred before and, if older rules let the posting through, all new
    ones. A missing check of the employer is deferred for as long as the posting ``has_grace``.
    """
    if not found:
        return ()
    is_let_through = before.status is PostingStatus.OPEN and before.rules < RULES_VERSION
    settled = settled_keys(before)
    # Of work that is full time only by newer rules, the minimum wage of full time is new as well.
    is_reclassified = find_legal_type(before.terms) is not before.terms.employment_type

    def is_deferred(finding: Finding) -> bool:
        if finding.code == EMPLOYER_NOT_VERIFIED.code:
            return has_grace
        if finding.code in NEVER_DEFERRED and not (is_reclassified and finding.code in _ON_PAY):
            return False
        if finding.key in before.deferred:
            return True
        if can_be_settled(finding) and finding.key in settled:
            return False
        return is_let_through and finding.severity in {Severity.REFUSE, Severity.REVIEW}

    return tuple(finding.key for finding in found if is_deferred(finding))


def can_be_settled(finding: Finding) -> bool:
    """Whether an officer's approval settles a finding: a person's matter, or words in a text.

    Only the terms can mend what a rule refuses in a field. What a rule refuses in a text may be
    meant in another way, and an officer can tell.
    """
    return finding.severity is Severity.REVIEW or (
        finding.severity is Severity.REFUSE and bool(finding.marks)
    )


def is_refused_by_text(posting: Posting) -> bool:
    """Whether only words in texts refuse the posting, and no officer has refused these terms."""
    refusing = [each for each in posting.findings if each.severity is Severity.REFUSE]
    review = posting.review
    was_decided = review is not None and not review.approved and review.revision == posting.revision
    return (
        posting.status is PostingStatus.REFUSED
        and bool(refusing)
        and all(map(can_be_settled, refusing))
        and not was_decided
    )


def settled_keys(posting: Posting) -> tuple[str, ...]:
    """Return the keys of the findings that the officer saw who approved the current terms."""
    review = posting.review
    is_approved = review is not None and review.approved and review.revision == posting.revision
    return review.settled if review is not None and is_approved else ()


def awaits_decision_on_rules(posting: Posting) -> bool:
    """Whether a finding is deferred that no officer who approved the current terms has seen."""
    return not set(posting.deferred) <= set(settled_keys(posting))
