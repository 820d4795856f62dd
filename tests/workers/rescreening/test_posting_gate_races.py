"""The posting gate when a posting, a wage or a check changes while it screens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.postings.postings import Posting, PostingStatus
from domain.reference.calendar import day_in_china
from domain.refusals import Busy, NotFound
from storage.mongo.client import new_id
from tests.domain.posting_terms_samples import monthly_pay, posting_terms
from tests.workers.rescreening.screening_node import ScreeningNode


async def test_a_verdict_based_on_outdated_wages_or_checks_is_corrected(
    node: ScreeningNode,
) -> None:
    await node.verify()
    table = node.wages.table
    posting = await node.add_posting()
    assert await node.gate.rescreen_stale([posting], table) == [posting]
    await node.raise_wage(7000, day_in_china(node.clock()))
    (settled,) = await node.gate.rescreen_stale([posting], table)
    assert settled.status is PostingStatus.SUSPENDED
    other = await node.add_posting(terms=posting_terms(pay=monthly_pay(9000)))
    await node.verify(passed=False)
    (settled,) = await node.gate.rescreen_stale([other], node.wages.table)
    assert settled.status is PostingStatus.SUSPENDED


async def test_a_posting_changed_during_rescreening_is_screened_as_changed(
    node: ScreeningNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    await node.verify()
    posting = await node.add_posting(rules=0)
    write, raced = node.store.postings.update_if_unchanged, False

    async def first(before: Posting, after: Posting, **more: Any) -> bool:
        nonlocal raced
        if not raced:
            raced = True
            dearer = replace(
                before, terms=posting_terms(pay=monthly_pay(100)), revision=2, version=2
            )
            assert await write(before, dearer)
        return await write(before, after, **more)

    monkeypatch.setattr(node.store.postings, "update_if_unchanged", first)
    assert (await node.gate.rescreen(posting.id)).status is PostingStatus.SUSPENDED
    stored = await node.read_posting(posting)
    assert (stored.revision, stored.version) == (2, 3)
    with pytest.raises(NotFound):
        await node.gate.rescreen(new_id())


async def test_rescreening_gives_up_on_a_posting_that_keeps_changing(
    node: ScreeningNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    await node.verify()
    posting = await node.add_posting(terms=posting_terms(insurance=()))

    async def never(*_: Any, **__: Any) -> bool:
        return False

    monkeypatch.setattr(node.store.postings, "update_if_unchanged", never)
    with pytest.raises(Busy):
        await node.gate.rescreen(posting.id)
    assert await node.gate.rescreen_all([posting]) == 0


async def test_a_posting_that_now_fails_is_suspended_before_it_is_shown(
    node: ScreeningNode,
) -> None:
    await node.verify()
    good, bad = await node.add_posting(), await node.add_posting(terms=posting_terms(insurance=()))
    for posting_id in (good.id, bad.id, bad.id, "nobody"):
        await node.gate.rescreen_before_showing(posting_id)
    assert (await node.read_posting(good)).status is PostingStatus.OPEN
    assert (await node.read_posting(bad)).status is PostingStatus.SUSPENDED


async def test_a_change_or_closure_based_on_an_old_version_is_not_stored(
    node: ScreeningNode,
) -> None:
    await node.verify()
    seen = await node.add_posting()
    assert await node.gate.change(seen, replace(seen.terms, headcount=9), node.employer)
    assert await node.gate.change(seen, seen.terms, node.employer) is None
    assert await node.gate.close(seen) is None
    assert (await node.read_posting(seen)).terms.headcount == 9
