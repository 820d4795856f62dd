"""Pay as offices write it into one cell."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.exchange.cell_parsers import CellFault
from domain.exchange.pay_amounts import parse_amount, parse_probation
from domain.exchange.pay_cells import PayCell, parse_pay
from domain.postings.pay import PayComponentKind, PayPeriod, PaySettlement, to_fen

MONTH, YEAR, DAY, HOUR, PIECE = (
    PayPeriod.MONTH,
    PayPeriod.YEAR,
    PayPeriod.DAY,
    PayPeriod.HOUR,
    PayPeriod.PIECE,
)

RANGES = [
    ("5000-8000", 5000, 8000, MONTH),
    ("5000～8000元", 5000, 8000, MONTH),
    ("5000至8000元/月", 5000, 8000, MONTH),
    ("5,000—8,000", 5000, 8000, MONTH),
    ("6k-8k", 6000, 8000, MONTH),
    ("6-8k", 6000, 8000, MONTH),
    ("6K~8K/月", 6000, 8000, MONTH),
    ("5千-8千", 5000, 8000, MONTH),
    ("5000起", 5000, None, MONTH),
    ("5000以上", 5000, None, MONTH),
    ("5000+", 5000, None, MONTH),
    ("月薪5000元起", 5000, None, MONTH),
    ("0.6万", 6000, 6000, MONTH),
    ("0.6-0.8万", 6000, 8000, MONTH),
    ("1.2万-1.5万/月", 12000, 15000, MONTH),
    ("5000-1.2万", 5000, 12000, MONTH),
    ("72000元/年", 72000, 72000, YEAR),
    ("年薪12-15万", 120000, 150000, YEAR),
    ("10万/年", 100000, 100000, YEAR),
    ("12万元每年", 120000, 120000, YEAR),
    ("260元/天", 260, 260, DAY),
    ("300/日", 300, 300, DAY),
    ("每天220元", 220, 220, DAY),
    ("日薪200-260", 200, 260, DAY),
    ("0.35元/件", "0.35", "0.35", PIECE),
    ("0.8-1.2元/件", "0.8", "1.2", PIECE),
    ("每件2元", 2, 2, PIECE),
    ("25.4元/小时", "25.4", "25.4", HOUR),
    ("时薪25", 25, 25, HOUR),
    ("6500", 6500, 6500, MONTH),
    ("¥6500.00", 6500, 6500, MONTH),
]


@pytest.mark.parametrize(("cell", "lower", "upper", "period"), RANGES)
def test_amounts_and_ranges(
    cell: str, lower: int | str, upper: int | str | None, period: PayPeriod
) -> None:
    found = parse_pay(cell)
    assert found.from_fen == to_fen(Decimal(lower))
    assert found.to_fen == (None if upper is None else to_fen(Decimal(upper)))
    assert found.period is period
    assert found.components == ()


@pytest.mark.parametrize(
    ("cell", "months"),
    [("12薪×7000", "12"), ("7000*13薪", "13"), ("7000，13.5薪", "13.5"), ("14薪 7000元/月", "14")],
)
def test_monthly_wages_a_year(cell: str, months: str) -> None:
    found = parse_pay(cell)
    assert (found.from_fen, found.months) == (700_000, Decimal(months))


def test_everything_beside_the_amount_is_kept() -> None:
    found = parse_pay("底薪3000+提成3%，综合5000-12000，13薪，每月10号发工资，月结，包吃住")
    assert found.guaranteed is not None
    assert (found.from_fen, found.to_fen, found.guaranteed.fen) == (500_000, 1_200_000, 300_000)
    assert (found.months, found.payday) == (Decimal(13), 10)
    assert found.settlement is PaySettlement.MONTHLY
    assert [(part.kind, part.percent, part.note) for part in found.components] == [
        (PayComponentKind.COMMISSION, Decimal(3), ""),
        (PayComponentKind.OTHER, None, "包吃住"),
    ]


def test_a_basic_pay_alone_is_the_lower_end() -> None:
    found = parse_pay("底薪3000+提成")
    assert found.guaranteed is not None
    assert (found.from_fen, found.to_fen, found.guaranteed.fen) == (300_000, None, 300_000)


def test_pay_of_the_probation() -> None:
    assert parse_pay("试用期80%，转正6000").probation_percent == 80
    assert parse_pay("试用期5000，转正6000").probation_fen == 500_000
    assert parse_probation("5,200元") == 520_000
    assert parse_probation("80%") == Decimal(80)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("面议", "PAY_NOT_STATED"),
        ("工资面议", "PAY_NOT_STATED"),
        ("薪资：面谈", "PAY_NOT_STATED"),
        ("提成3%", "PAY_NOT_STATED"),
        ("-1", "PAY_NOT_STATED"),
        ("13800138000", "PAY_NOT_STATED"),
        ("最高可达15000", "LOWEST_PAY_MISSING"),
        ("8000以下", "LOWEST_PAY_MISSING"),
        ("25.405元/小时", "NOT_A_WHOLE_FEN"),
        ("6" * 301, "PAY_TOO_LONG"),
    ],
)
def test_what_is_no_pay_is_asked_back(cell: str, code: str) -> None:
    with pytest.raises(CellFault) as fault:
        parse_pay(cell)
    assert fault.value.code == code
    assert fault.value.message_zh


def test_a_small_amount_without_a_period_has_none() -> None:
    assert parse_pay("25") == PayCell(from_fen=2500, to_fen=2500)


@pytest.mark.parametrize(
    ("cell", "fen"), [("6500", 650_000), ("0.6万", 600_000), ("6.5k", 650_000), ("25.4元", 2540)]
)
def test_a_single_amount(cell: str, fen: int) -> None:
    assert parse_amount(cell) == fen


@pytest.mark.parametrize("cell", ["5000-8000", "约6000", "5000起", "", "六千"])
def test_a_column_of_one_amount_has_no_ranges(cell: str) -> None:
    with pytest.raises(CellFault):
        parse_amount(cell)


@given(st.text(alphabet="0123456789.-~+万kw元/月天件薪底提成起, ，()（）面议×%\n", max_size=60))
def test_any_text_is_a_pay_or_a_fault(cell: str) -> None:
    with suppress(CellFault):
        found = parse_pay(cell)
        assert found.from_fen is not None
        assert found.from_fen >= 0
        assert all(len(part.note) <= len(cell) + 4 for part in found.components)


@given(st.integers(1000, 99_999), st.integers(0, 50_000), st.sampled_from("-~～—至到"))
def test_any_range_of_whole_yuan_is_read(lower: int, more: int, sign: str) -> None:
    found = parse_pay(f"{lower}{sign}{lower + more}元/月")
    assert (found.from_fen, found.to_fen) == (lower * 100, (lower + more) * 100)
