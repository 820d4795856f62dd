"""The demo: invented firms and jobs in five real regions, and the sessions that present them.

Nothing here is about anybody: firms are named so that nobody takes them for real ones, and every
record is marked synthetic. The same arguments give the same demo. Each posting goes through the
same gate as a real one; one in twelve is bad on purpose, so that the gate has something to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from domain.calendar import day_in_china
from domain.employers import Employer, check_character
from domain.postings import Posting, PostingStatus, Review
from domain.screening import screen, status_after
from domain.sessions import LiveSession, SessionStatus
from domain.synthetic_jobs import PATTERNS, Trade
from domain.synthetic_regions import REGIONS, UNIONS, Region
from domain.synthetic_terms import SPOILERS, Dice, make_terms
from domain.unions import Union
from domain.wages import WageTable

_POSTINGS_A_REGION = 60


@dataclass(frozen=True, kw_only=True)
class Demo:
    """What the demo holds; unions from the root down, postings in the order of their making."""

    unions: tuple[Union, ...]
    employers: tuple[Employer, ...]
    postings: tuple[Posting, ...]
    sessions: tuple[LiveSession, ...]


@dataclass(frozen=True, kw_only=True)
class _Setting:
    """What every record of the demo is made with."""

    owner_id: str
    officer_id: str
    at: datetime
    new_id: Callable[[], str]
    table: WageTable
    dice: Dice

    @property
    def today(self) -> date:
        return day_in_china(self.at)


def synthesise(
    *,
    owner_id: str,
    officer_id: str,
    at: datetime,
    new_id: Callable[[], str],
    table: WageTable,
    seed: int = 2026,
) -> Demo:
    """Make the demo as of ``at`` (UTC): 20 firms, 300 postings, two sessions on air.

    ``owner_id`` is the account that holds the sessions, ``officer_id`` the one that entered the
    firms and approved what the gate had held for want of verified wage figures. Every posting
    that a session presents is open.
    """
    setting = _Setting(
        owner_id=owner_id,
        officer_id=officer_id,
        at=at,
        new_id=new_id,
        table=table,
        dice=Dice(seed),
    )
    unions = _unions(setting)
    employers: list[Employer] = []
    postings: list[Posting] = []
    sessions: list[LiveSession] = []
    for region in REGIONS:
        union = unions[region.union]
        firms = _employers(setting, region, union)
        jobs = tuple(_postings(setting, region, firms))
        employers += firms.values()
        postings += jobs
        sessions.append(_session(setting, region, union, jobs))
    return Demo(
        unions=tuple(unions.values()),
        employers=tuple(employers),
        postings=tuple(postings),
        sessions=tuple(sessions),
    )


def _unions(setting: _Setting) -> dict[str, Union]:
    unions: dict[str, Union] = {}
    for name, level, place_code, parent in UNIONS:
        union_id = setting.new_id()
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


def _employers(setting: _Setting, region: Region, union: Union) -> dict[Trade, Employer]:
    """One firm a trade."""
    return {
        trade: Employer(
            id=setting.new_id(),
            name=f"{region.city}{word}{trade.zh}有限公司（合成）",
            credit_code=_credit_code(union.place_code, trade),
            place_code=region.counties[0],
            description="SYNTHETIC：演示数据，不是真实企业。",
            union_id=union.id,
            created_by=setting.officer_id,
            created_at=setting.at - timedelta(days=30),
            synthetic=True,
        )
        for trade, word in zip(Trade, region.firms, strict=True)
    }


def _credit_code(place_code: str, trade: Trade) -> str:
    """A code whose organisation part reads HECHENG (合成) and whose check characters are right."""
    organisation = f"HECHENG{tuple(Trade).index(trade) + 1}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    # GB 11714: digits count as themselves, letters from A = 10; 10 is written X and 11 is 0.
    total = sum(int(char, 36) * weight for char, weight in zip(organisation, weights, strict=True))
    code = f"91{place_code}{organisation}{'0X987654321'[total % 11]}"
    return code + check_character(code)


def _postings(setting: _Setting, region: Region, firms: dict[Trade, Employer]) -> Iterator[Posting]:
    occupations = tuple(PATTERNS)
    created_at = setting.at - timedelta(days=7)
    for number in range(_POSTINGS_A_REGION):
        occupation = occupations[number % len(occupations)]
        firm = firms[PATTERNS[occupation].trade]
        terms = make_terms(
            occupation,
            counties=region.counties,
            source=f"{region.union}公众号",
            today=setting.today,
            dice=setting.dice,
        )
        is_bad = number % 12 == 7
        if is_bad:
            terms = SPOILERS[number // 12](terms)
        posting = Posting(
            id=setting.new_id(),
            employer_id=firm.id,
            terms=terms,
            status=PostingStatus.OPEN,
            union_id=firm.union_id,
            created_by=setting.officer_id,
            created_at=created_at + timedelta(minutes=number),
            synthetic=True,
        )
        yield _decided(setting, posting, waits=is_bad or number % 20 == 13)


def _decided(setting: _Setting, posting: Posting, *, waits: bool) -> Posting:
    """The posting after the gate, and after an officer unless it still ``waits`` for one."""
    findings = screen(posting.terms, setting.table, setting.today)
    posting = replace(posting, findings=findings, status=status_after(findings))
    if waits or posting.status is not PostingStatus.IN_REVIEW:
        return posting
    review = Review(
        by=setting.officer_id,
        at=posting.created_at + timedelta(hours=1),
        approved=True,
        reason="演示数据，人工核对通过。Demo data, approved by hand.",
    )
    return replace(posting, status=PostingStatus.OPEN, review=review)


def _session(
    setting: _Setting, region: Region, union: Union, postings: Sequence[Posting]
) -> LiveSession:
    """Presents open postings firm by firm, and of each firm the largest intake first."""
    shown = [job for job in postings if job.status is PostingStatus.OPEN][: region.shown]
    firms = list(dict.fromkeys(job.employer_id for job in postings))
    shown.sort(key=lambda job: (firms.index(job.employer_id), -job.terms.headcount))
    starts_at = setting.at + region.starts_in
    has_started = region.status in {SessionStatus.LIVE, SessionStatus.ENDED}
    has_ended = region.status is SessionStatus.ENDED
    return LiveSession(
        id=setting.new_id(),
        title=region.title,
        format=region.format,
        status=region.status,
        union_id=union.id,
        union_path=union.path,
        host=region.host,
        owner_id=setting.owner_id,
        starts_at=starts_at,
        posting_ids=tuple(job.id for job in shown),
        started_at=starts_at if has_started else None,
        ended_at=starts_at + timedelta(minutes=90) if has_ended else None,
        created_at=setting.at - timedelta(days=5),
        synthetic=True,
    )
