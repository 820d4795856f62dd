from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from api.demo.records import DemoRecords, create_demo_records
from domain.employers.employers import Employer, check_credit_code
from domain.identity.unions import Union
from domain.live.sessions import LiveSession, SessionFormat, SessionStatus
from domain.postings.lifecycle import rescreen_posting
from domain.postings.postings import Posting, PostingStatus, Severity
from domain.postings.term_bounds import check_terms
from domain.reference.calendar import day_in_china
from domain.reference.regions import is_within
from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.minimum_wages import Grade
from domain.screening.wage_table import WageTable

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
TODAY = day_in_china(AT)


def make(*, seed: int = 2026, table: WageTable = KNOWN_WAGES) -> DemoRecords:
    numbers = count(1)
    return create_demo_records(
        owner_id="host",
        officer_id="officer",
        at=AT,
        new_id=lambda: f"id{next(numbers):04}",
        table=table,
        seed=seed,
    )


@pytest.fixture(scope="module")
def demo() -> DemoRecords:
    return make()


def test_the_same_arguments_give_the_same_demo(demo: DemoRecords) -> None:
    assert make() == demo
    assert make(seed=1) != demo


def test_every_record_is_marked_synthetic_and_has_a_unique_id(demo: DemoRecords) -> None:
    records: list[Union | Employer | Posting | LiveSession] = [
        *demo.unions,
        *demo.employers,
        *demo.postings,
        *demo.sessions,
    ]
    assert all(record.synthetic for record in records)
    assert len({record.id for record in records}) == len(records)
    assert all(firm.name.endswith("（合成）") for firm in demo.employers)
    assert all("合成" in session.host.name for session in demo.sessions)


def test_there_are_20_firms_with_valid_codes_and_300_postings(demo: DemoRecords) -> None:
    assert len(demo.employers) == 20
    assert len(demo.postings) == 300
    codes = {check_credit_code(firm.credit_code, ("code",)) for firm in demo.employers}
    assert len(codes) == 20
    assert all("HECHENG" in code for code in codes)


def test_unions_form_one_tree_from_the_root_down(demo: DemoRecords) -> None:
    known: set[str] = set()
    for union in demo.unions:
        assert set(union.path[:-1]) <= known
        assert union.path[-1] == union.id
        known.add(union.id)
    assert [union.name for union in demo.unions if union.parent_id is None] == ["中华全国总工会"]
    jiaxing = next(union for union in demo.unions if union.name == "嘉兴市总工会")
    names = {union.id: union.name for union in demo.unions}
    assert [names[step] for step in jiaxing.path] == [
        "中华全国总工会",
        "浙江省总工会",
        "嘉兴市总工会",
    ]


NAMED = {
    "CATERING_SUPERVISOR",
    "CHILDCARE_WORKER",
    "CLERK",
    "COURIER",
    "CRANE_OPERATOR",
    "DELIVERY_RIDER",
    "ECOMMERCE_STREAMER",
    "ELECTRICIAN",
    "GENERAL_WORKER",
    "INDUSTRIAL_DESIGNER",
    "INDUSTRIAL_ROBOTICS",
    "MATERNITY_NANNY",
    "NETWORK_PROGRAMMER",
    "PASTRY_COOK",
    "REFINERY_ELECTRICIAN",
    "RIDE_HAILING_DRIVER",
    "SALES",
    "SANITATION_WORKER",
    "SECURITY_GUARD",
    "WELDER",
}
"""The occupations that reports on such sessions name."""


def test_every_named_occupation_is_offered(demo: DemoRecords) -> None:
    offered = Counter(posting.terms.occupation for posting in demo.postings)
    assert {occupation.value for occupation in offered} == NAMED
    assert set(offered.values()) == {15}


def test_every_posting_carries_the_findings_of_the_gate(demo: DemoRecords) -> None:
    firms = {firm.id: firm for firm in demo.employers}
    for posting in demo.postings:
        check_terms(posting.terms, TODAY)
        again = rescreen_posting(
            posting, employer=firms[posting.employer_id], table=KNOWN_WAGES, at=AT
        )
        assert again is posting
        if posting.review is not None:
            assert Severity.REVIEW in {finding.severity for finding in posting.findings}
            assert posting.status in {PostingStatus.OPEN, PostingStatus.SUSPENDED}
            assert posting.review.by == "officer"
            assert posting.review.approved
            assert "演示数据" in posting.review.reason
            assert posting.created_at < posting.review.at < AT


