"""What is taken away when wages, checks or days change, and what comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from api.wiring.realtime import create_group_commit
from domain.employers.employers import CheckMethod, record_check
from domain.identity.accounts import Principal, Role
from domain.identity.audit import AuditAction
from domain.live.events import PostingUnpinned, session_topic
from domain.postings.postings import CloseReason, Posting, PostingStatus
from domain.reference.calendar import day_in_china
from domain.refusals import Busy, InvalidInput, NotFound
from domain.screening.minimum_wages import Grade, WageTable
from domain.screening.posting_rules import RULES_VERSION
from realtime.background import Schedule
from services.employers.employer_administration import EmployerAdministration
from services.live.sessions import LiveSessionControl
from services.postings.posting_gate import PostingGate, RescreeningLimits
from services.screening.minimum_wages import MinimumWages
from services.screening.rescreening_tasks import REPEAT_AFTER
from storage.mongo.client import StorageUnavailable, new_id
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.domain.posting_terms_samples import monthly_pay, posting_terms
from tests.support import records
from tests.support.records import ManualClock
from tests.support.waiting import wait_until
from workers.rescreening import Rescreener

OFFICER = Principal(subject="officer", role=Role.OFFICER, union_id="union")


class Work:
    """One node's gate over a store, with a clock that is moved."""

    def __init__(self, store: Store, desk: LiveSessionControl, watch: ManualClock) -> None:
        self.store = store
        self.watch = watch
        self.wages = MinimumWages(store)
        self.gate = PostingGate(store, desk, self.wages, watch)
        self.employers = EmployerAdministration(store, self.gate, watch)
        self.desk = desk
        self.rescreening = self.rescreener()
        self.employer = records.employer(verified_until=None, checks=0)

    def rescreener(self, *, rules_apply_on: date | None = None) -> Rescreener:
        return Rescreener(
            self.store, self.desk, self.gate, self.watch, "one", rules_apply_on=rules_apply_on
        )

    async def verify(self, *, passed: bool = True) -> None:
        (found,) = (await self.store.employers.by_ids([self.employer.id])).values()
        after, check = record_check(
            found,
            new_id(),
            licence=True,
            handler_identity=True,
            handler_authority=passed,
            method=CheckMethod.ON_SITE,
            note="",
            by="officer",
            at=self.watch(),
        )
        await self.employers.store_check(after, check, OFFICER)
        self.employer = after

    async def finish_repeats(self) -> None:
        """Let the second pass of each rescreening go by, which changes nothing here."""
        self.watch.advance(seconds=REPEAT_AFTER.total_seconds())
        assert await self.rescreening.run() == 0

    async def add(self, **changes: Any) -> Posting:
        until = day_in_china(self.watch()) + timedelta(days=300)
        made = records.posting(
            employer_id=self.employer.id,
            **(
                {
                    "terms": posting_terms(valid_until=until),
                    "rules": RULES_VERSION,
                    "verified_until": self.employer.verified_until,
                }
                | changes
            ),
        )
        await self.store.postings.add([made])
        return made

    async def now(self, posting: Posting) -> Posting:
        return (await self.store.postings.by_ids([posting.id]))[posting.id]

    async def raise_wage(self, monthly: int, day: date, *, grade: Grade = Grade.A) -> None:
        row = records.minimum_wage(
            region="310000",
            monthly=monthly,
            hourly=Decimal(30),
            effective_from=day,
            grade=grade,
            added_at=self.watch(),
        )
        await self.wages.add(row, OFFICER, AuditAction.ADD_MINIMUM_WAGE)


@pytest.fixture
async def work(store: Store) -> AsyncIterator[Work]:
    commit = create_group_commit(store)
    watch = ManualClock()
    work = Work(store, LiveSessionControl(store, commit, watch), watch)
    await store.minimum_wages.seed()
    await store.employers.add([work.employer])
    await work.wages.refresh()
    yield work
    await work.gate.wait_for_rescreens()
    await commit.close()


