"""How the occupations of profiles are stored, so that nodes of two versions can read them.

A list of occupations that earlier versions do not know is stored twice: with ``OTHER`` in their
place under the name that those versions read, and as it is under ``<name>_codes``.
"""

from __future__ import annotations

from typing import Any, TypeVar

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from domain.reference.occupations import FIRST_OCCUPATIONS, Occupation
from domain.seekers.profile import Profile, Wants
from storage.mongo.drivers import Document

R = TypeVar("R", Wants, Profile)

_FIRST_CODES = frozenset(each.value for each in FIRST_OCCUPATIONS)


def register_profiles(converter: Converter) -> None:
    """Make the converter store the occupations of wishes and profiles in both forms."""
    _register(converter, Wants, "occupations")
    _register(converter, Profile, "skills")


def _register(converter: Converter, kind: type[R], name: str) -> None:
    write = make_dict_unstructure_fn(kind, converter)
    read = make_dict_structure_fn(kind, converter)
    full_name = f"{name}_codes"

    def write_record(record: R) -> Document:
        document = write(record)
        codes: list[str] = document[name]
        first = [each if each in _FIRST_CODES else Occupation.OTHER.value for each in codes]
        if first != codes:
            document[name] = list(dict.fromkeys(first))
            document[full_name] = codes
        return document

    def read_record(document: Document, target: Any) -> R:
        if full_name in document:
            document = {**document, name: document[full_name]}
        return read(document, target)

    converter.register_unstructure_hook(kind, write_record)
    converter.register_structure_hook(kind, read_record)
