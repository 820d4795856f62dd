"""A minimum wage of Shanghai that is to come, beside the rows that come with the software."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.minimum_wages import Grade, MinimumWage
from domain.screening.wage_table import WageTable

LATER = date(2026, 11, 15)
COMING = MinimumWage(
    region="310000",
    tier=1,
    monthly=2_900,
    hourly=Decimal(27),
    effective_from=LATER,
    grade=Grade.A,
)
TABLE = WageTable(rows=(*KNOWN_WAGES.rows, COMING))
