"""Adverts as offices and firms write them are expressed without loss, or asked back with a reason.

``tests/data/adverts.json`` has each text, the terms that an officer enters for it, and what the
terms must say (``expected``, by field of the API, as text) or what is asked back (``asked``).
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, coerce_input_value

from domain.postings.postings import PostingTerms, Severity
from domain.postings.term_bounds import check_terms
from domain.postings.term_changes import TERM_FORMATS
from domain.postings.usual_pay import NATIONAL_USUAL_YUAN, check_pay_is_usual
from domain.refusals import Refusal
from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.posting_rules import screen_terms
from schema.postings.posting_mutations import SubmitPostingInput
from schema.postings.terms_inputs import parse_terms_input
from schema.root import SCHEMA
from storage.mongo.codec import to_document, to_record

ADVERTS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "data" / "adverts.json").read_text("utf-8")
)
EXPRESSED = [advert for advert in ADVERTS if "expected" in advert]
ASKED_BACK = [advert for advert in ADVERTS if "asked" in advert]
TODAY = date(2026, 10, 1)
BASE: dict[str, Any] = {
    "employerId": "firm",
    "title": "电工",
    "occupation": "ELECTRICIAN",
    "headcount": 2,
    "duties": "按班组安排工作。",
    "conditions": "不限",
    "placeCode": "310115",
    "pay": {"amount": 6000, "period": "MONTH"},
    "employmentType": "FULL_TIME",
    "shift": "DAY",
    "hoursPerDay": 8,
    "hoursPerWeek": 40,
    "insurancePackage": "FIVE",
    "validUntil": "2026-12-31",
}


def read_terms(entered: dict[str, Any]) -> PostingTerms:
    """Return the terms of an input, as the API reads them."""
    core_schema = SCHEMA._schema
    kind = core_schema.get_type("SubmitPostingInput")
    assert isinstance(kind, GraphQLInputObjectType)
    coerced = coerce_input_value(BASE | entered, kind)
    definition = SubmitPostingInput.__strawberry_definition__  # type: ignore[attr-defined] # set by strawberry.input
    return parse_terms_input(definition.from_input(SubmitPostingInput, coerced, None))


def ask_back(entered: dict[str, Any]) -> dict[str, Any]:
    """Return the refusal of terms, or else the codes of the findings that hold them back."""
    try:
        terms = read_terms(entered)
        check_terms(terms, TODAY)
        check_pay_is_usual(terms.pay, NATIONAL_USUAL_YUAN)
    except Refusal as refusal:
        return {"refusal": refusal.code, "field": list(refusal.field or ())[1:]}
    found = screen_terms(terms, KNOWN_WAGES, TODAY)
    return {"findings": {each.code for each in found if each.severity is not Severity.WARN}}


def test_there_are_sixty_adverts() -> None:
    assert len({advert["text"] for advert in ADVERTS}) == len(ADVERTS) == 60


@pytest.mark.parametrize("advert", EXPRESSED, ids=lambda advert: advert["text"])
def test_an_advert_is_expressed_without_loss(advert: dict[str, Any]) -> None:
    terms = read_terms(advert["terms"])
    said = {field: TERM_FORMATS[field](terms) for field in advert["expected"]}
    assert said == advert["expected"]
    assert to_record(PostingTerms, to_document(terms)) == terms
    asked = advert.get("asked", {}).get("finding", "")
    assert ask_back(advert["terms"]) == {"findings": set(asked.split())}


@pytest.mark.parametrize("advert", ASKED_BACK, ids=lambda advert: advert["text"])
def test_an_advert_is_asked_back_with_a_reason(advert: dict[str, Any]) -> None:
    asked, found = advert["asked"], ask_back(advert["terms"])
    if "finding" in asked:
        assert set(asked["finding"].split()) <= found["findings"]
    else:
        assert found == asked
