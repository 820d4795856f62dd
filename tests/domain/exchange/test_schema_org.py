"""Structured data: the properties that Google asks for, and safe JSON in a script element."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
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
from domain.postings.pay import Pay, PayPeriod, PayRate, fixed_pay
from domain.postings.postings import Benefit, EmploymentType
from domain.postings.requirements import CodedText, RequiredEducation, Requirements
from domain.postings.work_schedule import WorkMode, Workplace
from domain.reference.geo import Point
from domain.seekers.seeker_groups import SeekerGroup
from tests.domain.posting_terms_samples import any_terms, hourly_pay, posting_terms
from tests.support import records

URL = "https://jobs.example.org/jobs/x"
REQUIRED = {"title", "description", "datePosted", "hiringOrganization", "jobLocation"}
RECOMMENDED = {"directApply", "employmentType", "identifier", "validThrough"}
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
    locations = found["jobLocation"]
    for location in locations if isinstance(locations, list) else [locations]:
        address = location["address"]
        assert (address["@type"], address["addressCountry"]) == ("PostalAddress", "CN")
        assert isinstance(address["addressLocality"], str)
    assert found["employmentType"] in KNOWN_TYPES
    if "baseSalary" in found:
        salary = found["baseSalary"]
        assert (salary["@type"], salary["currency"]) == ("MonetaryAmount", "CNY")
        assert salary["value"]["unitText"] in UNITS
        amounts = salary["value"].keys() & {"value", "minValue", "maxValue"}
        assert amounts in ({"value"}, {"minValue"}, {"minValue", "maxValue"})
    assert found["identifier"].keys() == {"@type", "name", "value"}
    assert isinstance(found["directApply"], bool)


def test_a_posting_has_all_required_properties() -> None:
    found = data(duties="一、检修\n二、<巡检>", address="张江路1号")
    check(found)
    assert found["description"] == (
        "<p>工作内容：一、检修<br>二、&lt;巡检&gt;</p><p>招聘条件：持低压电工作业证。</p>"
        "<p>工资：6000元/月</p>"
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


def test_a_range_of_pay_has_its_two_ends() -> None:
    pay = Pay(from_fen=500_000, to_fen=800_050, period=PayPeriod.MONTH)
    salary = data(pay=pay)["baseSalary"]["value"]
    assert salary == {
        "@type": "QuantitativeValue",
        "unitText": "MONTH",
        "minValue": 5000,
        "maxValue": 8000.5,
    }
    open_ended = data(pay=replace(pay, to_fen=None, period=PayPeriod.DAY))["baseSalary"]["value"]
    assert open_ended == {"@type": "QuantitativeValue", "unitText": "DAY", "minValue": 5000}


def test_piece_work_has_its_guaranteed_pay_as_base_salary() -> None:
    piece = fixed_pay(Decimal("0.5"), PayPeriod.PIECE)
    assert "baseSalary" not in data(pay=piece)
    basic = PayRate(fen=300_000, period=PayPeriod.MONTH)
    found = data(pay=replace(piece, guaranteed=basic))
    assert found["baseSalary"]["value"]["value"] == 3000
    assert "工资：0.5元/件；底薪3000元/月" in found["description"]


def test_requirements_are_structured() -> None:
    needs = Requirements(
        education=RequiredEducation.BACHELOR,
        experience_months=24,
        licences=(CodedText(code="C1", text="驾驶证C1"),),
        skills=(CodedText(code="PLC", text="PLC编程"), CodedText(text="看图纸")),
    )
    found = data(requirements=needs)
    assert found["educationRequirements"] == {
        "@type": "EducationalOccupationalCredential",
        "credentialCategory": "bachelor degree",
        "name": "本科",
    }
    assert found["experienceRequirements"] == {
        "@type": "OccupationalExperienceRequirements",
        "monthsOfExperience": 24,
    }
    assert found["skills"] == [
        {
            "@type": "DefinedTerm",
            "name": "PLC编程",
            "termCode": "PLC",
            "inDefinedTermSet": "Skills",
        },
        {"@type": "DefinedTerm", "name": "看图纸"},
    ]
    assert found["qualifications"] == "持低压电工作业证。\n证书：驾驶证C1"
    nothing = Requirements(education=RequiredEducation.NONE, experience_months=0)
    found = data(requirements=nothing)
    assert found["educationRequirements"] == found["experienceRequirements"] == "no requirements"


def test_remote_work_and_several_places() -> None:
    places = (Workplace(place_code="330402", address="中山路1号"),)
    found = data(work_mode=WorkMode.REMOTE, further_places=places)
    assert found["jobLocationType"] == "TELECOMMUTE"
    assert found["applicantLocationRequirements"] == {"@type": "Country", "name": "CN"}
    localities = [place["address"]["addressLocality"] for place in found["jobLocation"]]
    assert localities == ["浦东新区", "嘉兴市南湖区"]
    assert "jobLocationType" not in data()


def test_every_employment_type_has_a_google_value() -> None:
    assert SCHEMA_ORG_EMPLOYMENT_TYPES.keys() == set(EmploymentType)
    assert set(SCHEMA_ORG_EMPLOYMENT_TYPES.values()) <= KNOWN_TYPES


def test_hourly_pay_has_the_unit_hour() -> None:
    assert data(pay=hourly_pay(30))["baseSalary"]["value"] == {
        "@type": "QuantitativeValue",
        "value": 30,
        "unitText": "HOUR",
    }


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


def test_welcome_groups_and_barrier_free_places_have_the_properties_that_schema_org_has() -> None:
    plain = data()
    assert "specialCommitments" not in plain
    assert "amenityFeature" not in plain["jobLocation"]
    assert "欢迎应聘" not in plain["description"]
    found = data(
        benefits=(Benefit.BARRIER_FREE,),
        friendly_to=(SeekerGroup.VETERAN, SeekerGroup.DISABLED),
        further_places=(Workplace(place_code="310104"),),
    )
    assert found["specialCommitments"] == "VeteranCommit"
    assert "<p>欢迎应聘：退役军人、残疾人</p>" in found["description"]
    assert [place["amenityFeature"] for place in found["jobLocation"]] == [
        {"@type": "LocationFeatureSpecification", "name": "无障碍设施", "value": True}
    ] * 2
