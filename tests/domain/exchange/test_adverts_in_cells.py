"""The pay of the sixty adverts, read from the advert's own words as one cell of a table."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from domain.exchange.cell_parsers import CellFault
from domain.exchange.pay_cells import parse_pay
from domain.postings.pay import to_fen

ADVERTS = orjson.loads((Path(__file__).parents[2] / "data" / "adverts.json").read_bytes())
WORDS_BEYOND_THE_TEXT = {"装卸工，做完结账，一趟300", "周六周日上班，每天5小时，学生兼职"}
"""Their terms have a pay that the text does not name."""
WITH_PAY = [
    advert
    for advert in ADVERTS
    if "pay" in advert.get("expected", {}) and advert["text"] not in WORDS_BEYOND_THE_TEXT
]
WITHOUT_AMOUNT = ["工资面议", "薪资：面议", "最高可达15000", "25.405元/小时"]


def fen(amount: Any) -> int | None:
    return None if amount is None else to_fen(Decimal(str(amount)))


@pytest.mark.parametrize("advert", WITH_PAY, ids=[advert["text"] for advert in WITH_PAY])
def test_the_pay_of_an_advert_is_read_as_its_terms_say(advert: dict[str, Any]) -> None:
    pay, found = advert["terms"]["pay"], parse_pay(advert["text"])
    assert found.from_fen == fen(pay.get("from", pay.get("amount")))
    assert found.to_fen == fen(pay.get("to", pay.get("amount")))
    assert found.period == pay["period"]
    assert found.months == pay.get("months")
    assert found.payday == pay.get("payday")
    assert found.settlement == pay.get("settlement")
    assert (found.guaranteed.fen if found.guaranteed else None) == fen(pay.get("guaranteed"))


@pytest.mark.parametrize("text", WITHOUT_AMOUNT)
def test_an_advert_without_a_usable_amount_is_asked_back(text: str) -> None:
    assert any(advert["text"] == text and "asked" in advert for advert in ADVERTS)
    with pytest.raises(CellFault):
        parse_pay(text)
