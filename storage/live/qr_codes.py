"""QR codes. Their tokens are signed with a key of its own, so that paper cannot be forged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pymongo import UpdateOne

from domain.live.qr_codes import QrCode, decode_token, encode_token
from storage.mongo.client import Document, Mongo, translate_errors
from storage.mongo.codec import to_document, to_record
from storage.mongo.crypto import Keyring
from storage.mongo.paging import Page, PageRequest, find_page

NEWEST_FIRST = (("_id", -1),)


@dataclass(frozen=True, kw_only=True)
class QrCodeQuery:
    """Whose codes (one of the scopes is set), and the session they are narrowed to."""

    union_id: str | None = None
    owner_id: str | None = None
    session_id: str | None = None


class QrCodes:
    def __init__(self, mongo: Mongo, seal: Keyring) -> None:
        self._codes = mongo["codes"]
        self._seal = seal

    def sign_token(self, code: QrCode) -> str:
        """What is printed: at most 32 characters that need no escaping in a URL."""
        return encode_token(code.kind, code.id, self._seal.key("code"))

    def verify_token(self, token: str, *, field: tuple[str, ...]) -> str:
        """The id of the code that a token stands for, without asking the database.

        :raises CodeInvalid: damaged or forged.
        """
        return decode_token(token, self._seal.key("code"), field=field)[1]

    async def add(self, code: QrCode) -> None:
        with translate_errors():
            await self._codes.insert_one(to_document(code))

    async def by_ids(self, ids: Iterable[str]) -> dict[str, QrCode]:
        """The codes among ``ids`` that exist, by id."""
        with translate_errors():
            found = self._codes.find({"_id": {"$in": list(ids)}})
            return {document["_id"]: to_record(QrCode, document) async for document in found}

    async def by_id(self, code_id: str) -> QrCode | None:
        return (await self.by_ids([code_id])).get(code_id)

    async def page(self, query: QrCodeQuery, wanted: PageRequest) -> Page[QrCode]:
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
        with translate_errors():
            page = await find_page(self._codes, where, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(QrCode, document))

    async def add_scans(self, scans: Mapping[str, int]) -> None:
        """Add to the scans of each code."""
        if not scans:
            return
        with translate_errors():
            await self._codes.bulk_write(
                [
                    UpdateOne({"_id": code_id}, {"$inc": {"scans": count}})
                    for code_id, count in scans.items()
                ],
                ordered=False,
            )
