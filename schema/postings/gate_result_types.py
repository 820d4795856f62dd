"""The results of sending a posting through the gate: accepted, held or refused."""

import strawberry

from domain.postings.postings import Posting as PostingRecord
from domain.postings.postings import PostingStatus
from schema.postings.posting_types import Posting
from schema.screening.finding_types import Finding


@strawberry.type(description="The posting passed the gate and is open.")
class PostingAccepted:
    posting: Posting
    findings: list[Finding] = strawberry.field(description="Warnings only.")


@strawberry.type(
    description="Nobody sees the posting yet. IN_REVIEW: the rules cannot decide, so an officer "
    "does. SUSPENDED: it opens by itself once its employer is verified."
)
class PostingHeld:
    posting: Posting
    findings: list[Finding]


@strawberry.type(description="The posting may not be shown. It is kept as a record.")
class PostingRefused:
    posting: Posting
    findings: list[Finding]


GateResult = PostingAccepted | PostingHeld | PostingRefused

_RESULT_TYPES: dict[PostingStatus, type[GateResult]] = {
    PostingStatus.OPEN: PostingAccepted,
    PostingStatus.IN_REVIEW: PostingHeld,
    PostingStatus.SUSPENDED: PostingHeld,
    PostingStatus.REFUSED: PostingRefused,
    PostingStatus.CLOSED: PostingRefused,
}


def build_gate_result(record: PostingRecord) -> GateResult:
    """Return the result for a posting that has just been through the gate."""
    findings = [Finding.of(finding) for finding in record.findings]
    return _RESULT_TYPES[record.status](posting=Posting.of(record), findings=findings)
