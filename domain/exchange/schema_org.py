"""Structured data of open postings (schema.org JobPosting) for search engines that list jobs.

https://schema.org/JobPosting, with the fields that Google asks for:
https://developers.google.com/search/docs/appearance/structured-data/job-posting
"""

from __future__ import annotations

import json
from html import escape
from typing import Any

from domain.employers.employers import Employer
from domain.postings.pay import PayPeriod
from domain.postings.postings import EmploymentType, Posting, PostingTerms
from domain.reference.calendar import day_in_china
from domain.reference.regions import RegionLevel, list_ancestors, region_of

# Google has no value for 劳务派遣 (dispatch), where the employer is not the firm of the workplace.
SCHEMA_ORG_EMPLOYMENT_TYPES = {
    EmploymentType.FULL_TIME: "FULL_TIME",
    EmploymentType.PART_TIME: "PART_TIME",
    EmploymentType.INTERNSHIP: "INTERN",
    EmploymentType.GIG: "TEMPORARY",
    EmploymentType.DISPATCH: "OTHER",
}
_SCHEMA_ORG_PAY_UNITS = {PayPeriod.MONTH: "MONTH", PayPeriod.HOUR: "HOUR"}


def build_job_posting(posting: Posting, employer: Employer, *, url: str) -> dict[str, Any]:
    """Return the structured data of an open posting whose web page is at ``url``."""
    terms = posting.terms
    return {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": terms.title,
        "description": _description(terms),
        "identifier": {
            "@type": "PropertyValue",
            "name": employer.name,
            "value": posting.external_id or posting.id,
        },
        "url": url,
        "datePosted": day_in_china(posting.created_at).isoformat(),
        # The posting is open until the end of its last day in China.
        "validThrough": f"{terms.valid_until.isoformat()}T23:59:59+08:00",
        "employmentType": SCHEMA_ORG_EMPLOYMENT_TYPES[terms.employment_type],
        "hiringOrganization": {
            "@type": "Organization",
            "name": employer.name,
            "identifier": employer.credit_code,
        },
        "jobLocation": _job_location(terms),
        "baseSalary": {
            "@type": "MonetaryAmount",
            "currency": "CNY",
            "value": {
                "@type": "QuantitativeValue",
                "value": terms.pay.amount,
                "unitText": _SCHEMA_ORG_PAY_UNITS[terms.pay.period],
            },
        },
        "totalJobOpenings": terms.headcount,
        "occupationalCategory": terms.occupation.zh,
        "responsibilities": terms.duties,
        "qualifications": terms.conditions,
        "workHours": f"{terms.shift.zh}，每日{terms.hours_per_day.normalize():f}小时",
        "jobBenefits": "、".join(
            [kind.zh + "保险" for kind in terms.insurance] + [each.zh for each in terms.benefits]
        ),
        "inLanguage": "zh-CN",
        # The page links to the place to apply and has no form of its own.
        "directApply": False,
    }


def _description(terms: PostingTerms) -> str:
    """Return duties and conditions as HTML, the format that Google asks for."""
    parts = (("工作内容", terms.duties), ("招聘条件", terms.conditions))
    return "".join(
        f"<p>{heading}：{escape(text).replace(chr(10), '<br>')}</p>" for heading, text in parts
    )


def _job_location(terms: PostingTerms) -> dict[str, Any]:
    address = {"@type": "PostalAddress", "addressCountry": "CN"}
    region = region_of(terms.place_code)
    regions = (*list_ancestors(region), region) if region else ()
    for each in regions:
        if each.level is RegionLevel.PROVINCE:
            address["addressRegion"] = each.name
    localities = [each.name for each in regions if each.level is not RegionLevel.PROVINCE]
    # A municipality is a province and a city at the same time.
    address["addressLocality"] = "".join(localities) or address.get("addressRegion", "")
    if terms.address:
        address["streetAddress"] = terms.address
    place: dict[str, Any] = {"@type": "Place", "address": address}
    if terms.point is not None:
        place["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": terms.point.latitude,
            "longitude": terms.point.longitude,
        }
    return place


def describe_place(terms: PostingTerms) -> str:
    """Return the full name of the region and the address."""
    region = region_of(terms.place_code)
    return (region.full_name if region else terms.place_code) + terms.address


def summarise_posting(posting: Posting, employer: Employer) -> str:
    """Return employer, place, pay, shift, headcount and last day in one line."""
    terms = posting.terms
    return (
        f"{employer.name}，{describe_place(terms)}，{terms.pay.amount}{terms.pay.period.zh}，"
        f"{terms.shift.zh}，招{terms.headcount}人，有效期至{terms.valid_until.isoformat()}"
    )


_SCRIPT_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def to_script_json(data: dict[str, Any]) -> str:
    """Return JSON for a script element. Characters that could end the element are escaped."""
    return json.dumps(data, ensure_ascii=False).translate(_SCRIPT_ESCAPES)