async def codes(work: Work, posting: Posting) -> list[str]:
    return [finding.code for finding in (await work.now(posting)).findings]


async def test_postings_open_with_the_check_of_their_employer_and_go_with_it(work: Work) -> None:
    posting = await work.add(status=PostingStatus.SUSPENDED)
    await work.verify()
    opened = await work.now(posting)
    assert (opened.status, opened.verified_until) == (PostingStatus.OPEN, date(2027, 4, 1))
    await work.verify(passed=False)
    gone = await work.now(posting)
    assert (gone.status, gone.verified_until) == (PostingStatus.SUSPENDED, None)
    assert await codes(work, posting) == ["EMPLOYER_NOT_VERIFIED"]
    checks = await work.store.employers.checks_of(work.employer.id, PageRequest(limit=10))
    assert [check.is_passed for check in checks.items] == [False, True]
    assert await work.rescreening.run() == 0


async def test_six_months_later_postings_are_hidden_at_once_and_say_why_soon_after(
    work: Work,
) -> None:
    await work.verify()
    posting = await work.add()
    assert posting.is_open(date(2027, 4, 1))
    assert not posting.is_open(date(2027, 4, 2))
    await work.finish_repeats()
    work.watch.advance(days=183)
    assert await work.store.postings.visible_ids([posting.id], date(2027, 4, 2)) == []
    assert await work.rescreening.run() == 1
    assert (await work.now(posting)).status is PostingStatus.SUSPENDED
    await work.verify()
    assert (await work.now(posting)).status is PostingStatus.OPEN


async def test_a_wage_takes_away_what_is_below_it_from_its_day_on(work: Work) -> None:
    await work.verify()
    low, high = await work.add(), await work.add(terms=posting_terms(pay=monthly_pay(9000)))
    elsewhere = await work.add(terms=posting_terms(place_code="520100", pay=monthly_pay(6000)))
    for pinned in (low, high):
        await work.store.live_sessions.add([records.live_session(pinned_posting_id=pinned.id)])
    day = day_in_china(work.watch()) + timedelta(days=10)
    await work.raise_wage(7000, day)
    assert await work.rescreening.run() == 0
    assert (await work.now(low)).status is PostingStatus.OPEN
    work.watch.advance(days=10)
    await work.rescreening.run()
    assert (await work.now(low)).status is PostingStatus.SUSPENDED
    assert await codes(work, low) == ["PAY_BELOW_MINIMUM_WAGE"]
    assert (await work.now(low)).findings[0].detail == "310000 7000元/月"
    for posting in (high, elsewhere):
        assert (await work.now(posting)).status is PostingStatus.OPEN
    # What a wrong row took away comes back with the right one.
    work.watch.advance(seconds=1)
    await work.raise_wage(2800, day)
    await work.rescreening.run()
    assert (await work.now(low)).status is PostingStatus.OPEN


async def test_an_unverified_wage_sends_postings_to_a_person_until_it_is_verified(
    work: Work,
) -> None:
    await work.verify()
    posting = await work.add()
    today = day_in_china(work.watch())
    await work.raise_wage(2800, today, grade=Grade.UNVERIFIED)
    await work.rescreening.run()
    held = await work.now(posting)
    assert (held.status, held.waiting_since) == (PostingStatus.IN_REVIEW, work.watch())
    work.watch.advance(seconds=1)
    await work.raise_wage(2800, today)
    await work.rescreening.run()
    opened = await work.now(posting)
    assert (opened.status, opened.waiting_since) == (PostingStatus.OPEN, None)


