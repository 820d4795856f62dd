"""Documents that were published before stay valid: clients were written after them."""

from __future__ import annotations

import pytest
from graphql import parse

from schema.execution.validation import validate_document
from schema.root import SCHEMA
from tests.support.readme_tour import PAGES_BEFORE, README_BEFORE, read_documents, read_tour

DOCUMENTS = [*read_documents(README_BEFORE), *read_documents(PAGES_BEFORE)]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_that_was_published_stays_valid(document: str) -> None:
    assert validate_document(SCHEMA._schema, parse(document)) == []


def test_no_published_document_is_left_out() -> None:
    assert len(DOCUMENTS) == 36


def test_the_tour_runs_every_document_of_before() -> None:
    # It runs those of today, and of before the queries that differ: they change nothing.
    today = read_tour()
    changed = [
        step for name, step in read_tour(README_BEFORE).items() if step.query != today[name].query
    ]
    assert all(step.query.startswith("query ") for step in changed)
