"""What a posting asks for: education, experience, licences and skills, as codes with free text."""

from __future__ import annotations

from dataclasses import dataclass

from domain.labels import Labelled


class RequiredEducation(Labelled):
    """The lowest level of education that a posting asks for (GB/T 4658, grouped)."""

    NONE = "NONE", "学历不限", "None required"
    JUNIOR = "JUNIOR", "初中"
    SENIOR = "SENIOR", "高中"
    VOCATIONAL = "VOCATIONAL", "中专或技校"
    COLLEGE = "COLLEGE", "大专"
    BACHELOR = "BACHELOR", "本科"
    MASTER = "MASTER", "硕士"
    DOCTOR = "DOCTOR", "博士"


@dataclass(frozen=True, kw_only=True)
class CodedText:
    """A licence or a skill: a code of a published list, the employer's own words, or both."""

    code: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Requirements:
    """What applicants need; an empty field is not stated.

    ``experience_months`` 0 means that none is needed.
    """

    education: RequiredEducation | None = None
    education_text: str = ""
    experience_months: int | None = None
    experience_text: str = ""
    licences: tuple[CodedText, ...] = ()
    skills: tuple[CodedText, ...] = ()


NO_REQUIREMENTS = Requirements()