async def test_a_posting_closes_after_its_last_day_and_rooms_are_told(work: Work) -> None:
    await work.verify()
    posting = await work.add(terms=posting_terms(valid_until=date(2026, 10, 3)))
    room = records.live_session(pinned_posting_id=posting.id)
    await work.store.live_sessions.add([room])
    await work.finish_repeats()
    work.watch.advance(days=3)
    assert await work.rescreening.run() == 1
    closed = await work.now(posting)
    assert (closed.status, closed.close_reason) == (PostingStatus.CLOSED, CloseReason.EXPIRED)
    assert closed.closed_at == work.watch()
    (told,) = await work.store.event_log.read(session_topic(room.id), after=0, limit=10)
    assert told.event == PostingUnpinned(session_id=room.id, posting_id=posting.id)


WITH_DEPOSIT = posting_terms(duties="入职交押金300元", valid_until=date(2027, 6, 1))


async def test_new_rules_leave_a_posting_open_and_queue_it_for_review(work: Work) -> None:
    await work.verify()
    posting = await work.add(terms=WITH_DEPOSIT, rules=0)
    old = await work.add()
    await work.store.mongo["postings"].update_one(
        {"_id": old.id}, {"$unset": {"rules": 1, "version": 1}}
    )
    assert await work.rescreening.run() == 2
    kept = await work.now(posting)
    assert (kept.status, kept.waiting_since) == (PostingStatus.OPEN, work.watch())
    assert await codes(work, posting) == ["DEPOSIT_OR_FEE"]
    assert await work.store.postings.count_deferred() == 1
    assert (await work.now(old)).waiting_since is None
    assert await work.rescreening.run() == 0


async def test_new_rules_refuse_what_is_new_or_changed_at_once(work: Work) -> None:
    await work.verify()
    posting = await work.add(terms=WITH_DEPOSIT, rules=0)
    await work.rescreening.run()
    kept = await work.now(posting)
    changed = await work.gate.change(kept, replace(kept.terms, headcount=9), work.employer)
    assert changed is not None
    assert (changed.status, changed.deferred) == (PostingStatus.REFUSED, ())
    assert not (await work.add(terms=WITH_DEPOSIT, status=PostingStatus.SUSPENDED)).deferred


async def test_a_wage_and_a_check_close_at_once_what_new_rules_leave_open(work: Work) -> None:
    await work.verify()
    low = await work.add(terms=WITH_DEPOSIT, rules=0)
    await work.raise_wage(7000, day_in_china(work.watch()))
    await work.rescreening.run()
    assert (await work.now(low)).status is PostingStatus.SUSPENDED
    well_paid = await work.add(terms=replace(WITH_DEPOSIT, pay=monthly_pay(9000)), rules=0)
    await work.rescreening.run()
    assert (await work.now(well_paid)).status is PostingStatus.OPEN
    await work.verify(passed=False)
    assert (await work.now(well_paid)).status is PostingStatus.SUSPENDED


async def test_new_rules_apply_on_the_day_that_is_set(work: Work) -> None:
    await work.verify()
    day = day_in_china(work.watch()) + timedelta(days=10)
    work.rescreening = work.rescreener(rules_apply_on=day)
    posting = await work.add(terms=WITH_DEPOSIT, rules=0)
    work.watch.advance(days=9)
    await work.rescreening.run()
    assert (await work.now(posting)).status is PostingStatus.OPEN
    work.watch.advance(days=1)
    assert await work.rescreening.run() == 1
    applied = await work.now(posting)
    assert (applied.status, applied.deferred) == (PostingStatus.SUSPENDED, ())
    assert await work.rescreening.run() == 0


async def test_a_day_that_was_set_for_earlier_rules_is_ignored(work: Work) -> None:
    await work.verify()
    work.rescreening = work.rescreener(rules_apply_on=day_in_china(work.watch()))
    posting = await work.add(terms=WITH_DEPOSIT, rules=0)
    for _ in range(2):
        await work.rescreening.run()
        work.watch.advance(days=1)
    assert (await work.now(posting)).status is PostingStatus.OPEN


