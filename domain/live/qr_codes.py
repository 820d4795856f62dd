"""QR codes: what they point at, and the token that stands for one on paper.

A token is 24 bytes in URL-safe base64 without padding, 32 characters: the kind in one byte, the id
in twelve, and the first eleven of an HMAC-SHA256 (RFC 2104) over both. Every bit of it counts, so
one that was mistyped, cut off or made up is refused without a look into the database.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import datetime

from domain.errors import CodeInvalid
from domain.labels import Labelled
from domain.postings.postings import Posting

TOKEN_LENGTH = 32
_ID_BYTES = 12
_MAC_BYTES = 11


class CodeKind(Labelled):
    """What a code was made for."""

    SESSION = "SESSION", "场次"
    POSTING = "POSTING", "岗位"
    POSTER = "POSTER", "海报"
    PAGE = "PAGE", "岗位网页"


# Printed on paper, so that these never change.
_KIND_BY_BYTE = {1: CodeKind.SESSION, 2: CodeKind.POSTING, 3: CodeKind.POSTER, 4: CodeKind.PAGE}
_BYTE_BY_KIND = {kind: byte for byte, kind in _KIND_BY_BYTE.items()}


@dataclass(frozen=True, kw_only=True)
class QrCode:
    """A code and how often it was scanned.

    SESSION points at a session, POSTING at a posting in a session, POSTER hangs at a ``place`` and
    may point at either, both or, for the board, at nothing. PAGE stands on the page of a posting.
    ``label`` is the staff's name for it.
    ``owner_id`` is the session's host; without a session there is none.
    """

    id: str
    kind: CodeKind
    session_id: str | None
    posting_id: str | None
    place: str
    label: str
    union_path: tuple[str, ...]
    owner_id: str | None
    created_by: str
    created_at: datetime
    scans: int = 0


def make_page_code(posting: Posting) -> QrCode:
    """The code on the page of a posting.

    Its id is that of the posting: it need not be stored before somebody scans it.
    """
    return QrCode(
        id=posting.id,
        kind=CodeKind.PAGE,
        session_id=None,
        posting_id=posting.id,
        place="",
        label=posting.terms.title,
        union_path=posting.union_path,
        owner_id=None,
        created_by=posting.created_by,
        created_at=posting.created_at,
    )


def encode_token(kind: CodeKind, code_id: str, key: bytes) -> str:
    """The token of a code whose id is 24 hexadecimal digits."""
    return _sign(bytes([_BYTE_BY_KIND[kind]]) + bytes.fromhex(code_id), key).decode()


def decode_token(token: str, key: bytes, *, field: tuple[str, ...]) -> tuple[CodeKind, str]:
    """Kind and id in a token that was signed with this key.

    :raises CodeInvalid: any other text; ``field`` says where it was given.
    """
    refused = CodeInvalid(
        "This code is not one of ours, or is damaged. Scan it again.", field=field
    )
    if len(token) != TOKEN_LENGTH:
        raise refused
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeError):
        raise refused from None
    head = raw[: 1 + _ID_BYTES]
    # The whole text is compared: base64 has several spellings, and only one of them is ours.
    if not hmac.compare_digest(token.encode("ascii"), _sign(head, key)):
        raise refused
    return _KIND_BY_BYTE[head[0]], head[1:].hex()


def _sign(head: bytes, key: bytes) -> bytes:
    mac = hmac.digest(key, head, "sha256")[:_MAC_BYTES]
    return base64.urlsafe_b64encode(head + mac)
