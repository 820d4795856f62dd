"""Structured data: the properties that Google asks for, and safe JSON in a script element."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.exchange.schema_org import (
    SCHEMA_ORG_EMPLOYMENT_TYPES,
    build_job_posting,
    describe_place,
    to_script_json,
)
from domain.postings.pay import Pay, PayPeriod
from domain.postings.postings import EmploymentType
from domain.reference.geo import Point
from tests.domain.posting_terms_samples import any_terms, hourly_pay, posting_terms
from tests.support import records

URL = "https://jobs.example.org/jobs/x"
REQUIRED = {"title", "description", "datePosted", "hiringOrganization", "jobLocation"}
RECOMMENDED = {"baseSalary", "directApply", "employmentType", "identifier", "validThrough"}
# https://developers.google.com/search/docs/appearance/structured-data/job-posting
KNOWN_TYPES = {
    "FULL_TIME",
    "PART_TIME",
    "CONTRACTOR",
    "TEMPORARY",
    "INTERN",
    "VOLUNTEER",
    "PER_DIEM",
    "OTHER",
}
UNITS = {"HOUR", "DAY", "WEEK", "MONTH", "YEAR"}


def data(**changes: Any) -> dict[str, Any]:
    posting = records.posting(terms=posting_terms(**changes), external_id="A-1")
    return build_job_posting(posting, records.employer(), url=URL)


def check(found: dict[str, Any]) -> None:
    """Check Google's rules: required properties, and the form of recommended ones."""
    assert (found["@context"], found["@type"]) == ("https://schema.org/", "JobPosting")
    assert found.keys() >= REQUIRED | RECOMMENDED
    date.fromisoformat(found["datePosted"])
    assert datetime.fromisoformat(found["validThrough"]).tzinfo is not None
    assert found["hiringOrganization"]["name"]
    address = found["jobLocation"]["address"]
    assert (address["@type"], address["addressCountry"]) == ("PostalAddress", "CN")
    assert isinstance(address["addressLocality"], str)
    assert found["employmentType"] in KNOWN_TYPES
    salary = found["baseSalary"]
    assert (salary["@type"], salary["currency"]) == ("MonetaryAmount", "CNY")
    assert salary["value"]["unitText"] in UNITS
    assert isinstance(salary["value"]["value"], int)
    assert found["identifier"].keys() == {"@type", "name", "value"}
    assert isinstance(found["directApply"], bool)


def test_a_posting_has_all_required_properties() -> None:
    found = data(duties="一、检修\n二、<巡检>", address="张江路1号")
    check(found)
    assert found["description"] == (
        "<p>工作内容：一、检修<br>二、&lt;巡检&gt;</p><p>招聘条件：持低压电工作业证。</p>"
    )
    assert found["validThrough"] == "2026-12-31T23:59:59+08:00"
    assert found["datePosted"] == "2026-10-01"
    assert found["identifier"]["value"] == "A-1"
    assert found["jobLocation"]["address"] == {
        "@type": "PostalAddress",
        "addressCountry": "CN",
        "addressRegion": "上海市",
        "addressLocality": "浦东新区",
        "streetAddress": "张江路1号",
    }
    assert found["jobBenefits"] == "养老保险、医疗保险、失业保险、工伤保险"
    assert found["workHours"] == "白班，每日8小时"


def test_every_employment_type_has_a_google_value() -> None:
    assert SCHEMA_ORG_EMPLOYMENT_TYPES.keys() == set(EmploymentType)
    assert set(SCHEMA_ORG_EMPLOYMENT_TYPES.values()) <= KNOWN_TYPES


def test_hourly_pay_has_the_unit_hour() -> None:
    assert data(pay=hourly_pay(30))["baseSalary"]["value"] == {
        "@type": "QuantitativeValue",
        "value": 30,
        "unitText": "HOUR",
    }
    assert Pay(amount=30, period=PayPeriod.HOUR) == hourly_pay(30)


@pytest.mark.parametrize(
    ("code", "region", "locality"),
    [
        ("330402", "浙江省", "嘉兴市南湖区"),
        ("310000", "上海市", "上海市"),
        ("330400", "浙江省", "嘉兴市"),
        ("999999", None, ""),
    ],
)
def test_the_place_is_a_postal_address(code: str, region: str | None, locality: str) -> None:
    address = data(place_code=code)["jobLocation"]["address"]
    assert (address.get("addressRegion"), address["addressLocality"]) == (region, locality)


def test_a_known_point_is_included() -> None:
    assert "geo" not in data()["jobLocation"]
    geo = data(point=Point(latitude=31.2, longitude=121.5))["jobLocation"]["geo"]
    assert geo == {"@type": "GeoCoordinates", "latitude": 31.2, "longitude": 121.5}


def test_a_place_is_described_with_its_regions() -> None:
    assert describe_place(posting_terms(address="1号")) == "上海市浦东新区1号"
    assert describe_place(posting_terms(place_code="999999")) == "999999"


@given(any_terms.filter(lambda any_: any_.hours_per_day.is_finite()))
def test_any_terms_give_complete_data_inside_the_script(any_: Any) -> None:
    found = build_job_posting(records.posting(terms=any_), records.employer(), url=URL)
    check(found)
    script = to_script_json(found)
    assert json.loads(script) == found
    assert not set("<>&\u2028\u2029") & set(script)


@given(st.text())
def test_no_text_ends_the_script_element(text: str) -> None:
    for hostile in (text, "</script>", "<!--", "]]>"):
        script = to_script_json({"title": hostile})
        assert "<" not in script
        assert json.loads(script) == {"title": hostile}
