"""The minimum wages that a new database starts with, read from ``minimum_wages.tsv``."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from domain.reference.tables import read_table, split_cell
from domain.screening.minimum_wages import Grade, MinimumWage
from domain.screening.wage_table import WageTable

SEED_PREFIX = "seed"
"""What the ids of these rows start with."""
_TRISTATE = {"yes": True, "no": False, "-": None}


def _load_row(cells: list[str]) -> MinimumWage:
    region, tier, monthly, hourly, includes_insurance, since, grade, places = cells
    return MinimumWage(
        region=region,
        tier=int(tier),
        monthly=None if monthly == "-" else int(monthly),
        hourly=None if hourly == "-" else Decimal(hourly),
        includes_insurance=_TRISTATE[includes_insurance],
        effective_from=None if since == "-" else date.fromisoformat(since),
        grade=Grade.A if grade == "A" else Grade.UNVERIFIED,
        places=split_cell(places),
        id=f"{SEED_PREFIX}{region}{tier}",
    )


KNOWN_WAGES = WageTable(rows=tuple(_load_row(cells) for cells in read_table("minimum_wages")))
"""All provinces of the mainland, and Shenzhen, which has rows of its own."""