async def test_grace_ends_on_its_day_or_with_the_first_check(work: Work) -> None:
    last_day = day_in_china(work.watch()) + timedelta(days=5)
    postings = [
        await work.add(rules=0, verified_until=last_day, grace_until=last_day) for _ in range(2)
    ]
    await work.rescreening.run()
    for posting in postings:
        assert (await work.now(posting)).is_open(last_day)
        assert await codes(work, posting) == ["EMPLOYER_NOT_VERIFIED"]
        assert (await work.now(posting)).waiting_since is not None
    assert await work.gate.rescreen_stale(postings[:1], work.wages.table)
    work.watch.advance(days=6)
    await work.rescreening.run()
    for posting in postings:
        assert (await work.now(posting)).status is PostingStatus.SUSPENDED
    await work.verify()
    for posting in postings:
        opened = await work.now(posting)
        assert (opened.status, opened.deferred) == (PostingStatus.OPEN, ())
        assert opened.waiting_since is None


async def test_a_failed_check_ends_grace(work: Work) -> None:
    last_day = day_in_china(work.watch()) + timedelta(days=5)
    posting = await work.add(verified_until=last_day, grace_until=last_day)
    await work.verify(passed=False)
    assert (await work.now(posting)).status is PostingStatus.SUSPENDED


async def test_a_rescreening_goes_on_where_it_stopped(work: Work) -> None:
    work.gate.limits = RescreeningLimits(postings_per_batch=2)
    await work.verify()
    postings = [await work.add() for _ in range(5)]
    await work.raise_wage(7000, day_in_china(work.watch()))
    (asked,) = await work.store.rescreens.find_due(at=work.watch(), limit=5)
    further = await work.gate.continue_rescreen(asked)
    assert further is not None
    assert (further.screened, further.cursor, further.done_at) == (2, postings[1].id, None)
    # Somebody else who had the same in hand stops there.
    assert await work.gate.continue_rescreen(asked) is None
    assert [(await work.now(each)).status.value for each in postings].count("SUSPENDED") == 2
    await work.rescreening.run()
    assert {(await work.now(each)).status for each in postings} == {PostingStatus.SUSPENDED}
    assert await work.store.rescreens.find_due(at=work.watch(), limit=5) == []


async def test_only_the_node_with_the_lease_screens(work: Work) -> None:
    await work.verify()
    await work.raise_wage(7000, day_in_china(work.watch()))
    later = work.watch() + timedelta(minutes=5)
    await work.store.leases.acquire("rescreening", "another", at=work.watch(), until=later)
    await work.rescreening.run()
    assert len(await work.store.rescreens.find_due(at=work.watch(), limit=5)) == 1


async def test_whoever_stores_a_verdict_by_what_holds_no_more_looks_again(work: Work) -> None:
    await work.verify()
    table = work.wages.table
    posting = await work.add()
    assert await work.gate.rescreen_stale([posting], table) == [posting]
    await work.raise_wage(7000, day_in_china(work.watch()))
    (settled,) = await work.gate.rescreen_stale([posting], table)
    assert settled.status is PostingStatus.SUSPENDED
    other = await work.add(terms=posting_terms(pay=monthly_pay(9000)))
    await work.verify(passed=False)
    (settled,) = await work.gate.rescreen_stale([other], work.wages.table)
    assert settled.status is PostingStatus.SUSPENDED


