"""The repository of QR codes. Their tokens are signed with a key of its own, against forgery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pymongo import UpdateOne

from domain.live.qr_codes import QrCode, decode_token, encode_token
from storage.mongo.client import Document, Mongo, translate_errors
from storage.mongo.crypto import Keyring
from storage.mongo.paging import Page, PageRequest
from storage.mongo.repository import NEWEST_FIRST, Repository


@dataclass(frozen=True, kw_only=True)
class QrCodeQuery:
    """The scope of a reader of QR codes, one of union and owner, and the session to filter by."""

    union_id: str | None = None
    owner_id: str | None = None
    session_id: str | None = None

    def where(self) -> Document:
        """The condition that a stored code must meet."""
        return {
            name: value
            for name, value in (
                ("union_path", self.union_id),
                ("owner_id", self.owner_id),
                ("session_id", self.session_id),
            )
            if value is not None
        }


class QrCodes(Repository[QrCode]):
    """QR codes of sessions and posters, with the number of their scans."""

    def __init__(self, mongo: Mongo, keyring: Keyring) -> None:
        super().__init__(mongo, "codes", QrCode)
        self._keyring = keyring

    def sign_token(self, code: QrCode) -> str:
        """The token that is printed: at most 32 characters that need no escaping in a URL."""
        return encode_token(code.kind, code.id, self._keyring.key("code"))

    def verify_token(self, token: str, *, field: tuple[str, ...]) -> str:
        """The id of the code that a token was signed for; it reads no database.

        :raises CodeInvalid: the token is damaged or forged; ``field`` names the input.
        """
        return decode_token(token, self._keyring.key("code"), field=field)[1]

    async def add(self, code: QrCode) -> None:
        """Store a new code."""
        await self._records.insert(code)

    async def page(self, query: QrCodeQuery, wanted: PageRequest) -> Page[QrCode]:
        """The codes that meet ``query``, newest first; the key is the id."""
        return await self._records.find_page(query.where(), NEWEST_FIRST, wanted)

    async def add_scans(self, scans: Mapping[str, int]) -> None:
        """Add to the number of scans of each code, given by id."""
        if not scans:
            return
        with translate_errors():
            await self._records.documents.bulk_write(
                [
                    UpdateOne({"_id": code_id}, {"$inc": {"scans": count}})
                    for code_id, count in scans.items()
                ],
                ordered=False,
            )