def test_some_postings_are_refused_some_wait_and_most_are_open(demo: DemoRecords) -> None:
    shares = Counter(posting.status for posting in demo.postings)
    assert shares == {
        PostingStatus.OPEN: 253,
        PostingStatus.SUSPENDED: 18,
        PostingStatus.REFUSED: 21,
        PostingStatus.IN_REVIEW: 8,
    }
    assert 0.05 <= shares[PostingStatus.REFUSED] / len(demo.postings) <= 0.10


def test_every_kind_of_bad_posting_occurs(demo: DemoRecords) -> None:
    codes = {finding.code for posting in demo.postings for finding in posting.findings}
    assert codes >= {
        "SOCIAL_INSURANCE_MISSING",
        "PAY_BELOW_MINIMUM_WAGE",
        "MINIMUM_WAGE_TO_CHECK",
        "PROBATION_PAY_TOO_LOW",
        "CONDITIONS_MISSING",
        "PART_TIME_PAY_NOT_HOURLY",
    }


def test_a_pay_below_the_minimum_is_never_open(demo: DemoRecords) -> None:
    low = [posting for posting in demo.postings if posting.terms.pay.from_fen == 150_000]
    assert Counter(posting.status for posting in low) == {
        PostingStatus.IN_REVIEW: 4,
        PostingStatus.REFUSED: 1,
    }


def test_with_verified_wages_no_posting_waits() -> None:
    rows = tuple(replace(row, grade=Grade.A, effective_from=TODAY) for row in KNOWN_WAGES.rows)
    shares = Counter(posting.status for posting in make(table=WageTable(rows)).postings)
    assert shares == {
        PostingStatus.OPEN: 257,
        PostingStatus.SUSPENDED: 18,
        PostingStatus.REFUSED: 25,
    }


def test_two_sessions_are_on_air_two_planned_and_one_over(demo: DemoRecords) -> None:
    assert [(session.format, session.status) for session in demo.sessions] == [
        (SessionFormat.CHAIR_LIVE, SessionStatus.LIVE),
        (SessionFormat.MODEL_WORKER_LIVE, SessionStatus.LIVE),
        (SessionFormat.JOB_TOUR, SessionStatus.SCHEDULED),
        (SessionFormat.JOB_FAIR, SessionStatus.SCHEDULED),
        (SessionFormat.JOB_FAIR, SessionStatus.ENDED),
    ]
    for session in demo.sessions:
        assert session.owner_id == "host"
        assert (session.starts_at > AT) is (session.status is SessionStatus.SCHEDULED)
        assert (session.started_at is None) is (session.status is SessionStatus.SCHEDULED)
        assert (session.ended_at is not None) is (session.status is SessionStatus.ENDED)


def test_a_session_presents_open_postings_of_its_union_and_region(demo: DemoRecords) -> None:
    postings = {posting.id: posting for posting in demo.postings}
    unions = {union.id: union for union in demo.unions}
    for session in demo.sessions:
        shown = [postings[posting_id] for posting_id in session.posting_ids]
        assert session.union_path == unions[session.union_id].path
        assert all(job.is_open(TODAY + timedelta(days=20)) for job in shown)
        assert all(job.union_id == session.union_id for job in shown)
        region = unions[session.union_id].place_code
        assert all(is_within(job.terms.place_code, region) for job in shown)
    assert [len(set(session.posting_ids)) for session in demo.sessions] == [40, 24, 20, 36, 16]


def test_a_session_is_ordered_by_employer_with_the_largest_headcount_first(
    demo: DemoRecords,
) -> None:
    postings = {posting.id: posting for posting in demo.postings}
    # In each of the last two regions one employer is not verified.
    for session, verified in zip(demo.sessions, (4, 4, 4, 3, 3), strict=True):
        shown = [postings[posting_id] for posting_id in session.posting_ids]
        firms = list(dict.fromkeys(job.employer_id for job in shown))
        assert len(firms) == verified
        order = [(firms.index(job.employer_id), -job.terms.headcount) for job in shown]
        assert order == sorted(order)
