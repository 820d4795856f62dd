"""QR codes. Their tokens are signed with a key of its own, so that paper cannot be forged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pymongo import UpdateOne

from domain.live.qr_codes import Code, decode_token, encode_token
from storage.mongo.client import Document, Mongo, translated
from storage.mongo.codec import to_document, to_record
from storage.mongo.crypto import Seal
from storage.mongo.paging import Page, Slice, find_page

NEWEST_FIRST = (("_id", -1),)


@dataclass(frozen=True, kw_only=True)
class CodeQuery:
    """Whose codes (one of the scopes is set), and the session they are narrowed to."""

    union_id: str | None = None
    owner_id: str | None = None
    session_id: str | None = None


class Codes:
    def __init__(self, mongo: Mongo, seal: Seal) -> None:
        self._codes = mongo["codes"]
        self._seal = seal

    def token(self, code: Code) -> str:
        """What is printed: at most 32 characters that need no escaping in a URL."""
        return encode_token(code.kind, code.id, self._seal.key("code"))

    def check_token(self, token: str, *, field: tuple[str, ...]) -> str:
        """The id of the code that a token stands for, without asking the database.

        :raises CodeInvalid: damaged or forged.
        """
        return decode_token(token, self._seal.key("code"), field=field)[1]

    async def add(self, code: Code) -> None:
        with translated():
            await self._codes.insert_one(to_document(code))

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Code]:
        """The codes among ``ids`` that exist, by id."""
        with translated():
            found = self._codes.find({"_id": {"$in": list(ids)}})
            return {document["_id"]: to_record(Code, document) async for document in found}

    async def by_id(self, code_id: str) -> Code | None:
        return (await self.by_ids([code_id])).get(code_id)

    async def page(self, query: CodeQuery, wanted: Slice) -> Page[Code]:
        """Newest first; the key is the id."""
        where: Document = {
            name: value
            for name, value in (
                ("union_path", query.union_id),
                ("owner_id", query.owner_id),
                ("session_id", query.session_id),
            )
            if value is not None
        }
        with translated():
            page = await find_page(self._codes, where, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(Code, document))

    async def count_scans(self, scans: Mapping[str, int]) -> None:
        """Add to the scans of each code."""
        if not scans:
            return
        with translated():
            await self._codes.bulk_write(
                [
                    UpdateOne({"_id": code_id}, {"$inc": {"scans": count}})
                    for code_id, count in scans.items()
                ],
                ordered=False,
            )
