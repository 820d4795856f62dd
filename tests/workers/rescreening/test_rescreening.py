"""Rescreening closes, suspends or reopens postings when wages, checks or dates change."""

from __future__ import annotations

from datetime import date, timedelta

from domain.live.events import PostingUnpinned
from domain.live.log_topics import session_topic
from domain.postings.postings import CloseReason, PostingStatus
from domain.postings.work_schedule import Workplace
from domain.reference.calendar import day_in_china
from domain.screening.minimum_wages import Grade
from storage.mongo.paging import PageRequest
from tests.domain.posting_terms_samples import monthly_pay, posting_terms
from tests.support import records
from tests.workers.rescreening.screening_node import ScreeningNode, finding_codes


async def test_postings_open_and_are_suspended_with_the_check_of_their_employer(
    node: ScreeningNode,
) -> None:
    posting = await node.add_posting(status=PostingStatus.SUSPENDED)
    await node.verify()
    opened = await node.read_posting(posting)
    assert (opened.status, opened.verified_until) == (PostingStatus.OPEN, date(2027, 4, 1))
    await node.verify(passed=False)
    gone = await node.read_posting(posting)
    assert (gone.status, gone.verified_until) == (PostingStatus.SUSPENDED, None)
    assert await finding_codes(node, posting) == ["EMPLOYER_NOT_VERIFIED"]
    checks = await node.store.employers.checks_of(node.employer.id, PageRequest(limit=10))
    assert [check.is_passed for check in checks.items] == [False, True]
    assert await node.rescreening.run() == 0


async def test_postings_are_hidden_when_the_employer_check_expires_and_then_suspended(
    node: ScreeningNode,
) -> None:
    await node.verify()
    posting = await node.add_posting()
    assert posting.is_open(date(2027, 4, 1))
    assert not posting.is_open(date(2027, 4, 2))
    await node.finish_repeats()
    node.clock.advance(days=183)
    assert await node.store.postings.visible_ids([posting.id], date(2027, 4, 2)) == []
    assert await node.rescreening.run() == 1
    assert (await node.read_posting(posting)).status is PostingStatus.SUSPENDED
    await node.verify()
    assert (await node.read_posting(posting)).status is PostingStatus.OPEN


async def test_a_new_minimum_wage_suspends_lower_postings_from_its_first_day(
    node: ScreeningNode,
) -> None:
    await node.verify()
    low, high = (
        await node.add_posting(),
        await node.add_posting(terms=posting_terms(pay=monthly_pay(9000))),
    )
    elsewhere = await node.add_posting(
        terms=posting_terms(place_code="520100", pay=monthly_pay(6000))
    )
    for pinned in (low, high):
        await node.store.live_sessions.add([records.live_session(pinned_posting_id=pinned.id)])
    day = day_in_china(node.clock()) + timedelta(days=10)
    await node.raise_wage(7000, day)
    assert await node.rescreening.run() == 0
    assert (await node.read_posting(low)).status is PostingStatus.OPEN
    node.clock.advance(days=10)
    await node.rescreening.run()
    assert (await node.read_posting(low)).status is PostingStatus.SUSPENDED
    assert await finding_codes(node, low) == ["PAY_BELOW_MINIMUM_WAGE"]
    assert (await node.read_posting(low)).findings[0].detail == "310000 7000元/月"
    for posting in (high, elsewhere):
        assert (await node.read_posting(posting)).status is PostingStatus.OPEN
    # Postings that a wrong row suspended reopen with the right one.
    node.clock.advance(seconds=1)
    await node.raise_wage(2800, day)
    await node.rescreening.run()
    assert (await node.read_posting(low)).status is PostingStatus.OPEN


async def test_an_unverified_wage_holds_postings_for_review_until_it_is_verified(
    node: ScreeningNode,
) -> None:
    await node.verify()
    posting = await node.add_posting(terms=posting_terms(pay=monthly_pay(2900)))
    today = day_in_china(node.clock())
    await node.raise_wage(2800, today, grade=Grade.UNVERIFIED)
    await node.rescreening.run()
    held = await node.read_posting(posting)
    assert (held.status, held.waiting_since) == (PostingStatus.IN_REVIEW, node.clock())
    node.clock.advance(seconds=1)
    await node.raise_wage(2800, today)
    await node.rescreening.run()
    opened = await node.read_posting(posting)
    assert (opened.status, opened.waiting_since) == (PostingStatus.OPEN, None)


async def test_postings_of_other_provinces_follow_the_pay_that_passes_everywhere(
    node: ScreeningNode,
) -> None:
    await node.verify()
    low, high = [
        await node.add_posting(terms=posting_terms(place_code="330402", pay=monthly_pay(yuan)))
        for yuan in (3189, 3190)
    ]
    await node.rescreening.run()
    assert (await node.read_posting(low)).status is PostingStatus.OPEN
    await node.raise_wage(2900, day_in_china(node.clock()) + timedelta(days=10))
    await node.rescreening.run()
    assert (await node.read_posting(low)).status is PostingStatus.OPEN
    node.clock.advance(days=10)
    await node.rescreening.run()
    assert (await node.read_posting(low)).status is PostingStatus.IN_REVIEW
    assert (await node.read_posting(high)).status is PostingStatus.OPEN


async def test_a_row_concerns_postings_with_any_place_of_work_in_its_region(
    node: ScreeningNode,
) -> None:
    await node.verify()
    shanghai = Workplace(place_code="310115")
    terms = posting_terms(place_code="520100", further_places=(shanghai,), pay=monthly_pay(2900))
    posting = await node.add_posting(terms=terms)
    await node.rescreening.run()
    assert (await node.read_posting(posting)).status is PostingStatus.OPEN
    await node.raise_wage(2800, day_in_china(node.clock()), grade=Grade.UNVERIFIED)
    await node.rescreening.run()
    assert (await node.read_posting(posting)).status is PostingStatus.IN_REVIEW


async def test_a_posting_closes_after_its_last_day_and_sessions_unpin_it(
    node: ScreeningNode,
) -> None:
    await node.verify()
    posting = await node.add_posting(terms=posting_terms(valid_until=date(2026, 10, 3)))
    room = records.live_session(pinned_posting_id=posting.id)
    await node.store.live_sessions.add([room])
    await node.finish_repeats()
    node.clock.advance(days=3)
    assert await node.rescreening.run() == 1
    closed = await node.read_posting(posting)
    assert (closed.status, closed.close_reason) == (PostingStatus.CLOSED, CloseReason.EXPIRED)
    assert closed.closed_at == node.clock()
    (logged,) = await node.store.event_log.read(session_topic(room.id), after=0, limit=10)
    assert logged.event == PostingUnpinned(session_id=room.id, posting_id=posting.id)
