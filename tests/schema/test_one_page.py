"""What lets a client load a page by one query and keep it in one cache."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from graphql import GraphQLObjectType, is_non_null_type

from schema import root
from tests.support.source_files import ROOT, python_files

SCHEMA = root.SCHEMA._schema
ALWAYS_ANSWERED = {
    "postings",
    "postingSuggestions",
    "employers",
    "liveSessions",
    "recruitmentCampaigns",
    "minimumWages",
    "regions",
    "occupations",
    "occupationClasses",
    "nationalPay",
    "codeLists",
    "profileConsentText",
    "portraitConsentText",
    "phoneProof",
    "serverTime",
}
"""Queries that refuse no caller and no state of a record."""


def test_a_refused_query_leaves_the_other_answers_of_a_page() -> None:
    assert SCHEMA.query_type is not None  # there are queries
    fields = SCHEMA.query_type.fields
    assert {name for name, field in fields.items() if is_non_null_type(field.type)} == (
        ALWAYS_ANSWERED
    )


def _id_kinds() -> Iterator[tuple[str, str]]:
    """Yield the kind in the ids of each GraphQL class, and the class."""
    for path in python_files(ROOT, "schema"):
        for part in ast.parse(path.read_text("utf-8")).body:
            if not isinstance(part, ast.ClassDef):
                continue
            for node in ast.walk(part):
                if isinstance(node, ast.keyword) and node.arg == "id":
                    call = node.value
                    if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "global_id":
                        yield ast.literal_eval(call.args[0]), part.name


def test_two_types_never_have_the_same_global_id() -> None:
    # A normalised cache of a client, such as Relay's, would merge their fields.
    kinds = list(_id_kinds())
    with_ids = {
        name
        for name, kind in SCHEMA.type_map.items()
        if isinstance(kind, GraphQLObjectType)
        and "id" in kind.fields
        and str(kind.fields["id"].type) == "ID!"
    }
    assert len(kinds) == len({kind for kind, _ in kinds}) == len(with_ids)
    assert {kind for kind, _ in kinds} == with_ids
