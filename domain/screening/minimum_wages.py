"""Minimum wages: the rows by region and tier, and what makes a row valid and verified.

A province sets one to four tiers and assigns its cities and counties to them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from domain.free_text import check_text
from domain.labels import Labelled
from domain.postings.list_checks import check_each_once, check_list_length
from domain.postings.pay import PayPeriod
from domain.reference.calendar import add_months, day_in_china
from domain.reference.regions import check_place_code, is_within
from domain.refusals import AlreadyExists, InvalidInput

MAX_PLACES_OF_TIER = 200
"""A province has at most 183 counties."""


class Grade(Labelled):
    """How reliable a figure is: A is verified against its notice."""

    A = "A", "已核实"
    UNVERIFIED = "UNVERIFIED", "未核实"


@dataclass(frozen=True, kw_only=True)
class MinimumWage:
    """The minimum wage of one tier of one region; tier 1 is the highest.

    ``monthly`` and ``hourly`` are in yuan; None means that the tier exists but its figure is not
    known. ``includes_insurance`` says whether the hourly figure contains the social insurance that
    employer and worker pay; None if it is not known. ``effective_from`` None means in force since
    an unknown day. ``places`` are the codes of the cities and counties that the notice assigns to
    the tier; they decide only if ``places_verified``. A row is never changed: a later row replaces
    it. A verified version names the row that it is a version of. Rows that come with the software
    have no ``added_by``.
    """

    region: str
    tier: int
    monthly: int | None = None
    hourly: Decimal | None = None
    includes_insurance: bool | None = None
    effective_from: date | None = None
    places: tuple[str, ...] = ()
    places_verified: bool = False
    doc_no: str | None = None
    source_url: str | None = None
    grade: Grade
    verified_by: str | None = None
    verified_at: datetime | None = None
    id: str = ""
    added_by: str | None = None
    added_at: datetime | None = None
    version_of: str | None = None

    @property
    def is_trusted(self) -> bool:
        """Whether the figure may decide automatically: it is verified to be in force.

        A figure without a date may be last year's. It is trusted once an officer has verified it.
        """
        is_current = self.effective_from is not None or self.verified_by is not None
        return self.grade is Grade.A and is_current

    @property
    def is_verified(self) -> bool:
        """Whether nothing is left to verify: by an officer, or as it came, without places."""
        return self.verified_by is not None or (self.is_trusted and not self.places)

    @property
    def first_day(self) -> date:
        """The day from which it counts.

        Of a row without a date it is the day on which an officer verified it to be in force; of an
        unverified one the earliest day there is.
        """
        verified_on = day_in_china(self.verified_at) if self.verified_at else date.min
        return self.effective_from or verified_on

    def has_taken_effect(self, on: date) -> bool:
        """Whether its first day has come; a later row may have replaced it."""
        return self.first_day <= on

    def minimum(self, period: PayPeriod) -> Decimal | int | None:
        """The minimum of a month or an hour in yuan; None if it is not known."""
        return {PayPeriod.MONTH: self.monthly, PayPeriod.HOUR: self.hourly}.get(period)

    def trusted_minimum(self, period: PayPeriod) -> Decimal | None:
        """The minimum for a period in yuan; None if it is not known or not trusted."""
        figure = self.minimum(period)
        return Decimal(figure) if figure is not None and self.is_trusted else None


def check_wage(row: MinimumWage, on: date, *, path: tuple[str, ...] = ("input",)) -> MinimumWage:
    """Return the row if its values are possible.

    The region exists, the tier is 1 to 6, the figures are up to 100,000 yuan a month and 1,000
    yuan an hour in whole fen (0.01 yuan), and the first day is from 2000 on and at most 24 months
    after ``on``.

    :raises InvalidInput: the first value that is not possible; ``field`` names it.
    """
    check_place_code(row.region, (*path, "region"))
    for name, is_valid, message, message_zh in (
        (
            "tier",
            1 <= row.tier <= 6,
            "Give a tier from 1, the highest, to 6.",
            "档次请填写1至6，1为最高档。",
        ),
        (
            "monthly",
            row.monthly is None or 1 <= row.monthly <= 100_000,
            "Give 1 to 100,000 yuan.",
            "月最低工资请填写1至100000元。",
        ),
        (
            "hourly",
            row.hourly is None or _is_valid_hourly(row.hourly),
            "Give 0.01 to 1,000 yuan.",
            "小时最低工资请填写0.01至1000元。",
        ),
        (
            "monthly",
            (row.monthly, row.hourly) != (None, None),
            "Give a figure per month, per hour, or both.",
            "月最低工资和小时最低工资请至少填写一项。",
        ),
        (
            "effectiveFrom",
            _is_valid_start(row, on),
            "Give a first day from the year 2000 on and at most two years ahead.",
            "执行日期应在2000年以后，且不晚于今后两年。",
        ),
    ):
        if not is_valid:
            raise InvalidInput(message, message_zh, field=(*path, name))
    check_text(row.doc_no or "", 100, (*path, "docNo"))
    check_text(row.source_url or "", 500, (*path, "sourceUrl"))
    if row.source_url and not row.source_url.startswith(("https://", "http://")):
        raise InvalidInput(
            "Give the web address of the notice, starting with https:// or http://.",
            "请填写文件的网址，以https://或http://开头。",
            field=(*path, "sourceUrl"),
        )
    _check_places(row, (*path, "places"))
    return row


def verify_wage(
    row: MinimumWage,
    row_id: str,
    *,
    by: str,
    at: datetime,
    field: tuple[str, ...] = ("input", "minimumWageId"),
) -> MinimumWage:
    """Return a new row of grade A that replaces an unverified one; its places are verified, too.

    A row that comes with the software can be verified as it is: the officer answers for it.

    :raises AlreadyExists: the row is verified already.
    :raises InvalidInput: the row has no figure, or an officer added it without the number, web
        address or first day of its notice, so nobody else can check it.
    """
    if row.is_verified:
        raise AlreadyExists(
            "This row is verified already; nothing needs to be done.",
            "该最低工资标准已核实，无需重复操作。",
        )
    if (row.monthly, row.hourly) == (None, None):
        raise InvalidInput(
            "This row has no figure. Add a row with the figure of the notice and verify that one.",
            "该档次没有金额，请按文件重新添加金额后再核实。",
            field=field,
        )
    has_notice = row.doc_no and row.source_url and row.effective_from
    if row.added_by is not None and not has_notice:
        raise InvalidInput(
            "Add the row again with the number, web address and first day of its notice, then "
            "verify the new row.",
            "请补全文号、网址和执行日期后重新添加，再核实新添加的标准。",
            field=field,
        )
    return replace(
        row,
        id=row_id,
        grade=Grade.A,
        places_verified=bool(row.places),
        verified_by=by,
        verified_at=at,
        added_by=by,
        added_at=at,
        version_of=row.id,
    )


def _check_places(row: MinimumWage, path: tuple[str, ...]) -> None:
    check_list_length(row.places, MAX_PLACES_OF_TIER, path)
    check_each_once(row.places, path)
    for index, code in enumerate(row.places):
        field = (*path, str(index))
        check_place_code(code, field)
        if code == row.region or not is_within(code, row.region):
            raise InvalidInput(
                "Give cities and counties within the region of the row.",
                "请填写该地区所辖的市、县（区）代码。",
                field=field,
            )


def _is_valid_hourly(figure: Decimal) -> bool:
    return figure.is_finite() and 0 < figure <= 1_000 and figure == round(figure, 2)


def _is_valid_start(row: MinimumWage, on: date) -> bool:
    start = row.effective_from
    return start is not None and date(2000, 1, 1) <= start <= add_months(on, 24)
