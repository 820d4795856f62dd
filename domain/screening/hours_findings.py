"""Findings on working hours and on the form of employment: code, severity, texts and law.

The texts are for the employer and for the officer who decides.
"""

from __future__ import annotations

from domain.postings.postings import Severity
from domain.screening.posting_findings import ONLINE_RECRUITMENT_RULES, build_field_finding

DAILY_HOURS_EXCESSIVE = build_field_finding(
    Severity.REFUSE,
    "DAILY_HOURS_EXCESSIVE",
    "hoursPerDay",
    "Reduce the day to at most 11 hours with overtime, or name in the conditions the approved "
    "special system of hours with the number of its approval.",
    "每日工作时间连同加班不得超过11小时，请调整；经批准实行特殊工时制的，请在招聘条件中写明工时制和批准文号。",
    "劳动法第36条、第39条、第41条",
)
WEEKLY_HOURS_EXCESSIVE = build_field_finding(
    Severity.REFUSE,
    "WEEKLY_HOURS_EXCESSIVE",
    "hoursPerWeek",
    "Reduce the week to at most 52 hours with overtime, or name in the conditions the approved "
    "special system of hours with the number of its approval.",
    "每周工作时间连同加班不得超过52小时，请调整；经批准实行特殊工时制的，请在招聘条件中写明工时制和批准文号。",
    "劳动法第36条、第39条、第41条",
)
SPECIAL_HOURS_TO_CHECK = build_field_finding(
    Severity.REVIEW,
    "SPECIAL_HOURS_TO_CHECK",
    "hoursPerDay",
    "A special system of hours is named. Check its approval, the jobs and the term that it covers.",
    "已写明特殊工时制，需核对批准文书及其适用岗位和有效期。",
    "劳动法第39条",
)
DAILY_HOURS_LONG = build_field_finding(
    Severity.REVIEW,
    "DAILY_HOURS_LONG",
    "hoursPerDay",
    "More than 8 hours a day. Reduce the normal hours, or check that the rest is paid overtime.",
    "每日工作时间超过8小时，请调整；确属加班的，需核对加班安排和加班费。",
    "劳动法第36条、第41条、第44条",
)
WEEKLY_HOURS_LONG = build_field_finding(
    Severity.REVIEW,
    "WEEKLY_HOURS_LONG",
    "hoursPerWeek",
    "More than 44 hours a week. Reduce the normal hours, or check that the rest is paid overtime.",
    "每周工作时间超过44小时，请调整；确属加班的，需核对加班安排和加班费。",
    "劳动法第36条、第41条、第44条",
)
NO_REST_DAY = build_field_finding(
    Severity.REVIEW,
    "NO_REST_DAY",
    "hoursPerWeek",
    "Provide at least one rest day a week.",
    "请保证劳动者每周至少休息一日。",
    "劳动法第38条",
)
CLOCK_HOURS_DIFFER = build_field_finding(
    Severity.REVIEW,
    "CLOCK_HOURS_DIFFER",
    "hoursPerDay",
    "The hours per day do not match the start and end times. Correct one of them, or state the "
    "break.",
    "每日工作小时数与上下班时间不符，请核对；中间有休息的，请填写休息时间。",
    ONLINE_RECRUITMENT_RULES,
)
PART_TIME_DAILY_HOURS_LONG = build_field_finding(
    Severity.REVIEW,
    "PART_TIME_DAILY_HOURS_LONG",
    "hoursPerDay",
    "More than 4 hours a day is full time by law. Reduce the hours, or offer the job as full time.",
    "每日超过4小时的，依法按全日制用工对待，请调整工时或改为全职。",
    "劳动合同法第68条",
)
PART_TIME_WEEKLY_HOURS_LONG = build_field_finding(
    Severity.REVIEW,
    "PART_TIME_WEEKLY_HOURS_LONG",
    "hoursPerWeek",
    "More than 24 hours a week is full time by law. Reduce the hours, or offer the job as full "
    "time.",
    "每周超过24小时的，依法按全日制用工对待，请调整工时或改为全职。",
    "劳动合同法第68条",
)
GIG_IS_EMPLOYMENT = build_field_finding(
    Severity.REVIEW,
    "GIG_IS_EMPLOYMENT",
    "employmentType",
    "Fixed hours for a long time, paid by the month, are employment by law. Offer the job as full "
    "time, with its social insurance.",
    "长期固定上下班、按月计薪的，依法属于劳动关系，请改为全职并缴纳社会保险。",
    "劳动合同法第7条；劳社部发〔2005〕12号",
)
PLACEMENT_TO_CHECK = build_field_finding(
    Severity.REVIEW,
    "PLACEMENT_TO_CHECK",
    "employmentType",
    "Placements have rules of their own. Check the agreement with the school, the pay (at least 80 "
    "% of the probation pay of the post), the insurance against accidents, and that there is no "
    "overtime and no night work.",
    "实习岗位适用专门规定，需核对三方协议、实习报酬（不低于该岗位试用期工资的80%）、实习责任保险，以及不安排加班和夜班。",
    "职业学校学生实习管理规定（教职成〔2021〕4号）",
)
RETIRED_OR_APPRENTICE_TO_CHECK = build_field_finding(
    Severity.REVIEW,
    "RETIRED_OR_APPRENTICE_TO_CHECK",
    "conditions",
    "Retired people and apprentices have rules of their own. Check the form of the contract, the "
    "pay, and the insurance for accidents at work.",
    "退休返聘和学徒岗位适用专门规定，需核对协议形式、报酬和工伤保障。",
    "最高法劳动争议司法解释（一）第32条；劳动法第68条",
)
