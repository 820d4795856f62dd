"""GraphQL types of the pay of a job."""

from decimal import Decimal
from typing import Self

import strawberry

from domain.postings.pay import (
    FEN_PER_YUAN,
    ComponentUnit,
    PayComponentKind,
    PayPeriod,
    PaySettlement,
)
from domain.postings.pay import Pay as PayRecord
from domain.postings.pay import PayComponent as ComponentRecord
from domain.postings.pay_text import describe_component, describe_pay


@strawberry.type(description="A part of the pay, such as a commission.")
class PayComponent:
    kind: PayComponentKind
    lowest: Decimal | None = strawberry.field(name="from")
    highest: Decimal | None = strawberry.field(name="to", description="Null: or more.")
    unit: ComponentUnit | None
    percent: Decimal | None
    note: str
    text: str = strawberry.field(description="The component in Chinese.")

    @classmethod
    def of(cls, record: ComponentRecord) -> Self:
        return cls(
            kind=record.kind,
            lowest=_to_yuan(record.from_fen),
            highest=_to_yuan(record.to_fen),
            unit=record.unit,
            percent=record.percent,
            note=record.note,
            text=describe_component(record),
        )


@strawberry.type(description="What normal hours pay, without overtime, in yuan to the fen.")
class Pay:
    amount: Decimal = strawberry.field(
        description="The single amount, or the lower end. A whole number where it is whole."
    )
    lowest: Decimal = strawberry.field(name="from", description="The least that is usual.")
    highest: Decimal | None = strawberry.field(
        name="to", description="The most that is usual. Null: or more."
    )
    period: PayPeriod
    guaranteed: Decimal | None = strawberry.field(
        description="The basic pay that everybody gets for normal hours."
    )
    guaranteed_period: PayPeriod | None
    months: Decimal | None = strawberry.field(description="Monthly wages a year.")
    payday: int | None = strawberry.field(description="The day of the month.")
    settlement: PaySettlement | None = strawberry.field(description="When it is handed over.")
    components: list[PayComponent]
    text: str = strawberry.field(description="All of the pay in Chinese.")

    @classmethod
    def of(cls, record: PayRecord) -> Self:
        guaranteed = record.guaranteed
        return cls(
            amount=record.lowest.yuan,
            lowest=record.lowest.yuan,
            highest=_to_yuan(record.to_fen),
            period=record.period,
            guaranteed=guaranteed.yuan if guaranteed else None,
            guaranteed_period=guaranteed.period if guaranteed else None,
            months=record.months,
            payday=record.payday,
            settlement=record.settlement,
            components=[PayComponent.of(each) for each in record.components],
            text=describe_pay(record),
        )


def _to_yuan(fen: int | None) -> Decimal | None:
    return None if fen is None else Decimal(fen) / FEN_PER_YUAN
