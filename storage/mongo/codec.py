"""The converter between records and MongoDB documents, the same for all collections.

``id`` becomes ``_id``, an enumeration its value, a date or a time of day an ISO string (which sorts
correctly), a decimal ``Decimal128``, a tuple an array. Unknown keys of a document are ignored:
they are fields that only storage knows.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar

from bson.decimal128 import Decimal128
from cattrs import Converter

from storage.mongo.client import Document
from storage.mongo.profile_documents import register_profiles
from storage.mongo.terms_documents import register_terms

R = TypeVar("R")


def _converter() -> Converter:
    converter = Converter()
    converter.register_unstructure_hook(Enum, lambda member: member._value_)  # half the time
    converter.register_unstructure_hook(Decimal, lambda number: _decimal128(str(number)))
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_unstructure_hook(datetime, lambda at: at)
    converter.register_unstructure_hook(time, time.isoformat)
    converter.register_unstructure_hook(bytes, lambda raw: raw)
    converter.register_structure_hook(Decimal, _decimal)
    converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    converter.register_structure_hook(datetime, lambda at, _: at)
    converter.register_structure_hook(time, lambda text, _: time.fromisoformat(text))
    converter.register_structure_hook(bytes, lambda raw, _: bytes(raw))
    register_terms(converter)
    register_profiles(converter)
    return converter


@lru_cache(maxsize=1_024)
def _decimal128(number: str) -> Decimal128:
    """The stored form of a number, whose zeros at the end count: hours and percentages repeat."""
    return Decimal128(number)


def _decimal(value: Any, _: type) -> Decimal:
    return value.to_decimal() if isinstance(value, Decimal128) else Decimal(str(value))


_CONVERTER = _converter()


def to_document(record: Any) -> Document:
    """The document in which a record is stored."""
    document: Document = _CONVERTER.unstructure(record)
    if "id" in document:
        document = {"_id": document.pop("id"), **document}
    return document


def changed_fields(before: Any, after: Any) -> Document:
    """The stored fields of ``after`` that differ from ``before``, a record of the same class."""
    old, new = to_document(before), to_document(after)
    return {name: value for name, value in new.items() if value != old[name]}


def to_record(kind: type[R], document: Document) -> R:
    """The record of this class that a document holds."""
    if "_id" in document:
        document = {**document, "id": document["_id"]}
    return _CONVERTER.structure(document, kind)
