"""The structured data of postings uses Schema.org's vocabulary, says a validator of others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from domain.exchange.schema_org import build_job_posting
from domain.postings.postings import PostingTerms
from tests.domain.exchange.schema_org_models import build_model
from tests.domain.posting_terms_samples import any_terms, posting_terms
from tests.support import records

URL = "https://jobs.example.cn/jobs/UG9zdGluZzox/"


def build(terms: PostingTerms) -> dict[str, Any]:
    posting = records.posting(terms=terms, external_id="A-1")
    return build_job_posting(posting, records.employer(), url=URL)


@settings(max_examples=1_000)
@given(any_terms.filter(lambda terms: terms.hours_per_day.is_finite()))
def test_any_posting_is_valid(terms: PostingTerms) -> None:
    build_model(build(terms))


@pytest.mark.parametrize(
    "wrong",
    [
        {"inLanguage": "zh-CN"},
        {"datePosted": "yesterday"},
        {"jobLocation": {"@type": "Person", "name": "张江"}},
        {"baseSalary": {"@type": "MonetaryAmount", "wage": 5}},
        {"totalJobOpenings": "many"},
    ],
)
def test_the_validator_refuses_what_is_not_in_the_vocabulary(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        build_model(build(posting_terms()) | wrong)
