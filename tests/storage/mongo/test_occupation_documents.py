"""Occupations in documents: nodes of the version before read a code that they know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.postings.postings import Posting, PostingTerms
from domain.reference.occupations import FIRST_OCCUPATIONS, Occupation, find_occupation
from domain.seekers.profile import Wants
from storage.mongo.codec import to_document, to_record
from storage.mongo.terms_documents import occupation_condition
from storage.store import Store
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records

COOK = Occupation["COOK"]


def test_a_new_occupation_is_other_for_earlier_versions() -> None:
    terms = replace(posting_terms(), occupation=COOK)
    document = to_document(terms)
    assert (document["occupation"], document["occupation_code"]) == ("OTHER", "COOK")
    assert to_record(PostingTerms, document) == terms


def test_an_occupation_of_before_is_stored_as_before() -> None:
    document = to_document(posting_terms(occupation=Occupation.WELDER))
    assert document["occupation"] == "WELDER"
    assert "occupation_code" not in document


def test_wishes_keep_their_order_and_earlier_versions_read_known_ones() -> None:
    wants = Wants(occupations=(COOK, Occupation.WELDER, Occupation["BARISTA"]))
    document = to_document(wants)
    assert document["occupations"] == ["OTHER", "WELDER"]
    assert set(document["occupations"]) <= {each.value for each in FIRST_OCCUPATIONS}
    assert to_record(Wants, document) == wants
    # An earlier version wrote other wishes over these.
    assert to_record(Wants, {"occupations": ["CLERK"]}).occupations == (Occupation.CLERK,)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["WELDER"], {"WELDER"}),
        (["COOK"], {"COOK"}),
        (["OTHER"], {"OTHER"}),
        (["ADDED_3", "WELDER"], {"ADDED_3", "WELDER"}),
        (["OTHER", "COOK"], {"OTHER", "COOK"}),
    ],
)
async def test_postings_are_found_by_their_occupation(
    store: Store, wanted: list[str], found: set[str]
) -> None:
    for code in ("WELDER", "COOK", "ADDED_3", "OTHER"):
        occupation = find_occupation(code)
        assert occupation is not None
        posting = records.posting(terms=posting_terms(occupation=occupation))
        await store.mongo["postings"].insert_one(to_document(posting))
    documents = await store.mongo["postings"].find(occupation_condition(wanted)).to_list(None)
    codes = {to_record(Posting, document).terms.occupation.value for document in documents}
    assert codes == found
