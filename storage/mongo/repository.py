"""The base of all repositories: a collection whose documents are records of one class."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from storage.mongo.client import Collection, Document, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document, to_record
from storage.mongo.paging import Page, PageRequest, SortOrder, find_page


class Versioned(Protocol):
    """A record whose ``version`` grows by one with each change."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...


R = TypeVar("R")
V = TypeVar("V", bound=Versioned)

NEWEST_FIRST: SortOrder = (("_id", -1),)
OLDEST_FIRST: SortOrder = (("_id", 1),)


class RecordCollection(Generic[R]):
    """One collection, read and written as records of one class.

    Every method raises ``StorageError`` or a subclass of it, never an error of the driver. With
    ``transaction`` it takes part in that transaction.
    """

    def __init__(
        self,
        mongo: Mongo,
        name: str,
        record_type: type[R],
        *,
        to_document: Callable[[R], Document] = to_document,
    ) -> None:
        """Use the collection ``name``; ``to_document`` adds what only storage knows."""
        self.documents: Collection = mongo[name]
        """The collection itself, for writes that are no record and for projections."""
        self._record_type = record_type
        self._to_document = to_document

    async def by_id(self, record_id: Any, *, transaction: Transaction | None = None) -> R | None:
        """The record with that id, if it exists."""
        return await self.find_one({"_id": record_id}, transaction=transaction)

    async def by_ids(
        self, ids: Iterable[str], *, transaction: Transaction | None = None
    ) -> dict[str, R]:
        """The records that exist among ``ids``, by id, in the order of ``ids``."""
        wanted = list(ids)
        with translate_errors():
            cursor = self.documents.find({"_id": {"$in": wanted}}, session=transaction)
            documents = await cursor.to_list(None)
        found = {document["_id"]: self.to_record(document) for document in documents}
        return {record_id: found[record_id] for record_id in wanted if record_id in found}

    async def find_one(
        self,
        where: Document,
        *,
        sort: SortOrder | None = None,
        transaction: Transaction | None = None,
    ) -> R | None:
        """The first record that meets ``where``."""
        with translate_errors():
            document = await self.documents.find_one(where, sort=sort, session=transaction)
        return self.to_record(document) if document else None

    async def find(
        self,
        where: Document,
        *,
        sort: SortOrder | None = None,
        limit: int = 0,
        hint: str | None = None,
        transaction: Transaction | None = None,
    ) -> list[R]:
        """The records that meet ``where``, at most ``limit`` of them (0: all).

        ``hint`` is the name of the index to use.
        """
        with translate_errors():
            cursor = self.documents.find(
                where,
                sort=sort,
                limit=limit,
                hint=hint,
                session=transaction,
            )
            documents = await cursor.to_list(None)
        return [self.to_record(document) for document in documents]

    async def find_page(self, where: Document, order: SortOrder, wanted: PageRequest) -> Page[R]:
        """One page of the records that meet ``where``; its key is the fields of ``order``."""
        with translate_errors():
            page = await find_page(self.documents, where, order, wanted)
        return page.map(self.to_record)

    async def exists(self, where: Document, *, transaction: Transaction | None = None) -> bool:
        """Whether any record meets ``where``."""
        with translate_errors():
            found = await self.documents.find_one(where, {"_id": 1}, session=transaction)
        return found is not None

    async def count(
        self,
        where: Document,
        *,
        limit: int | None = None,
        hint: str | None = None,
        transaction: Transaction | None = None,
    ) -> int:
        """How many records meet ``where``; counting stops at ``limit``."""
        options: Document = {"limit": limit, "hint": hint}
        given = {name: value for name, value in options.items() if value is not None}
        with translate_errors():
            return await self.documents.count_documents(where, session=transaction, **given)

    async def insert(self, record: R, *, transaction: Transaction | None = None) -> None:
        """Store a new record.

        :raises Duplicate: a unique index already holds its values.
        """
        with translate_errors():
            await self.documents.insert_one(self._to_document(record), session=transaction)

    async def insert_many(
        self,
        records: Sequence[R],
        *,
        ordered: bool = True,
        transaction: Transaction | None = None,
    ) -> None:
        """Store new records in one batch; no records, no write.

        :raises Duplicate: a unique index already holds the values of some, which its
            ``positions`` name. Unless ``ordered`` all others are stored.
        """
        if not records:
            return
        documents = [self._to_document(record) for record in records]
        with translate_errors():
            await self.documents.insert_many(documents, ordered=ordered, session=transaction)

    async def update_one(
        self, where: Document, update: Document, *, transaction: Transaction | None = None
    ) -> bool:
        """Update the record that meets ``where``; False if none does."""
        with translate_errors():
            result = await self.documents.update_one(where, update, session=transaction)
        return result.matched_count == 1

    async def update_and_get(
        self, where: Document, update: Document, *, transaction: Transaction | None = None
    ) -> R | None:
        """Update the record that meets ``where`` and return it as it is now; None if none does."""
        with translate_errors():
            document = await self.documents.find_one_and_update(
                where, update, return_document=True, session=transaction
            )
        return self.to_record(document) if document else None

    def to_document(self, record: R) -> Document:
        """The document in which the record is stored."""
        return self._to_document(record)

    def to_record(self, document: Document) -> R:
        """The record that a document of the collection holds."""
        return to_record(self._record_type, document)


class Repository(Generic[R]):
    """The base of a repository: its records by id.

    A subclass adds the queries and writes of its subject, over ``_records``.
    """

    def __init__(
        self,
        mongo: Mongo,
        collection: str,
        record_type: type[R],
        *,
        to_document: Callable[[R], Document] = to_document,
    ) -> None:
        self._records = RecordCollection(mongo, collection, record_type, to_document=to_document)

    async def by_id(self, record_id: str, *, transaction: Transaction | None = None) -> R | None:
        """The record with that id, if it exists."""
        return await self._records.by_id(record_id, transaction=transaction)

    async def by_ids(
        self, ids: Iterable[str], *, transaction: Transaction | None = None
    ) -> dict[str, R]:
        """The records that exist among ``ids``, by id, in the order of ``ids``."""
        return await self._records.by_ids(ids, transaction=transaction)


class VersionedRepository(Repository[V]):
    """The base of a repository whose records are replaced whole, over an expected version."""

    async def replace_if_unchanged(
        self, before: V, after: V, *, transaction: Transaction | None = None
    ) -> bool:
        """Compare and set: store ``after`` if the record still has the version of ``before``.

        False is a version conflict: the record has changed since ``before`` was read, or is gone,
        and nothing was written.
        """
        document = self._records.to_document(after)
        with translate_errors():
            result = await self._records.documents.replace_one(
                unchanged_condition(before), document, session=transaction
            )
        return result.matched_count == 1


def unchanged_condition(before: Versioned) -> Document:
    """The condition that the stored record still has the version of ``before``.

    Documents from before records had versions lack the field; they count as version 1.
    """
    version: Any = {"$in": [1, None]} if before.version == 1 else before.version
    return {"_id": before.id, "version": version}
