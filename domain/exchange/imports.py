"""Imports: tables of postings or employers, brought in row by row, each with its outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.errors import InvalidInput
from domain.identity.accounts import Principal, Role
from domain.labels import Labelled
from domain.postings.postings import Finding, PostingStatus, Severity

MAX_IMPORT_ROWS = 50_000
"""Of one import, without the headings."""
EXAMPLE_MARKER = "示例"
"""The first cell of the template's example row: such a row is never taken in."""


class ImportKind(Labelled):
    """What the rows of a table are."""

    POSTINGS = "POSTINGS", "岗位"
    EMPLOYERS = "EMPLOYERS", "用人单位"


class ImportStatus(Labelled):
    """Where an import stands; the last three are ends."""

    QUEUED = "QUEUED", "排队中"
    RUNNING = "RUNNING", "导入中"
    DONE = "DONE", "已完成"
    CANCELLED = "CANCELLED", "已取消"
    BROKEN = "BROKEN", "已中断"


class RowOutcome(Labelled):
    """What became of a row, or would have in a dry run."""

    ACCEPTED = "ACCEPTED", "已发布"
    HELD = "HELD", "待审核或核验"
    REFUSED = "REFUSED", "未通过"
    DUPLICATE = "DUPLICATE", "已存在"
    FAILED = "FAILED", "无法读取"


OUTCOME_BY_STATUS = {
    PostingStatus.OPEN: RowOutcome.ACCEPTED,
    PostingStatus.IN_REVIEW: RowOutcome.HELD,
    PostingStatus.SUSPENDED: RowOutcome.HELD,
    PostingStatus.REFUSED: RowOutcome.REFUSED,
}
"""What the gate's verdict on a row makes of it."""


@dataclass(frozen=True, kw_only=True)
class RawRow:
    """The cells of a row as texts, in the order of the table; its number counts from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Import:
    """One table, and how far it has got.

    ``columns`` and ``headings`` are the key and the heading of each column of the table as it was
    given. The rows wait in ``chunks`` parts, of which ``next_chunk`` comes next. The numbers count
    the rows by outcome; ``active`` until it has come to an end. Whoever has the same ``scope`` as
    the account that brought it may follow it.
    """

    id: str
    kind: ImportKind
    dry_run: bool
    file_name: str
    scope: str
    account_id: str
    role: Role
    union_id: str | None
    employer_id: str | None
    columns: tuple[str, ...]
    headings: tuple[str, ...]
    total: int
    chunks: int
    next_chunk: int = 0
    status: ImportStatus = ImportStatus.QUEUED
    active: bool = True
    accepted: int = 0
    held: int = 0
    refused: int = 0
    duplicates: int = 0
    failed: int = 0
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def processed_rows(self) -> int:
        """Rows that have their outcome."""
        return self.accepted + self.held + self.refused + self.duplicates + self.failed

    @property
    def principal(self) -> Principal:
        """On whose behalf the rows are written."""
        return Principal(
            role=self.role,
            subject=self.account_id,
            union_id=self.union_id,
            employer_id=self.employer_id if self.role is Role.RECRUITER else None,
        )


@dataclass(frozen=True, kw_only=True)
class ImportRow:
    """The outcome of a row.

    ``key`` names the thing that the row is about and ``digest`` what it says of it: a later row
    of the same table can be compared with it.
    """

    id: str
    import_id: str
    number: int
    outcome: RowOutcome
    external_id: str = ""
    posting_id: str | None = None
    employer_id: str | None = None
    key: str = ""
    digest: str = ""
    findings: tuple[Finding, ...] = ()
    at: datetime


COUNTER_FIELDS = {
    RowOutcome.ACCEPTED: "accepted",
    RowOutcome.HELD: "held",
    RowOutcome.REFUSED: "refused",
    RowOutcome.DUPLICATE: "duplicates",
    RowOutcome.FAILED: "failed",
}
"""The field of an import that counts the rows of an outcome."""


def make_row_id(import_id: str, number: int) -> str:
    """The id of a row: in the order of the table, the ids of an import are in order too."""
    return f"{import_id}/{number:07}"


def count_outcomes(rows: Iterable[ImportRow]) -> dict[str, int]:
    """How many of the rows had each outcome, by the field that counts it."""
    found = dict.fromkeys(COUNTER_FIELDS.values(), 0)
    for row in rows:
        found[COUNTER_FIELDS[row.outcome]] += 1
    return found


def find_heading(one: Import, field: str) -> str | None:
    """The heading of the column that a finding's field was read from, as it stands in the table."""
    headings = dict(zip(one.columns, one.headings, strict=True))
    return headings.get(field) or headings.get(f"{field}.amount")


def import_scope(caller: Principal) -> str:
    """Who may follow an import of that caller: the colleagues of the union or of the employer."""
    if caller.role is Role.RECRUITER:
        return f"employer/{caller.employer_id}"
    return f"union/{caller.union_id}"


def check_file_name(name: str) -> str:
    """The name to show, at most 200 characters of it.

    :raises InvalidInput: it has control characters.
    """
    if not name.isprintable():
        raise InvalidInput("Give a file name without control characters.", field=("fileName",))
    return name.strip()[:200]


def make_row_finding(
    code: str, key: str, message: str, message_zh: str, severity: Severity = Severity.REFUSE
) -> Finding:
    """What is wrong with a row itself; its basis is no law."""
    return Finding(
        code=code,
        severity=severity,
        field=key,
        message=message,
        message_zh=message_zh,
        basis="",
    )


EXAMPLE_ROW_FINDING = make_row_finding(
    "EXAMPLE_ROW",
    "",
    "Take out the example row of the template.",
    "请删除模板中的示例行。",
)
EMPLOYER_MISSING = make_row_finding(
    "EMPLOYER_MISSING",
    "creditCode",
    "Give the credit code of the employer.",
    "请填写用人单位的统一社会信用代码。",
)
EMPLOYER_UNKNOWN = make_row_finding(
    "EMPLOYER_UNKNOWN",
    "creditCode",
    "No employer with this credit code is known here. Bring the employers first.",
    "没有登记该统一社会信用代码的用人单位，请先导入用人单位。",
)
EMPLOYER_NOT_YOURS = make_row_finding(
    "EMPLOYER_NOT_YOURS",
    "creditCode",
    "This import is for another employer. Take the row out.",
    "本次导入仅限一家用人单位，请删除其他单位的行。",
)
POSTING_NOT_YOURS = make_row_finding(
    "POSTING_NOT_YOURS",
    "externalId",
    "The posting with this number belongs to another union. Leave it to them.",
    "该编号的岗位属于其他工会，请由其修改。",
)
POSTING_CLOSED = make_row_finding(
    "POSTING_CLOSED",
    "externalId",
    "The posting with this number is closed. Give the job a new number.",
    "该编号的岗位已关闭，请使用新的编号。",
)
EMPLOYER_KNOWN_OTHERWISE = make_row_finding(
    "EMPLOYER_KNOWN_OTHERWISE",
    "creditCode",
    "The employer is known here with another name, place or description; it stays as it is.",
    "该用人单位已登记，名称、所在地或简介与本行不同，未作修改。",
    Severity.WARN,
)
