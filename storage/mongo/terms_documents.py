"""How the terms of a posting are stored, so that nodes of two versions can read them.

Version 1 stores ``pay`` as whole yuan of a month or an hour, and ``probation_pay`` in whole yuan.
Version 2 adds amounts in fen beside them, under names that version 1 does not read. So a node of
the version before still shows the lower end of the pay, rounded down, and a node of this version
reads what that node writes. A lead keeps the document that it was stored with.

An occupation that version 1 does not know is stored as ``OTHER`` in ``occupation``, and in
``occupation_code`` as what it is. Lists of benefits and groups with a code that earlier code does
not know are stored without it under their own name, and whole under ``<name>_codes``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from domain.postings.pay import (
    FEN_PER_YUAN,
    NORMAL_HOURS_PER_DAY,
    Pay,
    PayPeriod,
    PayRate,
    convert_to_monthly,
)
from domain.postings.postings import Benefit, PostingTerms
from domain.reference.occupations import FIRST_OCCUPATIONS, Occupation
from domain.seekers.seeker_groups import ADVERT_GROUPS
from storage.mongo.drivers import Document

FIRST_PERIODS = (PayPeriod.MONTH, PayPeriod.HOUR)
"""The periods that version 1 knows."""

PAY_SCHEMA: Document = {
    "bsonType": "object",
    "required": ["amount", "period"],
    "properties": {
        "amount": {"bsonType": "number"},
        "period": {"enum": [period.value for period in FIRST_PERIODS]},
        "from_fen": {"bsonType": "number"},
        "to_fen": {"bsonType": ["number", "null"]},
        "unit": {"enum": [period.value for period in PayPeriod]},
    },
}
"""The part of the validator for ``pay``: what both versions store."""


_SECOND_VERSION_FIELDS = (
    "further_places",
    "work_mode",
    "schedule",
    "requirements",
    "media",
    "is_public_welfare",
    "occupation_text",
    "version",
)


_LATER_CODES = {
    "benefits": frozenset({Benefit.BARRIER_FREE.value}),
    "friendly_to": frozenset(group.value for group in ADVERT_GROUPS),
}
"""By name of a list: the codes that came after its first release."""


def stored_codes(terms: Document, name: str) -> list[str]:
    """The codes of benefits or groups in stored terms."""
    codes: list[str] = terms.get(f"{name}_codes") or terms.get(name, [])
    return codes


def code_condition(name: str, code: str) -> Document:
    """The condition that a posting has a code in its ``benefits`` or ``friendly_to``."""
    is_later = code in _LATER_CODES[name]
    return {f"terms.{name}_codes" if is_later else f"terms.{name}": code}


def occupation_fields(occupation: Occupation) -> Document:
    """The fields that hold an occupation."""
    if occupation in FIRST_OCCUPATIONS:
        return {"occupation": occupation.value}
    return {"occupation": Occupation.OTHER.value, "occupation_code": occupation.value}


def stored_occupation(terms: Document) -> str:
    """The code of the occupation in stored terms."""
    code: str = terms.get("occupation_code") or terms["occupation"]
    return code


def occupation_condition(codes: Iterable[str]) -> Document:
    """The condition that a posting has one of these occupations."""
    wanted = set(codes)
    first = sorted(wanted.intersection(FIRST_OCCUPATIONS))
    further = sorted(wanted.difference(FIRST_OCCUPATIONS))
    conditions: list[Document] = []
    if first:
        known = {"terms.occupation": {"$in": first}}
        is_other = {"terms.occupation_code": None} if Occupation.OTHER in wanted else {}
        conditions.append({**known, **is_other})
    if further:
        conditions.append({"terms.occupation_code": {"$in": further}})
    return conditions[0] if len(conditions) == 1 else {"$or": conditions}


def register_terms(converter: Converter) -> None:
    """Make the converter read terms and pay of both versions, and write version 2."""
    converter.register_unstructure_hook(Pay, _pay_writer(converter))
    converter.register_structure_hook(Pay, _pay_reader(converter))
    converter.register_unstructure_hook(PostingTerms, _terms_writer(converter))
    converter.register_structure_hook(PostingTerms, _terms_reader(converter))


def upgraded_pay(document: Document) -> Document:
    """The document of a pay in version 2; one of version 1 becomes a single amount in fen."""
    if "from_fen" in document:
        return document
    fen = document["amount"] * FEN_PER_YUAN
    return {**document, "from_fen": fen, "to_fen": fen, "unit": document["period"]}


def _first_rate(pay: Pay) -> PayRate:
    """What version 1 reads: the certain or lowest pay of a month or an hour; 0 for piece work."""
    rate = pay.certain if pay.period is PayPeriod.PIECE else pay.lowest
    if rate is not None and rate.period not in FIRST_PERIODS:
        rate = convert_to_monthly(rate, NORMAL_HOURS_PER_DAY)
    return rate or PayRate(fen=0, period=PayPeriod.MONTH)


def _pay_writer(converter: Converter) -> Callable[[Pay], Document]:
    write = make_dict_unstructure_fn(Pay, converter)

    def write_pay(pay: Pay) -> Document:
        document = write(pay)
        first = _first_rate(pay)
        unit = document.pop("period")
        return {
            "amount": first.fen // FEN_PER_YUAN,
            "period": first.period.value,
            **document,
            "unit": unit,
        }

    return write_pay


def _pay_reader(converter: Converter) -> Callable[[Document, Any], Pay]:
    read = make_dict_structure_fn(Pay, converter)

    def read_pay(document: Document, kind: Any) -> Pay:
        given = upgraded_pay(document)
        return read({**given, "period": given["unit"]}, kind)

    return read_pay


def _terms_writer(converter: Converter) -> Callable[[PostingTerms], Document]:
    write = make_dict_unstructure_fn(PostingTerms, converter)

    def write_terms(terms: PostingTerms) -> Document:
        document = write(terms)
        document.update(occupation_fields(terms.occupation))
        for name, later in _LATER_CODES.items():
            codes: list[str] = document[name]
            first = [code for code in codes if code not in later]
            if first != codes:
                document[name] = first
                document[f"{name}_codes"] = codes
        if terms.version == 1:
            return _first_version_of(document)
        fen = terms.probation_fen
        # Rounded up, so that version 1 does not find it too low for the rounded pay.
        document["probation_pay"] = None if fen is None else -(-fen // FEN_PER_YUAN)
        return document

    return write_terms


def _first_version_of(document: Document) -> Document:
    """The document as version 1 stores it, so that frozen terms stay as they are."""
    fen = document.pop("probation_fen")
    for name in _SECOND_VERSION_FIELDS:
        del document[name]
    pay = document["pay"]
    return {
        **document,
        "pay": {"amount": pay["amount"], "period": pay["period"]},
        "probation_pay": None if fen is None else fen // FEN_PER_YUAN,
    }


def _terms_reader(converter: Converter) -> Callable[[Document, Any], PostingTerms]:
    read = make_dict_structure_fn(PostingTerms, converter)

    def read_terms(document: Document, kind: Any) -> PostingTerms:
        if "occupation_code" in document:
            document = {**document, "occupation": document["occupation_code"]}
        for name in _LATER_CODES:
            if f"{name}_codes" in document:
                document = {**document, name: document[f"{name}_codes"]}
        if "version" in document:
            return read(document, kind)
        yuan = document.get("probation_pay")
        fen = None if yuan is None else yuan * FEN_PER_YUAN
        return read({**document, "version": 1, "probation_fen": fen}, kind)

    return read_terms
