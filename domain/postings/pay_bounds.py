"""Bounds of a pay: amounts, their order, and the number of components."""

from __future__ import annotations

from decimal import Decimal

from domain.free_text import check_text
from domain.postings.list_checks import check_list_length
from domain.postings.pay import FEN_PER_YUAN, Pay, PayComponent, PayPeriod, PayRate
from domain.refusals import InvalidInput

MAX_PAY_YUAN = 1_000_000
"""Per period; of a year twelve times as much."""
MAX_COMPONENTS = 12
MAX_NOTE_LENGTH = 100
MIN_MONTHS, MAX_MONTHS = 12, 36


def check_pay(pay: Pay, probation_fen: int | None, path: tuple[str, ...]) -> None:
    """Check that a pay and the pay of the probation are possible.

    Amounts are at most 1,000,000 yuan, of a year 12,000,000, and the upper end is not below the
    lower one. A guaranteed pay is not above the upper end of a pay of the same period. There are
    12 to 36 monthly wages a year, and at most 12 components with notes of at most 100 characters.

    :raises InvalidInput: the first value out of bounds; ``field`` is ``path`` and its name.
    """
    field = (*path, "pay")
    name = "amount" if pay.from_fen == pay.to_fen else "from"
    _check_amount(pay.from_fen, pay.period, (*field, name))
    if pay.to_fen is not None:
        _check_amount(pay.to_fen, pay.period, (*field, "to"))
    _check_order(pay.from_fen, pay.to_fen, (*field, "to"))
    if probation_fen is not None:
        _check_amount(probation_fen, pay.period, (*path, "probationPay"))
    if pay.guaranteed is not None:
        _check_guaranteed(pay, pay.guaranteed, (*field, "guaranteed"))
    if pay.months is not None and not _are_valid_months(pay.months):
        raise InvalidInput(
            f"Give the monthly wages a year, {MIN_MONTHS} to {MAX_MONTHS}, in steps of a half.",
            f"年薪月数请填写{MIN_MONTHS}至{MAX_MONTHS}，如13（薪）。",
            field=(*field, "months"),
        )
    if pay.payday is not None and not 1 <= pay.payday <= 31:
        raise InvalidInput(
            "Give the day of the month, 1 to 31.",
            "发薪日请填写1至31。",
            field=(*field, "payday"),
        )
    check_list_length(pay.components, MAX_COMPONENTS, (*field, "components"))
    for index, component in enumerate(pay.components):
        _check_component(component, (*field, "components", str(index)))


def _check_amount(fen: int, period: PayPeriod, field: tuple[str, ...]) -> None:
    limit = MAX_PAY_YUAN * (12 if period is PayPeriod.YEAR else 1)
    if fen > limit * FEN_PER_YUAN:
        raise InvalidInput(f"Give at most {limit:,}.", f"请填写不超过{limit}的数值。", field=field)


def _check_order(from_fen: int, to_fen: int | None, field: tuple[str, ...]) -> None:
    if to_fen is not None and to_fen < from_fen:
        raise InvalidInput(
            "The upper end is below the lower one. Exchange them.",
            "最高工资低于最低工资，请核对。",
            field=field,
        )


def _check_guaranteed(pay: Pay, guaranteed: PayRate, field: tuple[str, ...]) -> None:
    _check_amount(guaranteed.fen, guaranteed.period, field)
    if guaranteed.fen <= 0:
        raise InvalidInput(
            "Give a guaranteed pay above 0, or leave it out.",
            "底薪应大于0；没有底薪请不要填写。",
            field=field,
        )
    if guaranteed.period is PayPeriod.PIECE:
        raise InvalidInput(
            "Give the guaranteed pay of a month, a day or an hour: nobody is guaranteed pieces.",
            "底薪请按月、天或小时填写，不能按件。",
            field=field,
        )
    if (
        guaranteed.period is pay.period
        and pay.to_fen is not None
        and guaranteed.fen > pay.highest.fen
    ):
        raise InvalidInput(
            "The guaranteed pay is above the usual pay. Correct one of them.",
            "底薪高于工资上限，请核对。",
            field=field,
        )


def _are_valid_months(months: Decimal) -> bool:
    return months.is_finite() and MIN_MONTHS <= months <= MAX_MONTHS and months * 2 % 1 == 0


def _check_component(component: PayComponent, field: tuple[str, ...]) -> None:
    check_text(component.note, MAX_NOTE_LENGTH, (*field, "note"))
    for name, fen in (("from", component.from_fen), ("to", component.to_fen)):
        if fen is not None and not 0 < fen <= MAX_PAY_YUAN * FEN_PER_YUAN:
            raise InvalidInput(
                f"Give an amount above 0 and at most {MAX_PAY_YUAN:,}.",
                f"金额应大于0，且不超过{MAX_PAY_YUAN}。",
                field=(*field, name),
            )
    if component.from_fen is None:
        if component.to_fen is not None or component.unit is not None:
            raise InvalidInput(
                "Give the amount, or leave out upper end and unit.",
                "请填写金额，或不填写上限和单位。",
                field=(*field, "from"),
            )
    else:
        _check_order(component.from_fen, component.to_fen, (*field, "to"))
        if component.unit is None:
            raise InvalidInput(
                "Say what the amount is for: a month, a day, a piece ...",
                "请选择金额的单位，如元/月、元/天、元/件。",
                field=(*field, "unit"),
            )
    percent = component.percent
    if percent is not None and not (percent.is_finite() and 0 < percent <= 100):
        raise InvalidInput(
            "Give a percentage above 0 and at most 100.",
            "比例应大于0，且不超过100。",
            field=(*field, "percent"),
        )
