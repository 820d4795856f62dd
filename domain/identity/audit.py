"""The audit log: a chain of rows that records who did what to personal data.

Each row holds the digest of the previous row, so a changed or missing row is detected. Digests are
keyed (HMAC-SHA256): write access to the database is not enough to forge a chain.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from domain.free_text import check_text
from domain.identity.accounts import Principal
from domain.identity.persons import holds_mobile_number
from domain.labels import Labelled
from domain.refusals import InvalidInput

MIN_REASON_LENGTH = 5
MAX_REASON_LENGTH = 200
GENESIS_DIGEST = "0" * 64
"""The ``previous`` digest of the first row."""

DigestFunction = Callable[[bytes], str]
"""Returns the keyed hash of a row as 64 hexadecimal digits."""


class AuditAction(Labelled):
    """What was done."""

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
    CONFIRM_PHONE = "CONFIRM_PHONE", "核实号码"
    PUBLISH_CONSENT_TEXT = "PUBLISH_CONSENT_TEXT", "发布授权书"
    DISABLE_ACCOUNT = "DISABLE_ACCOUNT", "停用账号"
    ENABLE_ACCOUNT = "ENABLE_ACCOUNT", "启用账号"
    RESET_PASSWORD = "RESET_PASSWORD", "重置密码"
    CHANGE_PASSWORD = "CHANGE_PASSWORD", "修改密码"
    SIGN_OUT_EVERYWHERE = "SIGN_OUT_EVERYWHERE", "全部退出登录"
    END_SIGN_IN = "END_SIGN_IN", "终止登录"
    REDACT = "REDACT", "清除原因"
    ADD_OCCUPATION = "ADD_OCCUPATION", "新增职业名称"
    CUT_OFF_STREAM = "CUT_OFF_STREAM", "切断直播画面"
    RESTORE_STREAM = "RESTORE_STREAM", "恢复直播画面"
    EDIT_SESSION = "EDIT_SESSION", "修改场次"
    PROPOSE_MINIMUM_WAGE = "PROPOSE_MINIMUM_WAGE", "申报最低工资"
    REFUSE_MINIMUM_WAGE = "REFUSE_MINIMUM_WAGE", "不采纳最低工资申报"
    APPEAL_POSTING = "APPEAL_POSTING", "岗位申诉"


class AuditRole(Labelled):
    """The capacity in which somebody acted."""

    OFFICER = "OFFICER", "工会干部"
    HOST = "HOST", "主播"
    RECRUITER = "RECRUITER", "招聘专员"
    PERSON = "PERSON", "本人"
    OPERATOR = "OPERATOR", "运维"
    SERVICE = "SERVICE", "系统"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acted.

    ``id`` is that of a staff account, or of the giver (the device that sent a lead) for PERSON. It
    is empty for OPERATOR and SERVICE.
    """

    role: AuditRole
    id: str = ""


