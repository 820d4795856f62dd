"""QR codes: what a code refers to, and the signed token that is printed in it.

A token is 24 bytes in URL-safe base64 without padding, 32 characters: the kind in 1 byte, the id in
12, and the first 11 bytes of an HMAC-SHA256 (RFC 2104) over both. A mistyped, cut or forged token
is refused without a database query.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import datetime

from domain.labels import Labelled
from domain.postings.postings import Posting
from domain.refusals import CodeInvalid

TOKEN_LENGTH = 32
_ID_BYTES = 12
_MAC_BYTES = 11


class CodeKind(Labelled):
    """What a QR code was made for."""

    SESSION = "SESSION", "场次"
    POSTING = "POSTING", "岗位"
    POSTER = "POSTER", "海报"
    PAGE = "PAGE", "岗位网页"


# These bytes are printed on paper and must never change.
_KIND_BY_BYTE = {1: CodeKind.SESSION, 2: CodeKind.POSTING, 3: CodeKind.POSTER, 4: CodeKind.PAGE}
_BYTE_BY_KIND = {kind: byte for byte, kind in _KIND_BY_BYTE.items()}


@dataclass(frozen=True, kw_only=True)
class QrCode:
    """A QR code, with the number of its scans.

    SESSION refers to a session, POSTING to a posting in a session. POSTER hangs at a ``place`` and
    refers to a session, a posting, both, or nothing (the public job board). PAGE is on the web page
    of a posting. ``label`` is the name that staff gave it. ``owner_id`` is the host of the session,
    None without a session.
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
    """Return the QR code for the web page of a posting.

    It has the id of the posting, so it need not be stored before its first scan.
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
    """Return the token of a code. ``code_id`` has 24 hexadecimal digits."""
    return _sign(bytes([_BYTE_BY_KIND[kind]]) + bytes.fromhex(code_id), key).decode()


def decode_token(token: str, key: bytes, *, field: tuple[str, ...]) -> tuple[CodeKind, str]:
    """Return the kind and the id in a token that was signed with ``key``.

    :raises CodeInvalid: the token is damaged, or was not signed with this key.
    """
    refusal = CodeInvalid(
        "This code is damaged or does not belong to this service. Scan it again.",
        "二维码无效或已损坏，请重新扫码。",
        field=field,
    )
    if len(token) != TOKEN_LENGTH:
        raise refusal
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeError):
        raise refusal from None
    head = raw[: 1 + _ID_BYTES]
    # The encoded texts are compared, because several base64 texts decode to the same bytes.
    if not hmac.compare_digest(token.encode("ascii"), _sign(head, key)):
        raise refusal
    return _KIND_BY_BYTE[head[0]], head[1:].hex()


def _sign(head: bytes, key: bytes) -> bytes:
    mac = hmac.digest(key, head, "sha256")[:_MAC_BYTES]
    return base64.urlsafe_b64encode(head + mac)
