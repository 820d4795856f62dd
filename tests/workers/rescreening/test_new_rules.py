"""New rules of the gate: their findings are deferred in postings that are open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from domain.postings.postings import PostingStatus
from domain.reference.calendar import day_in_china
from tests.domain.posting_terms_samples import monthly_pay, posting_terms
from tests.workers.rescreening.screening_node import ScreeningNode, finding_codes

WITH_DEPOSIT = posting_terms(duties="入职交押金300元", valid_until=date(2027, 6, 1))


async def test_new_rules_leave_a_posting_open_and_queue_it_for_review(node: ScreeningNode) -> None:
    await node.verify()
    posting = await node.add_posting(terms=WITH_DEPOSIT, rules=0)
    old = await node.add_posting()
    await node.store.mongo["postings"].update_one(
        {"_id": old.id}, {"$unset": {"rules": 1, "version": 1}}
    )
    assert await node.rescreening.run() == 2
    kept = await node.read_posting(posting)
    assert (kept.status, kept.waiting_since) == (PostingStatus.OPEN, node.clock())
    assert await finding_codes(node, posting) == ["DEPOSIT_OR_FEE"]
    assert await node.store.postings.count_deferred() == 1
    assert (await node.read_posting(old)).waiting_since is None
    assert await node.rescreening.run() == 0


async def test_new_rules_refuse_what_is_new_or_changed_at_once(node: ScreeningNode) -> None:
    await node.verify()
    posting = await node.add_posting(terms=WITH_DEPOSIT, rules=0)
    await node.rescreening.run()
    kept = await node.read_posting(posting)
    changed = await node.gate.change(kept, replace(kept.terms, headcount=9), node.employer)
    assert changed is not None
    assert (changed.status, changed.deferred) == (PostingStatus.REFUSED, ())
    assert not (await node.add_posting(terms=WITH_DEPOSIT, status=PostingStatus.SUSPENDED)).deferred


async def test_a_wage_and_a_check_close_at_once_what_new_rules_leave_open(
    node: ScreeningNode,
) -> None:
    await node.verify()
    low = await node.add_posting(terms=WITH_DEPOSIT, rules=0)
    await node.raise_wage(7000, day_in_china(node.clock()))
    await node.rescreening.run()
    assert (await node.read_posting(low)).status is PostingStatus.SUSPENDED
    well_paid = await node.add_posting(terms=replace(WITH_DEPOSIT, pay=monthly_pay(9000)), rules=0)
    await node.rescreening.run()
    assert (await node.read_posting(well_paid)).status is PostingStatus.OPEN
    await node.verify(passed=False)
    assert (await node.read_posting(well_paid)).status is PostingStatus.SUSPENDED


async def test_new_rules_apply_on_the_day_that_is_set(node: ScreeningNode) -> None:
    await node.verify()
    day = day_in_china(node.clock()) + timedelta(days=10)
    node.rescreening = node.create_rescreener(rules_apply_on=day)
    posting = await node.add_posting(terms=WITH_DEPOSIT, rules=0)
    node.clock.advance(days=9)
    await node.rescreening.run()
    assert (await node.read_posting(posting)).status is PostingStatus.OPEN
    node.clock.advance(days=1)
    assert await node.rescreening.run() == 1
    applied = await node.read_posting(posting)
    assert (applied.status, applied.deferred) == (PostingStatus.SUSPENDED, ())
    assert await node.rescreening.run() == 0


async def test_a_day_that_was_set_for_earlier_rules_is_ignored(node: ScreeningNode) -> None:
    await node.verify()
    node.rescreening = node.create_rescreener(rules_apply_on=day_in_china(node.clock()))
    posting = await node.add_posting(terms=WITH_DEPOSIT, rules=0)
    for _ in range(2):
        await node.rescreening.run()
        node.clock.advance(days=1)
    assert (await node.read_posting(posting)).status is PostingStatus.OPEN


async def test_grace_ends_on_its_day_or_with_the_first_check(node: ScreeningNode) -> None:
    last_day = day_in_china(node.clock()) + timedelta(days=5)
    postings = [
        await node.add_posting(rules=0, verified_until=last_day, grace_until=last_day)
        for _ in range(2)
    ]
    await node.rescreening.run()
    for posting in postings:
        assert (await node.read_posting(posting)).is_open(last_day)
        assert await finding_codes(node, posting) == ["EMPLOYER_NOT_VERIFIED"]
        assert (await node.read_posting(posting)).waiting_since is not None
    assert await node.gate.rescreen_stale(postings[:1], node.wages.table)
    node.clock.advance(days=6)
    await node.rescreening.run()
    for posting in postings:
        assert (await node.read_posting(posting)).status is PostingStatus.SUSPENDED
    await node.verify()
    for posting in postings:
        opened = await node.read_posting(posting)
        assert (opened.status, opened.deferred) == (PostingStatus.OPEN, ())
        assert opened.waiting_since is None


async def test_a_failed_check_ends_grace(node: ScreeningNode) -> None:
    last_day = day_in_china(node.clock()) + timedelta(days=5)
    posting = await node.add_posting(verified_until=last_day, grace_until=last_day)
    await node.verify(passed=False)
    assert (await node.read_posting(posting)).status is PostingStatus.SUSPENDED