OPERATOR_ACTOR = Actor(role=AuditRole.OPERATOR)
SERVICE_ACTOR = Actor(role=AuditRole.SERVICE)


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One action to be logged. ``detail`` holds no personal data."""

    actor: Actor
    action: AuditAction
    subject_type: str
    subject_id: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class AuditRow:
    """A logged action. ``seq`` counts 1, 2, 3 ... without a gap.

    ``sha256`` is the keyed digest of all other fields as they were written, ``previous`` that of
    the row before. ``redacted_at`` is when the detail was emptied, because the person it was about
    was erased; a later row proves that nothing else was changed.
    """

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
    redacted_at: datetime | None = None

    @property
    def is_by_person(self) -> bool:
        """Whether the person themself acted, with a receipt."""
        return self.actor_role is AuditRole.PERSON


def staff_actor(principal: Principal) -> Actor:
    """Return the actor for a member of staff."""
    return Actor(role=AuditRole[principal.role.name], id=principal.subject)


def chain_entry(
    entry: AuditEntry, *, seq: int, previous: str, at: datetime, digest: DigestFunction
) -> AuditRow:
    """Return the row for an entry that follows the row with the digest ``previous``."""
    row = AuditRow(
        seq=seq,
        at=at,
        actor_role=entry.actor.role,
        actor_id=entry.actor.id,
        action=entry.action,
        subject_type=entry.subject_type,
        subject_id=entry.subject_id,
        detail=entry.detail,
        previous=previous,
        sha256="",
    )
    return replace(row, sha256=digest(_digest_input(row)))


def find_chain_fault(
    row: AuditRow, *, before: AuditRow | None, digest: DigestFunction
) -> str | None:
    """Return what is wrong with a row that should follow ``before``, or None if nothing is."""
    expected_seq = before.seq + 1 if before else 1
    if row.seq > expected_seq:
        return f"row {expected_seq} is missing"
    if row.seq < expected_seq:
        return f"row {row.seq} is in the place of row {expected_seq}"
    # The digest of a redacted row covers what is gone: `RedactionProofs` checks what is left.
    if row.redacted_at is None and row.sha256 != digest(_digest_input(row)):
        return f"row {row.seq} was changed"
    if row.previous != (before.sha256 if before else GENESIS_DIGEST):
        return f"row {row.seq} does not follow the row before it"
    return None


def redact_row(
    row: AuditRow, actor: Actor, *, at: datetime, digest: DigestFunction
) -> tuple[AuditRow, AuditEntry]:
    """Return the row without its detail, and the entry that proves what is left of it."""
    redacted = replace(row, detail="", redacted_at=at)
    entry = AuditEntry(
        actor=actor,
        action=AuditAction.REDACT,
        subject_type="AuditRow",
        subject_id=str(row.seq),
        detail=digest(_digest_input(redacted)),
    )
    return redacted, entry


class RedactionProofs:
    """Checks that a later row of the chain proves each redacted row. Rows are given in order."""

    def __init__(self, digest: DigestFunction) -> None:
        self._digest = digest
        self._unproven: dict[int, str] = {}

    def find_fault(self, row: AuditRow) -> str | None:
        """Return what is wrong with the redacted row that this row proves, or None."""
        if row.redacted_at is not None:
            self._unproven[row.seq] = self._digest(_digest_input(row))
        if row.action is not AuditAction.REDACT:
            return None
        # A row that was redacted after it was read here is not awaited.
        left = self._unproven.pop(int(row.subject_id), row.detail)
        return None if left == row.detail else f"row {row.subject_id} was changed"

    def find_unproven(self) -> str | None:
        """Return what is wrong with the rows that no row has proven, or None."""
        return f"row {min(self._unproven)} was emptied" if self._unproven else None


def _digest_input(row: AuditRow) -> bytes:
    """Return the bytes that the digest of a row covers: all fields but the digest itself.

    Equal rows give equal bytes: sorted keys, no blanks, and UTC to the millisecond as stored.
    """
    left_out = {"sha256", "redacted_at"}
    values = {name: str(value) for name, value in vars(row).items() if name not in left_out}
    values["at"] = row.at.astimezone(UTC).isoformat(timespec="milliseconds")
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check_reason(raw: str, field: tuple[str, ...]) -> str:
    """Return the reason for accessing personal data, without blanks at its ends.

    :raises InvalidInput: the reason has fewer than 5 or more than 200 characters, or holds a mobile
        or identity-card number.
    """
    reason = raw.strip()
    if not MIN_REASON_LENGTH <= len(reason) <= MAX_REASON_LENGTH:
        raise InvalidInput(
            f"Give a reason of {MIN_REASON_LENGTH} to {MAX_REASON_LENGTH} characters.",
            f"请填写原因，{MIN_REASON_LENGTH}至{MAX_REASON_LENGTH}个字。",
            field=field,
        )
    check_text(reason, MAX_REASON_LENGTH, field)
    if holds_mobile_number(reason):
        raise InvalidInput(
            "Leave phone numbers out of the reason: it is stored in the audit log.",
            "原因会长期保存，请不要填写电话号码。",
            field=field,
        )
    return reason
