"""What lists of postings are filtered by, and the condition under which a posting may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.postings.postings import PostingStatus
from storage.mongo.client import Document


@dataclass(frozen=True, kw_only=True)
class PostingQuery:
    """The filters of a list of postings; None leaves a filter out.

    ``open_on`` keeps the postings that may be shown on that day.
    """

    status: PostingStatus | None = None
    open_on: date | None = None
    employer_id: str | None = None
    union_id: str | None = None
    ids: tuple[str, ...] | None = None

    def where(self) -> Document:
        """The condition that a stored posting must meet."""
        where: Document = {}
        if self.open_on is not None:
            where |= visibility_condition(self.open_on)
        if self.status is not None:
            where["status"] = self.status.value
        if self.employer_id is not None:
            where["employer_id"] = self.employer_id
        if self.union_id is not None:
            where["union_id"] = self.union_id
        if self.ids is not None:
            where["_id"] = {"$in": list(self.ids)}
        return where


def visibility_condition(on: date) -> Document:
    """The condition under which a posting may be shown, pinned or streamed on a day.

    The gate let it through, its last day has not passed, and the check of its employer is valid.
    It is the only such condition in storage. ``Posting.is_open`` says the same of a record.
    """
    day = on.isoformat()
    return {
        "status": PostingStatus.OPEN.value,
        "terms.valid_until": {"$gte": day},
        "verified_until": {"$gte": day},
    }
