"""Imports: tables of postings or employers that are read row by row, with an outcome for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.identity.accounts import Principal, Role
from domain.labels import Labelled
from domain.postings.postings import Finding, PostingStatus, Severity
from domain.refusals import InvalidInput

MAX_IMPORT_ROWS = 50_000
"""Maximum rows of one import, without the headings."""
EXAMPLE_MARKER = "示例"
"""The first cell of the template's example row, which is never imported."""


class ImportKind(Labelled):
    """What the rows of the table describe."""

    POSTINGS = "POSTINGS", "岗位"
    EMPLOYERS = "EMPLOYERS", "用人单位"


class ImportStatus(Labelled):
    """The status of an import. DONE, CANCELLED and BROKEN are final."""

    QUEUED = "QUEUED", "排队中"
    RUNNING = "RUNNING", "导入中"
    DONE = "DONE", "已完成"
    CANCELLED = "CANCELLED", "已取消"
    BROKEN = "BROKEN", "已中断"


class RowOutcome(Labelled):
    """The outcome of a row, or the one it would have in a dry run."""

    ACCEPTED = "ACCEPTED", "已发布"
    HELD = "HELD", "待审核或核验"
    REFUSED = "REFUSED", "未通过"
    DUPLICATE = "DUPLICATE", "已存在"
    FAILED = "FAILED", "无法读取"


class HiddenRows(Labelled):
    """What to do with rows that a sheet hides, by hand or by a filter."""

    ASK = "ASK", "先询问", "Refuse the table and ask"
    SKIP = "SKIP", "不导入", "Leave them out"
    INCLUDE = "INCLUDE", "一并导入", "Import them, too"


OUTCOME_BY_STATUS = {
    PostingStatus.OPEN: RowOutcome.ACCEPTED,
    PostingStatus.IN_REVIEW: RowOutcome.HELD,
    PostingStatus.SUSPENDED: RowOutcome.HELD,
    PostingStatus.REFUSED: RowOutcome.REFUSED,
}
"""The outcome of a row by the status that screening gave its posting."""


@dataclass(frozen=True, kw_only=True)
class RawRow:
    """The cells of a row as text, in table order. ``number`` counts from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Import:
    """The import of one table, and its progress.

    ``columns`` and ``headings`` are the key and the heading of each column of the uploaded table.
    The rows are stored in ``chunks`` parts; ``next_chunk`` is processed next. ``accepted`` to
    ``failed`` count rows by outcome. ``active`` is True until the import ends. Accounts with the
    same ``scope`` as the uploader may see it.
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
        """The number of rows that have an outcome."""
        return self.accepted + self.held + self.refused + self.duplicates + self.failed

    @property
    def principal(self) -> Principal:
        """The principal on whose behalf the rows are written."""
        return Principal(
            role=self.role,
            subject=self.account_id,
            union_id=self.union_id,
            employer_id=self.employer_id if self.role is Role.RECRUITER else None,
        )


@dataclass(frozen=True, kw_only=True)
class ImportRow:
    """The outcome of one row.

    ``key`` identifies the posting or employer that the row describes, ``digest`` its content. Later
    rows of the same table are compared with them to find duplicates.
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
"""The field of ``Import`` that counts the rows with each outcome."""


def make_row_id(import_id: str, number: int) -> str:
    """Return the id of a row. Ids sort in the order of the table."""
    return f"{import_id}/{number:07}"


def count_outcomes(rows: Iterable[ImportRow]) -> dict[str, int]:
    """Return the number of rows with each outcome, by counter field."""
    counts = dict.fromkeys(COUNTER_FIELDS.values(), 0)
    for row in rows:
        counts[COUNTER_FIELDS[row.outcome]] += 1
    return counts


def find_heading(table: Import, field: str) -> str | None:
    """Return the heading, as in the uploaded table, of the column of a finding's ``field``."""
    headings = dict(zip(table.columns, table.headings, strict=True))
    return headings.get(field) or headings.get(f"{field}.amount")


def import_scope(caller: Principal) -> str:
    """Return the scope of an import by this caller: their employer or their union."""
    if caller.role is Role.RECRUITER:
        return f"employer/{caller.employer_id}"
    return f"union/{caller.union_id}"


def check_file_name(name: str) -> str:
    """Return the file name to show, cut to 200 characters.

    :raises InvalidInput: the name holds control characters.
    """
    if not name.isprintable():
        raise InvalidInput(
            "Give a file name without control characters.",
            "文件名不能包含控制字符。",
            field=("fileName",),
        )
    return name.strip()[:200]


def make_row_finding(
    code: str, key: str, message: str, message_zh: str, severity: Severity = Severity.REFUSE
) -> Finding:
    """Return a finding about a row of the table. It has no legal basis."""
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
    "Remove the example row of the template.",
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
    "No employer with this credit code is registered. Import the employers first.",
    "没有登记该统一社会信用代码的用人单位，请先导入用人单位。",
)
EMPLOYER_NOT_YOURS = make_row_finding(
    "EMPLOYER_NOT_YOURS",
    "creditCode",
    "This import is for another employer. Remove the row.",
    "本次导入仅限一家用人单位，请删除其他单位的行。",
)
EMPLOYER_OUT_OF_SCOPE = make_row_finding(
    "EMPLOYER_OUT_OF_SCOPE",
    "creditCode",
    "Another union looks after this employer. Ask an officer of that union, or remove the row.",
    "该用人单位由其他工会负责，请联系该工会的工作人员，或删除此行。",
)
POSTING_CLOSED = make_row_finding(
    "POSTING_CLOSED",
    "externalId",
    "The posting with this number is closed. Give the job a new number.",
    "该编号的岗位已关闭，请使用新的编号。",
)
JOB_EXISTS = make_row_finding(
    "ALREADY_EXISTS",
    "externalId",
    "The employer has this job already: the same title, place, pay and shift. Change that posting, "
    "or give this row a number of its own if it is another job.",
    "该单位已有相同岗位（名称、地点、工资、班次都一样）。请修改原岗位；确实是另一个岗位的，请填写岗位编号。",
)
JOB_TWICE = make_row_finding(
    "ALREADY_EXISTS",
    "externalId",
    "The employer has a job with the same title, place, pay and shift under another number. Check "
    "whether both are wanted.",
    "该单位另一编号下有相同岗位（名称、地点、工资、班次都一样），请核对是否重复。",
    Severity.WARN,
)
EMPLOYER_KNOWN_OTHERWISE = make_row_finding(
    "EMPLOYER_KNOWN_OTHERWISE",
    "creditCode",
    "The employer is registered with another name, place or description, and was not changed.",
    "该用人单位已登记，名称、所在地或简介与本行不同，未作修改。",
    Severity.WARN,
)