async def test_a_change_meanwhile_is_screened_as_it_is(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    await work.verify()
    posting = await work.add(rules=0)
    write, raced = work.store.postings.update_if_unchanged, False

    async def first(before: Posting, after: Posting, **more: Any) -> bool:
        nonlocal raced
        if not raced:
            raced = True
            dearer = replace(
                before, terms=posting_terms(pay=monthly_pay(100)), revision=2, version=2
            )
            assert await write(before, dearer)
        return await write(before, after, **more)

    monkeypatch.setattr(work.store.postings, "update_if_unchanged", first)
    assert (await work.gate.rescreen(posting.id)).status is PostingStatus.SUSPENDED
    stored = await work.now(posting)
    assert (stored.revision, stored.version) == (2, 3)
    with pytest.raises(NotFound):
        await work.gate.rescreen(new_id())


async def test_it_goes_on_by_itself_and_clears_rooms_of_what_is_closed(work: Work) -> None:
    await work.verify()
    overdue = await work.add(terms=posting_terms(valid_until=day_in_china(work.watch())))
    closed = await work.add(status=PostingStatus.CLOSED)
    room = records.live_session(pinned_posting_id=closed.id)
    await work.store.live_sessions.add([room])
    work.watch.advance(days=1)
    work.rescreening.start()

    async def done() -> bool:
        session = await work.store.live_sessions.by_id(room.id)
        assert session is not None
        is_closed = (await work.now(overdue)).close_reason is CloseReason.EXPIRED
        return is_closed and session.pinned_posting_id is None

    await wait_until(done)
    await work.rescreening.close()


async def test_a_posting_that_others_keep_changing_is_left_to_them(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    await work.verify()
    posting = await work.add(terms=posting_terms(insurance=()))

    async def never(*_: Any, **__: Any) -> bool:
        return False

    monkeypatch.setattr(work.store.postings, "update_if_unchanged", never)
    with pytest.raises(Busy):
        await work.gate.rescreen(posting.id)
    assert await work.gate.rescreen_all([posting]) == 0


async def test_what_is_about_to_be_shown_is_caught_if_it_fails_by_now(work: Work) -> None:
    await work.verify()
    good, bad = await work.add(), await work.add(terms=posting_terms(insurance=()))
    for posting_id in (good.id, bad.id, bad.id, "nobody"):
        await work.gate.rescreen_before_showing(posting_id)
    assert (await work.now(good)).status is PostingStatus.OPEN
    assert (await work.now(bad)).status is PostingStatus.SUSPENDED


async def test_a_check_that_cannot_be_followed_up_at_once_is_so_later(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    posting = await work.add(status=PostingStatus.SUSPENDED)
    with monkeypatch.context() as patch:

        async def failing(*_: Any, **__: Any) -> Any:
            raise StorageUnavailable("no primary")

        patch.setattr(work.store.postings, "find_to_rescreen", failing)
        await work.verify()
    assert (await work.now(posting)).status is PostingStatus.SUSPENDED
    await work.rescreening.run()
    assert (await work.now(posting)).status is PostingStatus.OPEN


async def test_wages_are_bounded_and_kept_up_with_whatever_fails(
    work: Work, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    often = Schedule(interval_seconds=0.01, first_retry_seconds=0.01)
    follower = MinimumWages(store, schedule=often)
    told: list[int] = []
    follower.add_listener(lambda: told.append(len(follower.table.rows)))
    await follower.open()
    is_current = follower.is_current
    failures = iter([StorageUnavailable("no primary")])

    async def failing_first(table: WageTable) -> bool:
        for failure in failures:
            raise failure
        return await is_current(table)

    monkeypatch.setattr(follower, "is_current", failing_first)
    known = len(follower.table.rows)
    await work.raise_wage(2800, day_in_china(work.watch()))
    await wait_until(lambda: told == [known, known + 1])
    await follower.close()
    work.wages._max_rows = known + 1
    work.watch.advance(seconds=1)
    with pytest.raises(InvalidInput):
        await work.raise_wage(2900, day_in_china(work.watch()))


async def test_what_is_not_as_it_was_seen_is_neither_changed_nor_closed(work: Work) -> None:
    await work.verify()
    seen = await work.add()
    assert await work.gate.change(seen, replace(seen.terms, headcount=9), work.employer)
    assert await work.gate.change(seen, seen.terms, work.employer) is None
    assert await work.gate.close(seen) is None
    assert (await work.now(seen)).terms.headcount == 9
