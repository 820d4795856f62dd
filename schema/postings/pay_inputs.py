"""GraphQL inputs for the pay of a job, and their translation into domain records."""

from decimal import Decimal

import strawberry

from domain.postings.pay import (
    FEN_PER_YUAN,
    ComponentUnit,
    PayComponentKind,
    PayPeriod,
    PayRate,
    PaySettlement,
)
from domain.postings.pay import Pay as PayRecord
from domain.postings.pay import PayComponent as ComponentRecord
from domain.refusals import InvalidInput


@strawberry.input(
    description="A part of the pay, such as a commission, with an amount, a percentage or neither."
)
class PayComponentInput:
    kind: PayComponentKind
    amount: Decimal | None = strawberry.field(
        default=None, description="Yuan, to the fen: `from` and `to` in one."
    )
    lowest: Decimal | None = strawberry.field(default=None, name="from")
    highest: Decimal | None = strawberry.field(default=None, name="to")
    unit: ComponentUnit | None = strawberry.field(
        default=None, description="What the amount is for; needed with an amount."
    )
    percent: Decimal | None = None
    note: str = strawberry.field(default="", description="At most 100 characters.")


@strawberry.input(
    description="What normal hours pay, without overtime. Give `amount`, or `from` with or without "
    "`to`. Amounts are in yuan, to the fen."
)
class PayInput:
    amount: Decimal | None = strawberry.field(
        default=None, description="A single amount: `from` and `to` in one."
    )
    lowest: Decimal | None = strawberry.field(
        default=None, name="from", description="The least that is usual. Without `to`: or more."
    )
    highest: Decimal | None = strawberry.field(
        default=None, name="to", description="The most that is usual."
    )
    period: PayPeriod
    guaranteed: Decimal | None = strawberry.field(
        default=None,
        description="The basic pay that everybody gets for normal hours. It alone is compared with "
        "the minimum wage; without it the lower end is.",
    )
    guaranteed_period: PayPeriod | None = strawberry.field(
        default=None, description="Without it that of the pay; for piece work a month."
    )
    months: Decimal | None = strawberry.field(
        default=None, description="Monthly wages a year, such as 13."
    )
    payday: int | None = strawberry.field(default=None, description="The day of the month.")
    settlement: PaySettlement | None = None
    components: list[PayComponentInput] = strawberry.field(
        default_factory=list, description="At most 12."
    )


def parse_pay_input(given: PayInput, field: tuple[str, ...]) -> PayRecord:
    """Return the pay of an input. A pay without any amount is 0, which the gate asks back.

    :raises InvalidInput: ``amount`` is given beside ``from`` or ``to``, ``to`` without ``from``, or
        an amount is not whole fen.
    """
    from_fen, to_fen = _parse_range(given, field)
    guaranteed = None
    if given.guaranteed is not None:
        default = PayPeriod.MONTH if given.period is PayPeriod.PIECE else given.period
        guaranteed = PayRate(
            fen=parse_fen(given.guaranteed, (*field, "guaranteed")),
            period=given.guaranteed_period or default,
        )
    return PayRecord(
        from_fen=from_fen or 0,
        to_fen=to_fen,
        period=given.period,
        guaranteed=guaranteed,
        months=None if given.months is None else Decimal(given.months),
        payday=given.payday,
        settlement=given.settlement,
        components=tuple(
            _parse_component(each, (*field, "components", str(index)))
            for index, each in enumerate(given.components)
        ),
    )


def parse_fen(yuan: Decimal, field: tuple[str, ...]) -> int:
    """Return an amount of yuan in fen.

    :raises InvalidInput: it is no number, or not whole fen.
    """
    # A variable of the type Int arrives as a plain number.
    fen = Decimal(str(yuan)) * FEN_PER_YUAN
    if not fen.is_finite():
        raise InvalidInput(
            (
                "Give a number of yuan. Negotiable alone is not a pay: give the least "
                "that you pay, and agree on more later."
            ),
            "请填写金额。不能只写“面议”：请填写最低多少，面试时再商定具体数额。",
            field=field,
            hint="The least is `from`.",
        )
    if fen != fen.to_integral_value():
        raise InvalidInput(
            "Give yuan with at most two digits behind the point.",
            "金额请精确到分，小数点后最多两位。",
            field=field,
        )
    return int(fen)


def _parse_component(given: PayComponentInput, field: tuple[str, ...]) -> ComponentRecord:
    from_fen, to_fen = _parse_range(given, field)
    return ComponentRecord(
        kind=given.kind,
        from_fen=from_fen,
        to_fen=to_fen,
        unit=given.unit,
        percent=None if given.percent is None else Decimal(str(given.percent)),
        note=given.note.strip(),
    )


def _parse_range(
    given: PayInput | PayComponentInput, field: tuple[str, ...]
) -> tuple[int | None, int | None]:
    """Return the two ends in fen; the upper one is None for "or more"."""
    if given.amount is not None:
        if given.lowest is not None or given.highest is not None:
            raise InvalidInput(
                "Give either one amount, or the least and the most.",
                "请填写一个数额，或填写最低和最高数额，不要同时填写。",
                field=(*field, "amount"),
                hint="Give `amount`, or `from` and `to`.",
            )
        fen = parse_fen(given.amount, (*field, "amount"))
        return fen, fen
    if given.highest is not None and given.lowest is None:
        raise InvalidInput(
            "Give the least, too: “up to” alone promises nothing.",
            "请同时填写最低数额；只写上限等于没有承诺。",
            field=(*field, "from"),
            hint="The least is `from`.",
        )
    lowest, highest = (
        None if end is None else parse_fen(end, (*field, name))
        for name, end in (("from", given.lowest), ("to", given.highest))
    )
    return lowest, highest
