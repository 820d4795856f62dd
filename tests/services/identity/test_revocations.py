"""Revocations: a token that one node revokes is refused by the other after its next read."""

from __future__ import annotations

import pytest

from domain.identity.accounts import Account, Principal, Role
from domain.identity.audit import OPERATOR_ACTOR
from domain.refusals import Busy, Unauthenticated
from services.identity.account_changes import AccountChanges
from services.identity.authentication import Authentication
from services.identity.revocations import RevocationLimits, Revocations
from services.identity.tokens import Tokens
from storage.clock import utc_now
from storage.mongo.client import StorageUnavailable, new_id
from storage.store import Store
from tests.support import records

REASON = "该同志已离职"


class Node:
    """One process: it authenticates by what it read, and revokes."""

    def __init__(self, store: Store, limits: RevocationLimits | None = None) -> None:
        self.revocations = Revocations(store.accounts, limits=limits or RevocationLimits())
        self.changes = AccountChanges(store, utc_now, revocations=self.revocations)
        self.tokens = Tokens("a secret for tests", utc_now)
        self.authentication = Authentication(self.tokens, self.revocations)
        self.notified = 0
        self.revocations.add_listener(self._count)

    def _count(self) -> None:
        self.notified += 1

    def authenticate(self, token: str) -> Principal | None:
        return self.authentication.authenticate(f"Bearer {token}")


async def add_account(store: Store) -> Account:
    account = records.account(username=f"li-{new_id()}", role=Role.OFFICER)
    await store.accounts.add(account)
    return account


async def sign_in(node: Node, store: Store, account: Account) -> tuple[str, str]:
    """Return the id of a stored sign-in and its access token."""
    started = records.sign_in(account_id=account.id)
    await store.sign_ins.add(started, most=20)
    return started.id, node.tokens.issue_for_account(account, started).access


async def test_a_disabled_account_is_refused_at_once_here_and_after_a_read_elsewhere(
    store: Store, other_store: Store
) -> None:
    here, elsewhere = Node(store), Node(other_store)
    account, other = await add_account(store), await add_account(store)
    _, token = await sign_in(here, store, account)
    _, colleague = await sign_in(here, store, other)
    for node in (here, elsewhere):
        await node.revocations.refresh()
        assert node.authenticate(token) is not None
    await here.changes.disable(account, OPERATOR_ACTOR, reason=REASON)
    with pytest.raises(Unauthenticated, match="The account is disabled"):
        here.authenticate(token)
    await elsewhere.revocations.run_once()
    with pytest.raises(Unauthenticated, match="The account is disabled"):
        elsewhere.authenticate(token)
    assert elsewhere.authenticate(colleague) is not None
    assert (here.notified, elsewhere.notified) == (1, 1)
    await elsewhere.revocations.run_once()
    assert elsewhere.notified == 1


async def test_an_enabled_account_needs_a_new_sign_in(store: Store, other_store: Store) -> None:
    here, elsewhere = Node(store), Node(other_store)
    account = await add_account(store)
    _, before = await sign_in(here, store, account)
    disabled = await here.changes.disable(account, OPERATOR_ACTOR, reason=REASON)
    enabled = await elsewhere.changes.enable(disabled, OPERATOR_ACTOR, reason="调回原岗位工作")
    _, after = await sign_in(here, store, enabled)
    for node in (here, elsewhere):
        await node.revocations.refresh()
        assert node.authenticate(after) is not None
        with pytest.raises(Unauthenticated, match="You were signed out"):
            node.authenticate(before)


async def test_one_ended_sign_in_leaves_the_others(store: Store, other_store: Store) -> None:
    here, elsewhere = Node(store), Node(other_store)
    account = await add_account(store)
    ended, phone = await sign_in(here, store, account)
    _, laptop = await sign_in(here, store, account)
    await here.changes.end_sign_in(account.id, ended, reason="signed out")
    await elsewhere.revocations.refresh()
    for node in (here, elsewhere):
        assert node.authenticate(laptop) is not None
        with pytest.raises(Unauthenticated, match="You were signed out"):
            node.authenticate(phone)


async def test_a_node_that_starts_later_knows_what_was_revoked_before(
    store: Store, other_store: Store
) -> None:
    here = Node(store)
    account = await add_account(store)
    _, token = await sign_in(here, store, account)
    await here.changes.sign_out_everywhere(account, OPERATOR_ACTOR, reason="")
    started = Node(other_store)
    await started.revocations.refresh()
    with pytest.raises(Unauthenticated):
        started.authenticate(token)


async def test_a_late_commit_is_read_within_the_overlap(store: Store, other_store: Store) -> None:
    node = Node(other_store)
    first, late = await add_account(store), await add_account(store)
    changes = AccountChanges(store, utc_now)
    _, token = await sign_in(node, store, late)
    await changes.sign_out_everywhere(first, OPERATOR_ACTOR, reason="")
    await node.revocations.refresh()
    await changes.sign_out_everywhere(late, OPERATOR_ACTOR, reason="")
    # As if its transaction had begun nine minutes before it was committed.
    earlier = {"$subtract": ["$revoked_at", 9 * 60_000]}
    await store.mongo["accounts"].update_one({"_id": late.id}, [{"$set": {"revoked_at": earlier}}])
    await node.revocations.refresh()
    with pytest.raises(Unauthenticated):
        node.authenticate(token)


async def test_without_a_recent_read_staff_are_refused_and_visitors_are_not(
    store: Store,
) -> None:
    node = Node(store, RevocationLimits(max_age_seconds=0.0))
    account = await add_account(store)
    _, token = await sign_in(node, store, account)
    await node.revocations.refresh()
    with pytest.raises(Busy):
        node.authenticate(token)
    assert node.authenticate(node.tokens.issue_for_viewer().access) is not None


async def test_a_failing_read_tells_the_listeners_once_tokens_cannot_be_checked(
    store: Store,
) -> None:
    never = RevocationLimits(max_age_seconds=0.0, read_timeout_seconds=0.0)
    node = Node(store, never)
    with pytest.raises(StorageUnavailable):
        await node.revocations.run_once()
    assert node.notified == 1
    patient = Node(store, RevocationLimits(read_timeout_seconds=0.0))
    await patient.revocations.refresh()
    with pytest.raises(StorageUnavailable):
        await patient.revocations.run_once()
    assert patient.notified == 0
