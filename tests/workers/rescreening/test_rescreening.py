"""Rescreening closes, suspends or reopens postings when wages, checks or dates change."""

from __future__ import annotations

from datetime import date, timedelta

from domain.live.events import PostingUnpinned, session_topic
from domain.postings.postings import CloseReason, Posting, PostingStatus
from domain.reference.calendar import day_in_china
from domain.screening.minimum_wages import Grade
from storage.mongo.paging import PageRequest
from tests.domain.posting_terms_samples import monthly_pay, posting_terms
from tests.support import records
from tests.workers.rescreening.screening_node import ScreeningNode


async def finding_codes(work: ScreeningNode, posting: Posting) -> list[str]:
    return [finding.code for finding in (await work.read_posting(posting)).findings]


async def test_postings_open_and_are_suspended_with_the_check_of_their_employer(
    work: ScreeningNode,
) -> None:
    posting = await work.add_posting(status=PostingStatus.SUSPENDED)
    await work.verify()
    opened = await work.read_posting(posting)
    assert (opened.status, opened.verified_until) == (PostingStatus.OPEN, date(2027, 4, 1))
    await work.verify(passed=False)
    gone = await work.read_posting(posting)
    assert (gone.status, gone.verified_until) == (PostingStatus.SUSPENDED, None)
    assert await finding_codes(work, posting) == ["EMPLOYER_NOT_VERIFIED"]
    checks = await work.store.employers.checks_of(work.employer.id, PageRequest(limit=10))
    assert [check.is_passed for check in checks.items] == [False, True]
    assert await work.rescreening.run() == 0


async def test_postings_are_hidden_when_the_employer_check_expires_and_then_suspended(
    work: ScreeningNode,
) -> None:
    await work.verify()
    posting = await work.add_posting()
    assert posting.is_open(date(2027, 4, 1))
    assert not posting.is_open(date(2027, 4, 2))
    await work.finish_repeats()
    work.watch.advance(days=183)
    assert await work.store.postings.visible_ids([posting.id], date(2027, 4, 2)) == []
    assert await work.rescreening.run() == 1
    assert (await work.read_posting(posting)).status is PostingStatus.SUSPENDED
    await work.verify()
    assert (await work.read_posting(posting)).status is PostingStatus.OPEN


async def test_a_new_minimum_wage_suspends_lower_postings_from_its_first_day(
    work: ScreeningNode,
) -> None:
    await work.verify()
    low, high = (
        await work.add_posting(),
        await work.add_posting(terms=posting_terms(pay=monthly_pay(9000))),
    )
    elsewhere = await work.add_posting(
        terms=posting_terms(place_code="520100", pay=monthly_pay(6000))
    )
    for pinned in (low, high):
        await work.store.live_sessions.add([records.live_session(pinned_posting_id=pinned.id)])
    day = day_in_china(work.watch()) + timedelta(days=10)
    await work.raise_wage(7000, day)
    assert await work.rescreening.run() == 0
    assert (await work.read_posting(low)).status is PostingStatus.OPEN
    work.watch.advance(days=10)
    await work.rescreening.run()
    assert (await work.read_posting(low)).status is PostingStatus.SUSPENDED
    assert await finding_codes(work, low) == ["PAY_BELOW_MINIMUM_WAGE"]
    assert (await work.read_posting(low)).findings[0].detail == "310000 7000元/月"
    for posting in (high, elsewhere):
        assert (await work.read_posting(posting)).status is PostingStatus.OPEN
    # Postings that a wrong row suspended reopen with the right one.
    work.watch.advance(seconds=1)
    await work.raise_wage(2800, day)
    await work.rescreening.run()
    assert (await work.read_posting(low)).status is PostingStatus.OPEN


async def test_an_unverified_wage_holds_postings_for_review_until_it_is_verified(
    work: ScreeningNode,
) -> None:
    await work.verify()
    posting = await work.add_posting()
    today = day_in_china(work.watch())
    await work.raise_wage(2800, today, grade=Grade.UNVERIFIED)
    await work.rescreening.run()
    held = await work.read_posting(posting)
    assert (held.status, held.waiting_since) == (PostingStatus.IN_REVIEW, work.watch())
    work.watch.advance(seconds=1)
    await work.raise_wage(2800, today)
    await work.rescreening.run()
    opened = await work.read_posting(posting)
    assert (opened.status, opened.waiting_since) == (PostingStatus.OPEN, None)


async def test_a_posting_closes_after_its_last_day_and_sessions_unpin_it(
    work: ScreeningNode,
) -> None:
    await work.verify()
    posting = await work.add_posting(terms=posting_terms(valid_until=date(2026, 10, 3)))
    room = records.live_session(pinned_posting_id=posting.id)
    await work.store.live_sessions.add([room])
    await work.finish_repeats()
    work.watch.advance(days=3)
    assert await work.rescreening.run() == 1
    closed = await work.read_posting(posting)
    assert (closed.status, closed.close_reason) == (PostingStatus.CLOSED, CloseReason.EXPIRED)
    assert closed.closed_at == work.watch()
    (told,) = await work.store.event_log.read(session_topic(room.id), after=0, limit=10)
    assert told.event == PostingUnpinned(session_id=room.id, posting_id=posting.id)


async def test_postings_screened_by_earlier_rules_are_screened_again(work: ScreeningNode) -> None:
    await work.verify()
    words = posting_terms(duties="入职交押金300元", valid_until=date(2027, 6, 1))
    posting = await work.add_posting(terms=words, rules=0)
    old = await work.add_posting()
    await work.store.mongo["postings"].update_one(
        {"_id": old.id}, {"$unset": {"rules": 1, "version": 1}}
    )
    assert await work.rescreening.run() == 2
    assert (await work.read_posting(posting)).status is PostingStatus.SUSPENDED
    assert (await work.read_posting(old)).status is PostingStatus.OPEN
    assert await work.rescreening.run() == 0
