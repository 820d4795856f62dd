"""Structured data of open postings (schema.org JobPosting) for search engines that list jobs.

https://schema.org/JobPosting, with the fields that Google asks for:
https://developers.google.com/search/docs/appearance/structured-data/job-posting
"""

from __future__ import annotations

import json
from html import escape
from typing import Any

from domain.employers.employers import Employer
from domain.postings.pay import Pay, PayPeriod, fixed_pay
from domain.postings.pay_text import describe_component, describe_pay, format_pay, yuan_number
from domain.postings.postings import Benefit, EmploymentType, Posting, PostingTerms
from domain.postings.requirements import CodedText, RequiredEducation, Requirements
from domain.postings.term_changes import format_coded_text, format_shift
from domain.postings.work_schedule import WorkMode, Workplace
from domain.reference.calendar import day_in_china
from domain.reference.regions import RegionLevel, list_ancestors, region_of
from domain.seekers.seeker_groups import SeekerGroup

# Google has no value for 劳务派遣 (dispatch), where the employer is not the firm of the workplace.
SCHEMA_ORG_EMPLOYMENT_TYPES = {
    EmploymentType.FULL_TIME: "FULL_TIME",
    EmploymentType.PART_TIME: "PART_TIME",
    EmploymentType.INTERNSHIP: "INTERN",
    EmploymentType.GIG: "TEMPORARY",
    EmploymentType.DISPATCH: "OTHER",
}
# Schema.org has no unit for piece work: its pay is part of the description only.
_SCHEMA_ORG_PAY_UNITS = {
    PayPeriod.MONTH: "MONTH",
    PayPeriod.HOUR: "HOUR",
    PayPeriod.DAY: "DAY",
    PayPeriod.YEAR: "YEAR",
}
# The values that Google reads: https://developers.google.com/search/docs/appearance/
# structured-data/job-posting#education-and-experience-properties-beta
_CREDENTIAL_CATEGORIES = {
    RequiredEducation.SENIOR: "high school",
    RequiredEducation.VOCATIONAL: "professional certificate",
    RequiredEducation.COLLEGE: "associate degree",
    RequiredEducation.BACHELOR: "bachelor degree",
    RequiredEducation.MASTER: "postgraduate degree",
    RequiredEducation.DOCTOR: "postgraduate degree",
}
_NO_REQUIREMENTS = "no requirements"
_BARRIER_FREE = {
    "amenityFeature": {
        "@type": "LocationFeatureSpecification",
        "name": Benefit.BARRIER_FREE.zh,
        "value": True,
    }
}


def build_job_posting(posting: Posting, employer: Employer, *, url: str) -> dict[str, Any]:
    """Return the structured data of an open posting whose web page is at ``url``."""
    terms = posting.terms
    optional = {
        "baseSalary": _base_salary(terms.pay),
        "jobLocationType": "TELECOMMUTE" if terms.work_mode is WorkMode.REMOTE else None,
        "applicantLocationRequirements": {"@type": "Country", "name": "CN"}
        if terms.work_mode is WorkMode.REMOTE
        else None,
        "educationRequirements": _education(terms.requirements),
        "experienceRequirements": _experience(terms.requirements),
        "skills": _defined_terms(terms.requirements.skills, "Skills"),
        "incentiveCompensation": "；".join(map(describe_component, terms.pay.components)),
        # The only groups that Schema.org has a value for.
        "specialCommitments": "VeteranCommit" if SeekerGroup.VETERAN in terms.friendly_to else None,
    }
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
        "jobLocation": _job_locations(terms),
        "totalJobOpenings": terms.headcount,
        "occupationalCategory": terms.occupation_zh,
        "responsibilities": terms.duties,
        "qualifications": _qualifications(terms),
        "workHours": _work_hours(terms),
        "jobBenefits": "、".join(
            [kind.zh + "保险" for kind in terms.insurance] + [each.zh for each in terms.benefits]
        ),
        # The page links to the place to apply and has no form of its own.
        "directApply": False,
        **{name: value for name, value in optional.items() if value},
    }


def _base_salary(pay: Pay) -> dict[str, Any] | None:
    """Return the usual pay as a value or a range; of piece work what is guaranteed, or None."""
    unit = _SCHEMA_ORG_PAY_UNITS.get(pay.period)
    if unit is None:
        certain = pay.certain
        return _base_salary(fixed_pay(certain.yuan, certain.period)) if certain else None
    value: dict[str, Any] = {"@type": "QuantitativeValue", "unitText": unit}
    if pay.from_fen == pay.to_fen:
        value["value"] = yuan_number(pay.from_fen)
    else:
        value["minValue"] = yuan_number(pay.from_fen)
        if pay.to_fen is not None:
            value["maxValue"] = yuan_number(pay.to_fen)
    return {"@type": "MonetaryAmount", "currency": "CNY", "value": value}


