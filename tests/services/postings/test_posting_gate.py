"""The gate corrects a verdict even if the process that stored it stops before it compares."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from api.wiring.realtime import create_group_commit
from domain.identity.accounts import Principal, Role
from domain.identity.audit import AuditAction
from domain.postings.lifecycle import create_posting
from domain.postings.postings import Posting, PostingStatus
from domain.reference.calendar import day_in_china
from domain.screening.minimum_wages import Grade
from services.employers.employer_administration import EmployerAdministration
from services.live.sessions import LiveSessionControl
from services.postings.posting_gate import PostingGate
from services.screening.minimum_wages import MinimumWages
from services.screening.rescreening_tasks import REPEAT_AFTER
from storage.mongo.client import new_id
from storage.store import Store
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.records import ManualClock

OFFICER = Principal(subject="officer", role=Role.OFFICER, union_id="union")


class ProcessStopped(Exception):
    """The process ends here."""


class Node:
    """One node's gate, with its own table of minimum wages."""

    def __init__(self, store: Store, clock: ManualClock) -> None:
        self.store = store
        self.clock = clock
        self.wages = MinimumWages(store)
        control = LiveSessionControl(store, create_group_commit(store), clock)
        self.gate = PostingGate(store, control, self.wages, clock)
        self.employers = EmployerAdministration(store, self.gate, clock)

    async def run_due_rescreens(self) -> None:
        while due := await self.store.rescreens.find_due(at=self.clock(), limit=100):
            for task in due:
                await self.gate.continue_rescreen(task)


@pytest.fixture
async def nodes(store: Store) -> tuple[Node, Node]:
    await store.minimum_wages.seed()
    clock = ManualClock()
    nodes = Node(store, clock), Node(store, clock)
    for node in nodes:
        await node.wages.refresh()
    return nodes


async def store_without_comparing(
    node: Node, posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Admit the posting on a node that stops right after it has stored it."""

    async def stop(*_: Any) -> None:
        raise ProcessStopped

    monkeypatch.setattr(node.gate, "rescreen_stale", stop)
    with pytest.raises(ProcessStopped):
        await node.gate.admit(posting, node.wages.table)


async def status_of(store: Store, posting: Posting) -> PostingStatus:
    return (await store.postings.by_ids([posting.id]))[posting.id].status


async def test_a_verdict_with_outdated_wages_is_corrected_though_its_process_stops(
    nodes: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = nodes
    store, clock = slow.store, slow.clock
    today = day_in_china(clock())
    employer = records.employer(verified_until=today + timedelta(days=100), checks=1)
    await store.employers.add([employer])
    posting = create_posting(
        new_id(),
        employer=employer,
        union_path=("union",),
        terms=posting_terms(valid_until=today + timedelta(days=300)),
        table=slow.wages.table,
        by="recruiter",
        at=clock(),
    )
    assert posting.status is PostingStatus.OPEN
    row = records.minimum_wage(
        region="310000",
        monthly=posting.terms.pay.from_fen // 100 + 1,
        hourly=Decimal(30),
        effective_from=today,
        grade=Grade.A,
        added_at=clock(),
    )
    await quick.wages.add(row, OFFICER, AuditAction.ADD_MINIMUM_WAGE)
    await quick.run_due_rescreens()
    await store_without_comparing(slow, posting, monkeypatch)
    assert await status_of(store, posting) is PostingStatus.OPEN
    clock.advance(seconds=REPEAT_AFTER.total_seconds())
    await quick.run_due_rescreens()
    assert await status_of(store, posting) is PostingStatus.SUSPENDED


async def test_a_verdict_with_an_outdated_check_is_corrected_though_its_process_stops(
    nodes: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = nodes
    store, clock = slow.store, slow.clock
    today = day_in_china(clock())
    union = records.union(id=OFFICER.union_id, path=(OFFICER.union_id,))
    employer = records.employer(
        verified_until=today + timedelta(days=100), checks=1, union_id=union.id
    )
    await store.unions.add([union])
    await store.employers.add([employer])
    posting = create_posting(
        new_id(),
        employer=employer,
        union_path=union.path,
        terms=posting_terms(valid_until=today + timedelta(days=300)),
        table=slow.wages.table,
        by="recruiter",
        at=clock(),
    )
    _, check = await quick.employers.verify(
        OFFICER,
        employer.id,
        licence=True,
        handler_identity=True,
        handler_authority=False,
        method=records.employer_check().method,
        note="",
    )
    assert not check.is_passed
    await store_without_comparing(slow, posting, monkeypatch)
    assert await status_of(store, posting) is PostingStatus.OPEN
    clock.advance(seconds=REPEAT_AFTER.total_seconds())
    await quick.run_due_rescreens()
    assert await status_of(store, posting) is PostingStatus.SUSPENDED
