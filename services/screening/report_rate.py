"""How many reports of postings one viewer and one address may send."""

from __future__ import annotations

from datetime import timedelta

from domain.refusals import TooManyAttempts
from domain.screening.reviews import (
    MAX_REPORTS_PER_ADDRESS_HOUR,
    MAX_REPORTS_PER_VIEWER_HOUR,
    Report,
)
from storage.mongo.client import Transaction
from storage.screening.reviews import Reviews

_HOUR = timedelta(hours=1)


async def check_report_rate(reviews: Reviews, report: Report, transaction: Transaction) -> None:
    """Pass when the viewer and the address of a report have not reached their limits of an hour.

    :raises TooManyAttempts: one of them has.
    """
    for limit, source in (
        (MAX_REPORTS_PER_VIEWER_HOUR, {"by": report.by}),
        (MAX_REPORTS_PER_ADDRESS_HOUR, {"origin": report.origin}),
    ):
        count = await reviews.count_reports_since(
            report.at - _HOUR, limit, transaction=transaction, **source
        )
        if count >= limit:
            raise TooManyAttempts(
                "You have reported many postings. Wait for an hour.",
                "您举报的岗位较多，请一小时后再试。",
                retry_after=int(_HOUR.total_seconds()),
            )
