"""Cancelling an import writes the import and its rows together, or neither."""

from __future__ import annotations

from typing import Any

import pytest

from domain.exchange.imports import Import, ImportStatus
from domain.identity.accounts import Principal, Role
from services.exchange.import_administration import ImportAdministration
from storage.clock import utc_now
from storage.mongo.client import StorageUnavailable, new_id
from storage.store import Store
from tests.support import records

OFFICER = Principal(subject="officer", role=Role.OFFICER, union_id="union")


async def store_import(store: Store) -> Import:
    record = records.import_record(
        id=new_id(),
        scope="union/union",
        account_id=OFFICER.subject,
        active=True,
        status=ImportStatus.QUEUED,
    )
    await store.imports.add_chunk(record.id, 0, [], at=utc_now())
    await store.imports.add(record)
    return record


async def test_an_import_is_cancelled_with_its_rows_or_not_at_all(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = await store_import(store)
    administration = ImportAdministration(store, utc_now)
    chunks = store.mongo["import_chunks"]

    class Failing:
        async def delete_many(self, *_: Any, **__: Any) -> None:
            raise StorageUnavailable("no primary")

        def __getattr__(self, name: str) -> Any:
            return getattr(chunks, name)

    with monkeypatch.context() as patched:
        patched.setattr(store.imports, "_chunks", Failing())
        with pytest.raises(StorageUnavailable):
            await administration.cancel(OFFICER, record.id)
    # Nothing was written: the import still runs, and can be cancelled again.
    assert await store.imports.is_active(OFFICER.subject)
    assert await store.imports.read_chunk(record.id, 0) == []
    cancelled = await administration.cancel(OFFICER, record.id)
    assert (cancelled.status, cancelled.active) == (ImportStatus.CANCELLED, False)
    assert await store.imports.read_chunk(record.id, 0) is None
