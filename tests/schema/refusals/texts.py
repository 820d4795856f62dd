"""Refusals of control characters and identity card numbers in every free text."""

from __future__ import annotations

from tests.schema.refusals.case import (
    FORBIDDEN_TEXTS,
    RefusalCase,
    invalid_input,
    with_values,
)

CASES: dict[str, RefusalCase] = {}

for what, text in FORBIDDEN_TEXTS.items():
    for name, caller, changed in (
        ("createEmployer", "officer", "name"),
        ("createEmployer", "officer", "description"),
        ("submitPosting", "recruiter", "title"),
        ("submitPosting", "recruiter", "duties"),
        ("submitPosting", "recruiter", "conditions"),
        ("submitPosting", "recruiter", "address"),
        ("submitPosting", "recruiter", "repostSource"),
        ("reviewPosting", "officer", "reason"),
        ("appealPosting", "recruiter", "reason"),
        ("scheduleSession", "host", "title"),
        ("scheduleSession", "host", "description"),
        ("editSession", "host", "title"),
        ("editSession", "host", "description"),
        ("cutOffStream", "officer", "reason"),
        ("restoreStream", "officer", "reason"),
        ("announce", "host", "body"),
        ("noteLead", "host", "body"),
        ("setSegment", "host", "title"),
        ("createCode", "host", "label"),
        ("createCode", "host", "place"),
        ("revealContact", "officer", "reason"),
    ):
        CASES[f"{name}, {changed} {what}"] = invalid_input(
            name, caller, with_values(**{changed: text}), changed
        )
