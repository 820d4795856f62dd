"""The records of the demo: invented employers and postings in five real regions, and sessions.

No record is about a real employer: names say that they are synthetic, and every record is marked
so. The same arguments give the same records. Each posting passes the same gate as a real one; one
in twelve breaks a rule on purpose, so that the gate has findings. One employer was never checked
and the check of another has expired, so their postings are suspended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from api.demo.job_templates import JOB_TEMPLATES, FirmKind
from api.demo.regions import DEMO_REGIONS, DEMO_UNIONS, DemoRegion
from api.demo.terms import TERM_DEFECTS, Dice, make_terms
from domain.employers.employers import (
    CheckMethod,
    Employer,
    EmployerCheck,
    compute_check_character,
    record_check,
)
from domain.identity.unions import Union
from domain.live.sessions import LiveSession, SessionStatus
from domain.postings.lifecycle import apply_review, create_posting
from domain.postings.postings import Posting, PostingStatus
from domain.reference.calendar import day_in_china
from domain.screening.wage_table import WageTable

_POSTINGS_PER_REGION = 60


@dataclass(frozen=True, kw_only=True)
class DemoRecords:
    """The records of the demo; unions from the root down, postings in order of creation."""

    unions: tuple[Union, ...]
    employers: tuple[Employer, ...]
    checks: tuple[EmployerCheck, ...]
    postings: tuple[Posting, ...]
    sessions: tuple[LiveSession, ...]


@dataclass(frozen=True, kw_only=True)
class _DemoContext:
    """The values that all records of the demo share."""

    owner_id: str
    officer_id: str
    at: datetime
    new_id: Callable[[], str]
    table: WageTable
    dice: Dice

    @property
    def today(self) -> date:
        return day_in_china(self.at)


def create_demo_records(
    *,
    owner_id: str,
    officer_id: str,
    at: datetime,
    new_id: Callable[[], str],
    table: WageTable,
    seed: int = 2026,
) -> DemoRecords:
    """Return the records as of ``at`` (UTC): 20 employers, 300 postings, two live sessions.

    ``owner_id`` is the account of the host. ``officer_id`` is the account that entered the
    employers and approved postings that the gate held because wage figures are not verified.
    Every posting that a session presents is open.
    """
    context = _DemoContext(
        owner_id=owner_id,
        officer_id=officer_id,
        at=at,
        new_id=new_id,
        table=table,
        dice=Dice(seed),
    )
    unions = _unions(context)
    employers: list[Employer] = []
    checks: list[EmployerCheck] = []
    postings: list[Posting] = []
    sessions: list[LiveSession] = []
    for region in DEMO_REGIONS:
        union = unions[region.union]
        firms = _employers(context, region, union)
        for trade, age in _check_ages(region).items():
            firms[trade], check = _check_employer(context, firms[trade], age)
            checks.append(check)
        jobs = tuple(_postings(context, region, union, firms))
        employers += firms.values()
        postings += jobs
        sessions.append(_session(context, region, union, jobs))
    return DemoRecords(
        unions=tuple(unions.values()),
        employers=tuple(employers),
        checks=tuple(checks),
        postings=tuple(postings),
        sessions=tuple(sessions),
    )


def _unions(context: _DemoContext) -> dict[str, Union]:
    unions: dict[str, Union] = {}
    for name, level, place_code, parent in DEMO_UNIONS:
        union_id = context.new_id()
        above = unions[parent].path if parent else ()
        unions[name] = Union(
            id=union_id,
            name=name,
            level=level,
            place_code=place_code,
            path=(*above, union_id),
            synthetic=True,
        )
    return unions


def _employers(context: _DemoContext, region: DemoRegion, union: Union) -> dict[FirmKind, Employer]:
    """Return one employer per kind of firm."""
    return {
        trade: Employer(
            id=context.new_id(),
            name=f"{region.city}{word}{trade.zh}有限公司（合成）",
            credit_code=_credit_code(union.place_code, trade),
            place_code=region.counties[0],
            description="SYNTHETIC：演示数据，不是真实企业。",
            union_id=union.id,
            created_by=context.officer_id,
            created_at=context.at - timedelta(days=30),
            synthetic=True,
        )
        for trade, word in zip(FirmKind, region.firm_words, strict=True)
    }


def _check_ages(region: DemoRegion) -> Mapping[FirmKind, timedelta]:
    """Return the age of the check of each checked employer of a region."""
    ages = dict.fromkeys(FirmKind, timedelta(days=10))
    if region is DEMO_REGIONS[-1]:
        del ages[FirmKind.DESIGNING]
    if region is DEMO_REGIONS[-2]:
        ages[FirmKind.DESIGNING] = timedelta(days=200)
    return ages


def _check_employer(
    context: _DemoContext, firm: Employer, age: timedelta
) -> tuple[Employer, EmployerCheck]:
    return record_check(
        firm,
        # Not from ``new_id``: its ids have named the same records since before there were checks.
        f"{firm.id}1",
        licence=True,
        handler_identity=True,
        handler_authority=True,
        method=CheckMethod.ON_SITE,
        note="演示数据。Demo data.",
        by=context.officer_id,
        at=context.at - age,
    )


def _credit_code(place_code: str, trade: FirmKind) -> str:
    """Return a valid code whose organisation part reads HECHENG (合成, synthetic)."""
    organisation = f"HECHENG{tuple(FirmKind).index(trade) + 1}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    # GB 11714: digits count as themselves, letters from A = 10; 10 is written X and 11 is 0.
    total = sum(int(char, 36) * weight for char, weight in zip(organisation, weights, strict=True))
    code = f"91{place_code}{organisation}{'0X987654321'[total % 11]}"
    return code + compute_check_character(code)


def _postings(
    context: _DemoContext, region: DemoRegion, union: Union, firms: dict[FirmKind, Employer]
) -> Iterator[Posting]:
    occupations = tuple(JOB_TEMPLATES)
    first_at = context.at - timedelta(days=7)
    for number in range(_POSTINGS_PER_REGION):
        occupation = occupations[number % len(occupations)]
        terms = make_terms(
            occupation,
            counties=region.counties,
            source=f"{region.union}公众号",
            today=context.today,
            dice=context.dice,
        )
        is_bad = number % 12 == 7
        if is_bad:
            terms = TERM_DEFECTS[number // 12](terms)
        posting = create_posting(
            context.new_id(),
            employer=firms[JOB_TEMPLATES[occupation].trade],
            union_path=union.path,
            terms=terms,
            table=context.table,
            by=context.officer_id,
            at=context.at,
            synthetic=True,
        )
        posting = replace(posting, created_at=first_at + timedelta(minutes=number))
        yield _review_posting(context, posting, waits=is_bad or number % 20 == 13)


def _review_posting(context: _DemoContext, posting: Posting, *, waits: bool) -> Posting:
    """Return the posting approved by an officer, or unchanged if it still ``waits``."""
    if waits or posting.status is not PostingStatus.IN_REVIEW:
        return posting
    return apply_review(
        posting,
        by=context.officer_id,
        at=posting.created_at + timedelta(hours=1),
        approved=True,
        reason="演示数据，人工核对通过。Demo data, approved by hand.",
    )


def _session(
    context: _DemoContext, region: DemoRegion, union: Union, postings: Sequence[Posting]
) -> LiveSession:
    """Return a session that presents open postings by employer, largest headcount first."""
    shown = [job for job in postings if job.status is PostingStatus.OPEN][: region.session_postings]
    firms = list(dict.fromkeys(job.employer_id for job in postings))
    shown.sort(key=lambda job: (firms.index(job.employer_id), -job.terms.headcount))
    starts_at = context.at + region.starts_in
    has_started = region.status in {SessionStatus.LIVE, SessionStatus.ENDED}
    has_ended = region.status is SessionStatus.ENDED
    return LiveSession(
        id=context.new_id(),
        title=region.title,
        format=region.format,
        status=region.status,
        union_id=union.id,
        union_path=union.path,
        host=region.host,
        owner_id=context.owner_id,
        starts_at=starts_at,
        posting_ids=tuple(job.id for job in shown),
        started_at=starts_at if has_started else None,
        ended_at=starts_at + timedelta(minutes=90) if has_ended else None,
        created_at=context.at - timedelta(days=5),
        synthetic=True,
    )
