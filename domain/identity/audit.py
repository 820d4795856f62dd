"""The audit log: who did what to personal data, in a chain in which no row can be exchanged.

Each row holds the digest of the one before. A digest is made with a key (HMAC-SHA256), so that
somebody who can write to the database, but has no key, cannot make a chain of their own.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.errors import InvalidInput
from domain.free_text import check_text
from domain.identity.accounts import Principal
from domain.labels import Labelled

MIN_REASON_LENGTH = 5
MAX_REASON_LENGTH = 200
GENESIS_DIGEST = "0" * 64
"""What the first row has for the digest of the one before."""

_MOBILE = re.compile(r"(?<![0-9])(?:0086|86)?1[0-9]{10}(?![0-9])")
_DIGIT_SEPARATORS = re.compile(r"(?<=[0-9])[\s().\u2010-\u2015-]+(?=[0-9])")

DigestFunction = Callable[[bytes], str]
"""The keyed hash of a row, 64 hexadecimal digits."""


class AuditAction(Labelled):
    REVEAL = "REVEAL", "查看联系方式"
    EXPORT = "EXPORT", "导出"
    CORRECT = "CORRECT", "更正"
    WITHDRAW_CONSENT = "WITHDRAW_CONSENT", "撤回同意"
    CONFIRM_HIRE = "CONFIRM_HIRE", "本人确认录用"
    ERASE = "ERASE", "删除"
    DELETE_RECORDS = "DELETE_RECORDS", "到期销毁"
    ROTATE_KEYS = "ROTATE_KEYS", "轮换密钥"
    CHANGE_SECRET = "CHANGE_SECRET", "更换主密钥"
    VERIFY_EMPLOYER = "VERIFY_EMPLOYER", "核验用人单位"
    ADD_MINIMUM_WAGE = "ADD_MINIMUM_WAGE", "新增最低工资"
    VERIFY_MINIMUM_WAGE = "VERIFY_MINIMUM_WAGE", "核实最低工资"
    PUBLISH_CONSENT_TEXT = "PUBLISH_CONSENT_TEXT", "发布授权书"


class AuditRole(Labelled):
    """In what quality somebody acted."""

    OFFICER = "OFFICER", "工会干部"
    HOST = "HOST", "主播"
    RECRUITER = "RECRUITER", "招聘专员"
    PERSON = "PERSON", "本人"
    OPERATOR = "OPERATOR", "运维"
    SERVICE = "SERVICE", "系统"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acted: the id of an account or of a giver; operator and service are nobody else."""

    role: AuditRole
    id: str = ""


OPERATOR_ACTOR = Actor(role=AuditRole.OPERATOR)
SERVICE_ACTOR = Actor(role=AuditRole.SERVICE)


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One thing done. ``detail`` holds no personal data."""

    actor: Actor
    action: AuditAction
    subject_type: str
    subject_id: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class AuditRow:
    """An entry at its place: ``seq`` 1, 2, 3 ... without a gap; ``sha256`` is its digest."""

    seq: int
    at: datetime
    actor_role: AuditRole
    actor_id: str
    action: AuditAction
    subject_type: str
    subject_id: str
    detail: str
    previous: str
    sha256: str


def staff_actor(principal: Principal) -> Actor:
    """The actor that a member of staff is."""
    return Actor(role=AuditRole[principal.role.name], id=principal.subject)


def chain_entry(
    entry: AuditEntry, *, seq: int, previous: str, at: datetime, digest: DigestFunction
) -> AuditRow:
    """The row of an entry at its place behind the row with the digest ``previous``."""
    content = _digest_input(
        seq=seq,
        at=at,
        actor_role=entry.actor.role,
        actor_id=entry.actor.id,
        action=entry.action,
        subject_type=entry.subject_type,
        subject_id=entry.subject_id,
        detail=entry.detail,
        previous=previous,
    )
    return AuditRow(
        seq=seq,
        at=at,
        actor_role=entry.actor.role,
        actor_id=entry.actor.id,
        action=entry.action,
        subject_type=entry.subject_type,
        subject_id=entry.subject_id,
        detail=entry.detail,
        previous=previous,
        sha256=digest(content),
    )


def find_chain_fault(
    row: AuditRow, *, before: AuditRow | None, digest: DigestFunction
) -> str | None:
    """What is wrong with a row that stands behind ``before``, naming the row; None if nothing."""
    wanted = before.seq + 1 if before else 1
    if row.seq > wanted:
        return f"row {wanted} is missing"
    if row.seq < wanted:
        return f"row {row.seq} stands where row {wanted} belongs"
    content = _digest_input(
        seq=row.seq,
        at=row.at,
        actor_role=row.actor_role,
        actor_id=row.actor_id,
        action=row.action,
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        detail=row.detail,
        previous=row.previous,
    )
    if row.sha256 != digest(content):
        return f"row {row.seq} was changed"
    if row.previous != (before.sha256 if before else GENESIS_DIGEST):
        return f"row {row.seq} does not follow the row before it"
    return None


def _digest_input(*, at: datetime, **rest: object) -> bytes:
    # One form for one content: sorted keys, no blanks, UTC to the millisecond that is stored.
    when = at.astimezone(UTC).isoformat(timespec="milliseconds")
    named = {name: str(value) for name, value in rest.items()} | {"at": when}
    return json.dumps(named, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check_reason(raw: str, field: tuple[str, ...]) -> str:
    """The reason of a look at personal data, without blanks around it.

    :raises InvalidInput: not 5 to 200 characters, or with a mobile or identity-card number.
    """
    reason = raw.strip()
    if not MIN_REASON_LENGTH <= len(reason) <= MAX_REASON_LENGTH:
        raise InvalidInput(
            f"Say why, in {MIN_REASON_LENGTH} to {MAX_REASON_LENGTH} characters.", field=field
        )
    check_text(reason, MAX_REASON_LENGTH, field)
    if _MOBILE.search(_DIGIT_SEPARATORS.sub("", unicodedata.normalize("NFKC", reason))):
        raise InvalidInput("Leave phone numbers out of the reason: it is kept.", field=field)
    return reason
