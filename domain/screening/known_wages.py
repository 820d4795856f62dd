"""Known minimum wages per province and tier, with the grade of each figure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from domain.screening.minimum_wages import Grade, MinimumWage, WageTable


def _seed_rows(
    region: str,
    grades: str,
    *,
    monthly: tuple[int | None, ...],
    hourly: tuple[str, ...] = (),
    since: date | None = None,
) -> tuple[MinimumWage, ...]:
    """Build the rows of one region, highest tier first.

    ``grades`` has one character per tier: A for a verified figure, ? for an unverified one.
    """
    return tuple(
        MinimumWage(
            region=region,
            tier=tier,
            monthly=figure,
            hourly=Decimal(hourly[tier - 1]) if tier <= len(hourly) else None,
            effective_from=since,
            grade=Grade.A if grade == "A" else Grade.UNVERIFIED,
            id=f"seed{region}{tier}",
        )
        for tier, (figure, grade) in enumerate(zip(monthly, grades, strict=True), 1)
    )


_START_OF_2026 = date(2026, 1, 1)
_GUANGDONG_START = date(2026, 9, 1)

KNOWN_WAGES = WageTable(
    rows=(
        *_seed_rows("310000", "A", monthly=(2740,), hourly=("25",), since=date(2025, 7, 1)),
        *_seed_rows("110000", "A", monthly=(2540,), hourly=("27.7",), since=date(2025, 9, 1)),
        # Guangdong has a fourth tier; its figure is not known.
        *_seed_rows(
            "440000",
            "AAA?",
            monthly=(2680, 2300, 2040, None),
            hourly=("25.4", "21.9", "20.2"),
            since=_GUANGDONG_START,
        ),
        *_seed_rows("440300", "A", monthly=(2700,), hourly=("25.4",), since=_GUANGDONG_START),
        *_seed_rows("320000", "A??", monthly=(2660, 2430, 2180), since=_START_OF_2026),
        *_seed_rows(
            "520000",
            "AAA",
            monthly=(2130, 1980, 1890),
            hourly=("22.4", "20.8", "19.8"),
            since=date(2025, 2, 1),
        ),
        *_seed_rows("420000", "A??", monthly=(2400, 2130, 1970)),
        *_seed_rows("430000", "AA?", monthly=(2200, 2000, 1800)),
        *_seed_rows(
            "330000",
            "???",
            monthly=(2660, 2430, 2180),
            hourly=("25", "23", "21"),
            since=_START_OF_2026,
        ),
        *_seed_rows("230000", "???", monthly=(2270, 2010, 1910), hourly=("21", "18.8", "18.2")),
        *_seed_rows(
            "610000",
            "???",
            monthly=(2376, 2250, 2140),
            hourly=("23", "21.7", "20.7"),
            since=_START_OF_2026,
        ),
        *_seed_rows("350000", "????", monthly=(2265, 2195, 2045, 1895)),
        *_seed_rows("510000", "??", monthly=(2330, 2200)),
        *_seed_rows("500000", "??", monthly=(2330, 2200)),
        *_seed_rows("410000", "???", monthly=(2350, 2150, 2000)),
        *_seed_rows("340000", "????", monthly=(2320, 2170, 2100, 2000)),
        *_seed_rows("370000", "???", monthly=(2400, 2210, 2020)),
    )
)
"""The minimum wages that a new database starts with.

Grade A: the official notice is identified and independent transcriptions agree.
"""
