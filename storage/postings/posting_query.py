"""The conditions of lists of postings: filters, visibility, the review queue, and regions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.postings.postings import PostingStatus
from domain.reference.regions import city_of, province_of, significant_digits
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


def waiting_condition(union_id: str, code: str | None, region: str | None) -> Document:
    """The condition of the review queue of a union and its branches.

    With ``code`` postings with a finding of this code, with ``region`` those with a place of work
    in it.
    """
    where: Document = {"union_path": union_id, "waiting_since": {"$type": "date"}}
    if code is not None:
        where["findings.code"] = code
    if region is not None:
        where["$or"] = within_conditions(region)
    return where


def within_conditions(region: str) -> list[Document]:
    """Conditions of which a posting meets one that has a place of work in the region."""
    digits = significant_digits(region)
    return _place_conditions({"$gte": digits.ljust(6, "0"), "$lte": digits.ljust(6, "9")})


def region_conditions(region: str) -> list[Document]:
    """Conditions for places within the region, and for the wider regions that contain it."""
    containing = sorted({city_of(region), province_of(region)} - {region})
    return [*within_conditions(region), *_place_conditions({"$in": containing})]


def _place_conditions(codes: Document) -> list[Document]:
    return [
        {"terms.place_code": codes},
        {
            # The first condition is that of the index. The second one holds for a single place:
            # of two places, one before and one after a range, none is in it.
            "terms.further_places.place_code": {"$gt": ""},
            "terms.further_places": {"$elemMatch": {"place_code": codes}},
        },
    ]
