"""Pay: whole yuan, never a fraction, and always with its period."""

from __future__ import annotations

from dataclasses import dataclass

from domain.labels import Labelled


class PayPeriod(Labelled):
    MONTH = "MONTH", "元/月"
    HOUR = "HOUR", "元/小时"


@dataclass(frozen=True, kw_only=True)
class Pay:
    """Basic pay before overtime, shift and heat allowances, in whole yuan a ``period``."""

    amount: int
    period: PayPeriod
