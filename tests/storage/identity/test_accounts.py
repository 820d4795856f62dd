"""Accounts by user name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.mongo.client import Duplicate
from storage.store import Store
from tests.support import records


async def test_a_user_name_is_unique_whatever_its_case(store: Store) -> None:
    account = records.account(username="Host")
    await store.accounts.add(account)
    stored = replace(account, username="host")
    assert await store.accounts.by_username("HOST") == stored
    assert await store.accounts.by_id(account.id) == stored
    with pytest.raises(Duplicate) as caught:
        await store.accounts.add(records.account(username="hOst"))
    assert caught.value.fields == ("username",)


async def test_an_unknown_account_is_none(store: Store) -> None:
    assert await store.accounts.by_username("nobody") is None
    assert await store.accounts.by_id("nobody") is None


async def test_a_password_changes_for_one_account_only(store: Store) -> None:
    host, officer = records.account(), records.account(username="officer")
    await store.accounts.add(host)
    await store.accounts.add(officer)
    await store.accounts.change_password(host.id, "new hash")
    assert await store.accounts.by_id(host.id) == replace(host, password_hash="new hash")
    assert await store.accounts.by_id(officer.id) == officer