def _education(requirements: Requirements) -> dict[str, Any] | str | None:
    education = requirements.education
    if education is None:
        return requirements.education_text or None
    category = _CREDENTIAL_CATEGORIES.get(education)
    if category is None:
        return _NO_REQUIREMENTS if education is RequiredEducation.NONE else education.zh
    credential = {"@type": "EducationalOccupationalCredential", "credentialCategory": category}
    return {**credential, "name": requirements.education_text or education.zh}


def _experience(requirements: Requirements) -> dict[str, Any] | str | None:
    months = requirements.experience_months
    if months is None:
        return requirements.experience_text or None
    if not months:
        return _NO_REQUIREMENTS
    experience: dict[str, Any] = {
        "@type": "OccupationalExperienceRequirements",
        "monthsOfExperience": months,
    }
    if requirements.experience_text:
        experience["description"] = requirements.experience_text
    return experience


def _defined_terms(items: tuple[CodedText, ...], code_list: str) -> list[dict[str, Any]]:
    """Return skills as terms with their codes, those without a code by their words only."""
    return [
        {
            "@type": "DefinedTerm",
            "name": format_coded_text(item),
            **({"termCode": item.code, "inDefinedTermSet": code_list} if item.code else {}),
        }
        for item in items
    ]


def _qualifications(terms: PostingTerms) -> str:
    licences = "、".join(map(format_coded_text, terms.requirements.licences))
    return f"{terms.conditions}\n证书：{licences}" if licences else terms.conditions


def _work_hours(terms: PostingTerms) -> str:
    parts = [f"{terms.shift.zh}，每日{terms.hours_per_day.normalize():f}小时"]
    parts += map(format_shift, terms.shift_times)
    if terms.schedule.rest is not None:
        parts.append(terms.schedule.rest.zh)
    return "；".join(parts)


def _description(terms: PostingTerms) -> str:
    """Return what the job is as HTML, the format that Google asks for."""
    parts = [
        ("工作内容", terms.duties),
        ("招聘条件", terms.conditions),
        ("工资", describe_pay(terms.pay)),
    ]
    if terms.friendly_to:
        parts.append(("欢迎应聘", "、".join(group.zh for group in terms.friendly_to)))
    return "".join(
        f"<p>{heading}：{escape(text).replace(chr(10), '<br>')}</p>" for heading, text in parts
    )


def _job_locations(terms: PostingTerms) -> dict[str, Any] | list[dict[str, Any]]:
    """Return the place of work, or a list of places if there are several."""
    is_barrier_free = Benefit.BARRIER_FREE in terms.benefits
    locations = [
        _job_location(place) | (_BARRIER_FREE if is_barrier_free else {}) for place in terms.places
    ]
    return locations if len(locations) > 1 else locations[0]


def _job_location(workplace: Workplace) -> dict[str, Any]:
    address = {"@type": "PostalAddress", "addressCountry": "CN"}
    region = region_of(workplace.place_code)
    regions = (*list_ancestors(region), region) if region else ()
    for each in regions:
        if each.level is RegionLevel.PROVINCE:
            address["addressRegion"] = each.name
    localities = [each.name for each in regions if each.level is not RegionLevel.PROVINCE]
    # A municipality is a province and a city at the same time.
    address["addressLocality"] = "".join(localities) or address.get("addressRegion", "")
    if workplace.address:
        address["streetAddress"] = workplace.address
    place: dict[str, Any] = {"@type": "Place", "address": address}
    if workplace.point is not None:
        place["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": workplace.point.latitude,
            "longitude": workplace.point.longitude,
        }
    return place


def describe_place(terms: PostingTerms) -> str:
    """Return the full name of the region and the address of each place of work."""
    return "；".join(map(_describe_workplace, terms.places))


def _describe_workplace(workplace: Workplace) -> str:
    region = region_of(workplace.place_code)
    return (region.full_name if region else workplace.place_code) + workplace.address


def summarise_posting(posting: Posting, employer: Employer) -> str:
    """Return employer, place, pay, shift, headcount and last day in one line."""
    terms = posting.terms
    return (
        f"{employer.name}，{describe_place(terms)}，{format_pay(terms.pay)}，"
        f"{terms.shift.zh}，招{terms.headcount}人，有效期至{terms.valid_until.isoformat()}"
    )


_SCRIPT_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def to_script_json(data: dict[str, Any]) -> str:
    """Return JSON for a script element. Characters that could end the element are escaped."""
    return json.dumps(data, ensure_ascii=False).translate(_SCRIPT_ESCAPES)
