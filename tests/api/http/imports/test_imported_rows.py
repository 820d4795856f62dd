"""What the rows of an imported table become: outcomes, findings, and a dry run that agrees."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.http.limits import UploadLimits
from domain.exchange.import_columns import POSTING_COLUMNS
from domain.postings.postings import PostingStatus
from services.exchange.import_creation import ImportLimits
from storage.mongo.paging import PageRequest
from storage.mongo.repository import NEWEST_FIRST
from storage.postings.posting_query import PostingQuery
from tests.support.import_tables import (
    ImportDriver,
    csv_table,
    finding_codes,
    posting_row,
    serve_imports,
    xlsx_table,
)
from tests.support.organisations import new_credit_code
from tests.support.world import World, today

FORMS = {
    "CSV in UTF-8": csv_table,
    "CSV as Excel on Chinese Windows saves it": lambda rows: csv_table(rows, "gb18030"),
    "XLSX": xlsx_table,
}


@pytest.mark.parametrize("form", FORMS)
async def test_each_row_gets_the_verdict_of_the_gate(
    import_driver: ImportDriver, world: World, form: str
) -> None:
    rows = [
        posting_row(world, "1"),
        posting_row(world, "2", 社会保险=""),
        posting_row(world, "3", 工作地点代码="330402", 基本工资="2500"),
        posting_row(world, "4", 班次="夜班", 基本工资="面议"),
        posting_row(world, "5", 岗位名称="岗" * 121),
        posting_row(world, "6", 统一社会信用代码=new_credit_code()),
    ]
    done = await import_driver.import_table(FORMS[form](rows), world.token(world.officer))
    assert (done["status"], done["total"]) == ("DONE", 6)
    assert [(row["row"], row["externalId"], row["outcome"]) for row in done["rows"]] == [
        (2, "1", "ACCEPTED"),
        (3, "2", "REFUSED"),
        (4, "3", "HELD"),
        (5, "", "FAILED"),
        (6, "", "FAILED"),
        (7, "", "FAILED"),
    ]
    assert [finding_codes(row) for row in done["rows"]] == [
        [],
        [("SOCIAL_INSURANCE_MISSING", "社会保险")],
        [("MINIMUM_WAGE_TO_CHECK", "基本工资")],
        [("PAY_NOT_STATED", "基本工资"), ("NOT_IN_THE_LIST", "班次")],
        [("INVALID_INPUT", "岗位名称")],
        [("EMPLOYER_UNKNOWN", "统一社会信用代码")],
    ]
    for row in done["rows"]:
        for finding in row["findings"]:
            assert finding["message"].endswith(".")
            assert finding["messageZh"].endswith("。")
    stored = await world.running.store.postings.by_external_ids(
        [(world.employer.id, str(number)) for number in range(1, 7)]
    )
    assert {posting.external_id: posting.status for posting in stored} == {
        "1": PostingStatus.OPEN,
        "2": PostingStatus.REFUSED,
        "3": PostingStatus.IN_REVIEW,
    }


async def test_a_repeated_table_changes_nothing_and_a_changed_row_updates_its_posting(
    import_driver: ImportDriver, world: World
) -> None:
    token = world.token(world.officer)
    rows = [posting_row(world, "1"), posting_row(world, "2")]
    first = await import_driver.import_table(csv_table(rows), token)
    again = await import_driver.import_table(xlsx_table(rows), token)
    assert (again["duplicates"], again["accepted"]) == (2, 0)
    assert [row["posting"] for row in again["rows"]] == [row["posting"] for row in first["rows"]]
    changed = await import_driver.import_table(
        csv_table([rows[0], posting_row(world, "2", 基本工资="1800")]), token
    )
    assert [row["outcome"] for row in changed["rows"]] == ["DUPLICATE", "REFUSED"]
    assert changed["rows"][1]["posting"] == first["rows"][1]["posting"] | {
        "revision": 2,
        "status": "REFUSED",
    }


async def test_a_row_without_a_number_is_identified_by_its_content(
    import_driver: ImportDriver, world: World
) -> None:
    token = world.token(world.officer)
    rows = [posting_row(world, ""), posting_row(world, "", 岗位名称="焊工"), posting_row(world, "")]
    done = await import_driver.import_table(csv_table(rows), token)
    assert [row["outcome"] for row in done["rows"]] == ["ACCEPTED", "ACCEPTED", "DUPLICATE"]
    assert (await import_driver.import_table(csv_table(rows), token))["duplicates"] == 3


async def test_a_repeated_number_in_a_table_is_the_same_posting(
    import_driver: ImportDriver, world: World
) -> None:
    rows = [
        posting_row(world),
        posting_row(world, 基本工资="7000"),
        posting_row(world, 基本工资="7000"),
    ]
    for asked in ({"dryRun": "true"}, {}):
        done = await import_driver.import_table(
            csv_table(rows), world.token(world.officer), **asked
        )
        assert [row["outcome"] for row in done["rows"]] == ["ACCEPTED", "ACCEPTED", "DUPLICATE"]
    (stored,) = await world.running.store.postings.by_external_ids([(world.employer.id, "A-1")])
    assert (stored.revision, stored.terms.pay.from_fen) == (2, 700_000)


@pytest.fixture
async def small_chunks_driver(import_driver: ImportDriver) -> AsyncIterator[ImportDriver]:
    """Stores imports in chunks of two rows, so that a number comes again in a later chunk."""
    limits = ImportLimits(rows_per_chunk=2)
    async with serve_imports(import_driver, UploadLimits(), limits) as driver:
        yield driver


async def test_a_dry_run_writes_nothing_and_finds_the_same(
    small_chunks_driver: ImportDriver, world: World
) -> None:
    token = world.token(world.officer)
    await small_chunks_driver.import_table(
        csv_table([posting_row(world, "old"), posting_row(world, "other")]), token
    )
    rows = [
        posting_row(world, "1"),
        posting_row(world, "old"),
        posting_row(world, "2", 社会保险=""),
        posting_row(world, "1"),
        posting_row(world, "other", 基本工资="1000"),
        posting_row(world, "1", 基本工资="1000"),
        posting_row(world, "other", 基本工资="1000"),
        posting_row(world, "3", 班次="夜班"),
    ]
    dry = await small_chunks_driver.import_table(csv_table(rows), token, dryRun="true")
    stored = await world.running.store.postings.by_external_ids(
        [(world.employer.id, number) for number in ("1", "2", "old", "other")]
    )
    assert {(posting.external_id, posting.revision) for posting in stored} == {
        ("old", 1),
        ("other", 1),
    }
    wet = await small_chunks_driver.import_table(csv_table(rows), token)
    assert (dry["dryRun"], wet["dryRun"]) == (True, False)

    def outcomes(done: dict[str, Any]) -> list[Any]:
        return [(row["row"], row["outcome"], row["findings"]) for row in done["rows"]]

    assert outcomes(dry) == outcomes(wet)
    assert [row["outcome"] for row in wet["rows"]] == [
        "ACCEPTED",
        "DUPLICATE",
        "REFUSED",
        "DUPLICATE",
        "REFUSED",
        "REFUSED",
        "DUPLICATE",
        "FAILED",
    ]


async def test_the_example_row_of_the_template_is_refused(
    import_driver: ImportDriver, world: World
) -> None:
    token = world.token(world.officer)
    for name, kind in (("postings", "POSTINGS"), ("employers", "EMPLOYERS")):
        for form in ("csv", "xlsx"):
            answer = await import_driver.http.get(f"/imports/{name}.{form}")
            assert answer.status_code == 200
            done = await import_driver.import_table(answer.content, token, kind=kind)
            assert [(row["outcome"], finding_codes(row)) for row in done["rows"]] == [
                ("FAILED", [("EXAMPLE_ROW", None)])
            ]
    unknown = await import_driver.http.get("/imports/jobs.xls")
    assert unknown.status_code == 404


async def test_a_cell_with_control_characters_or_an_identity_number_is_a_finding(
    import_driver: ImportDriver, world: World
) -> None:
    rows = [
        posting_row(world, "1", 岗位名称="电\x07工"),
        posting_row(world, "2", 工作内容="联系 11010519491231002X"),
        posting_row(world, "3", 工作内容="长" * 9000),
        posting_row(world, "编" * 65),
    ]
    done = await import_driver.import_table(csv_table(rows), world.token(world.officer))
    assert [finding_codes(row) for row in done["rows"]] == [
        [("INVALID_INPUT", "岗位名称")],
        [("INVALID_INPUT", "工作内容")],
        [("INVALID_INPUT", "工作内容")],
        [("INVALID_INPUT", "岗位编号")],
    ]
    assert "11010519491231002X" not in str(done)


async def test_imported_postings_are_listed_like_any_other(
    import_driver: ImportDriver, world: World
) -> None:
    await import_driver.import_table(
        csv_table([posting_row(world, 岗位名称="合成焊工")]), world.token(world.officer)
    )
    query = PostingQuery(open_on=today(), employer_id=world.employer.id)
    page = await world.running.store.postings.page(query, NEWEST_FIRST, PageRequest(limit=1))
    assert page.items[0].terms.title == "合成焊工"


cell = st.text(max_size=10) | st.sampled_from(["电工", "8", "2026-12-31", "五险", ""])
lines = st.lists(st.lists(cell, min_size=1, max_size=30), min_size=1, max_size=12)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines)
async def test_whatever_the_cells_hold_every_row_has_one_outcome(
    import_driver: ImportDriver, world: World, lines: list[list[str]]
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[column.zh for column in POSTING_COLUMNS], *lines])
    read = [line for line in lines if any(each.strip() for each in line)]
    answer = await import_driver.send(text.getvalue().encode(), world.token(world.officer))
    if not read:
        assert answer.status_code == 400
        return
    await import_driver.importer.run()
    done = await import_driver.fetch_result(answer.json()["id"], world.token(world.officer))
    assert (done["status"], done["read"], done["total"]) == ("DONE", len(read), len(read))
