"""Tables as offices send them, from the upload to the outcome of each row."""

from __future__ import annotations

import io
from datetime import timedelta

import orjson
import pytest
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from schema.relay import parse_global_id
from tests.support.import_tables import (
    ImportDriver,
    Row,
    csv_table,
    finding_codes,
    posting_row,
    xlsx_table,
)
from tests.support.world import World, today


def hidden_table(rows: list[Row], shown: int) -> bytes:
    """Return a sheet that shows the first rows only, as an AutoFilter does."""

    def hide(sheet: Worksheet) -> None:
        for line in range(shown + 1, len(rows) + 1):
            sheet.set_row(line, None, None, {"hidden": True})

    return xlsx_table(rows, hide)


async def test_rows_that_a_filter_hides_are_public_only_if_somebody_says_so(
    import_driver: ImportDriver, world: World
) -> None:
    rows = [posting_row(world, f"H-{number}", 岗位名称=f"电工{number}") for number in range(10)]
    table = hidden_table(rows, 2)
    answer = await import_driver.send(table, world.token(world.officer))
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
    assert "hides 8 of its 11 rows" in answer.json()["error"]
    checked = await import_driver.send(table, world.token(world.officer), dryRun="true")
    assert (checked.json()["hiddenRows"], checked.json()["total"]) == (8, 10)
    await import_driver.importer.run()
    skipped = await import_driver.import_table(table, world.token(world.officer), hiddenRows="SKIP")
    assert (skipped["total"], skipped["accepted"]) == (2, 2)
    included = await import_driver.import_table(
        table, world.token(world.officer), hiddenRows="INCLUDE"
    )
    assert (included["accepted"], included["duplicates"]) == (8, 2)


async def test_numbers_that_lost_digits_are_refused_by_name_and_overwrite_nothing(
    import_driver: ImportDriver, world: World
) -> None:
    rows = [posting_row(world, str(320000000000012345 + more)) for more in (0, 1)]

    def write_numbers(sheet: Worksheet) -> None:
        for line, row in enumerate(rows, start=1):
            sheet.write_number(line, list(row).index("岗位编号"), float(row["岗位编号"]))

    table = xlsx_table(rows, write_numbers)
    done = await import_driver.import_table(table, world.token(world.officer))
    assert [row["outcome"] for row in done["rows"]] == ["FAILED", "FAILED"]
    assert finding_codes(done["rows"][0]) == [("DIGITS_LOST", "岗位编号")]
    assert "digits were lost" in done["rows"][0]["findings"][0]["message"]
    as_text = await import_driver.import_table(csv_table(rows), world.token(world.officer))
    assert [row["externalId"] for row in as_text["rows"]] == [row["岗位编号"] for row in rows]


async def test_a_bad_byte_fails_its_row_by_name_and_the_others_are_imported(
    import_driver: ImportDriver, world: World
) -> None:
    rows = [posting_row(world, f"B-{number}", 岗位名称=f"保安{number}") for number in range(3)]
    content = csv_table(rows, "gb18030").replace("保安1".encode("gb18030"), b"\xff\xb1\xa3,"[:1])
    done = await import_driver.import_table(content, world.token(world.officer))
    assert [row["outcome"] for row in done["rows"]] == ["ACCEPTED", "FAILED", "ACCEPTED"]
    failed = done["rows"][1]
    assert (failed["row"], finding_codes(failed)) == (3, [("CHARACTER_LOST", "岗位名称")])
    assert "第1个字符" in failed["findings"][0]["messageZh"]


async def test_titles_merged_cells_and_two_levels_of_headings(
    import_driver: ImportDriver, world: World
) -> None:
    rows = [posting_row(world, f"M-{number}", 岗位名称=f"文员{number}") for number in range(3)]
    for row in rows:
        del row["基本工资"], row["计薪周期"], row["试用期工资"]
    names = [name for name in rows[0] if rows[0][name]]
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, len(names) + 1, "岗位汇总表")
        for place, name in enumerate(names):
            sheet.merge_range(1, place, 2, place, name)
        sheet.merge_range(1, len(names), 1, len(names) + 1, "工资")
        sheet.write_row(2, len(names), ["最低", "最高"])
        merged = {"统一社会信用代码", "工作内容", "福利"}
        for line, row in enumerate(rows, start=3):
            for place, name in enumerate(names):
                if name not in merged:
                    sheet.write_string(line, place, row[name])
            sheet.write_row(line, len(names), [6500, 8000])
        for name in sorted(merged):
            place = names.index(name)
            sheet.merge_range(3, place, 5, place, rows[0][name])
    done = await import_driver.import_table(file.getvalue(), world.token(world.officer))
    assert [(row["row"], row["outcome"]) for row in done["rows"]] == [
        (4, "ACCEPTED"),
        (5, "ACCEPTED"),
        (6, "ACCEPTED"),
    ]


async def test_a_number_merged_over_rows_makes_no_two_rows_one(
    import_driver: ImportDriver, world: World
) -> None:
    rows = [posting_row(world, "", 岗位名称=f"焊工{number}") for number in range(2)]

    def merge(sheet: Worksheet) -> None:
        for name in ("岗位编号", "招聘人数"):
            place = list(rows[0]).index(name)
            sheet.merge_range(1, place, 2, place, "5")

    table = xlsx_table(rows, merge)
    done = await import_driver.import_table(table, world.token(world.officer))
    assert [finding_codes(row) for row in done["rows"]] == [
        [("CELL_MERGED", "岗位编号"), ("CELL_MERGED", "招聘人数")]
    ] * 2


async def test_a_dry_run_answers_how_columns_are_read_and_the_next_call_corrects_it(
    import_driver: ImportDriver, world: World
) -> None:
    row = posting_row(world, "G-1")
    row = {
        {"基本工资": "岗位薪资待遇情况", "岗位名称": "岗位名秤"}.get(name, name): cell
        for name, cell in row.items()
    } | {"联系人": "王主任"}
    table = csv_table([row])
    checked = await import_driver.send(table, world.token(world.officer), dryRun="true")
    assert checked.status_code == 202
    guesses = [each for each in checked.json()["columns"] if not each["certain"]]
    assert guesses == [
        {"heading": "岗位名秤", "column": "title", "certain": False},
        {"heading": "岗位薪资待遇情况", "column": "pay.amount", "certain": False},
    ]
    unknown = [each["heading"] for each in checked.json()["columns"] if each["column"] is None]
    assert unknown == ["联系人"]
    await import_driver.importer.run()
    refused = await import_driver.send(table, world.token(world.officer))
    assert "seems to be title" in refused.json()["error"]
    columns = {"岗位名秤": "title", "岗位薪资待遇情况": "pay.amount", "联系人": None}
    done = await import_driver.import_table(
        table, world.token(world.officer), columns=orjson.dumps(columns).decode()
    )
    assert done["accepted"] == 1


@pytest.mark.parametrize(
    "columns",
    [
        "x",
        "[]",
        '{"a": 1}',
        '{"a": "contact"}',
        orjson.dumps(dict.fromkeys(map(str, range(65)))).decode(),
    ],
)
async def test_columns_that_are_no_columns_are_refused(
    import_driver: ImportDriver, world: World, columns: str
) -> None:
    table = csv_table([posting_row(world)])
    answer = await import_driver.send(table, world.token(world.officer), columns=columns)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")


ORDINARY: dict[str, dict[str, str]] = {
    "5000-8000": {"基本工资": "5000-8000"},
    "6k-8k": {"基本工资": "6k-8k"},
    "5000起": {"基本工资": "5000起"},
    "0.6万": {"基本工资": "0.6万"},
    "元/年": {"基本工资": "72000", "计薪周期": "元/年"},
    "元/天": {"基本工资": "260元/天", "计薪周期": ""},
    "元/件": {"基本工资": "0.5元/件，保底3500", "计薪周期": "元/件"},
    "12薪×7000": {"基本工资": "12薪×7000"},
    "驾驶员": {"职业类别": "驾驶员"},
    "厨师": {"职业类别": "厨师"},
    "缝纫工": {"职业类别": "缝纫工"},
    "五险一金": {"社会保险": "五险一金"},
    "双休": {"福利": "双休"},
    "长白班": {"班次": "长白班"},
    "若干人": {"招聘人数": "若干人"},
    "长期有效": {"有效期至": "长期有效"},
}


async def test_sixteen_ordinary_rows_are_read(import_driver: ImportDriver, world: World) -> None:
    rows = [
        posting_row(world, f"O-{name}", 岗位名称=f"岗位{number}", **cells)
        for number, (name, cells) in enumerate(ORDINARY.items())
    ]
    done = await import_driver.import_table(
        csv_table(rows), world.token(world.officer), dryRun="true"
    )
    outcomes = {row["externalId"][2:]: row["outcome"] for row in done["rows"]}
    assert {name: outcome for name, outcome in outcomes.items() if outcome == "FAILED"} == {}
    noted = {row["externalId"][2:]: finding_codes(row) for row in done["rows"]}
    assert ("HEADCOUNT_ASSUMED", "招聘人数") in noted["若干人"]
    assert ("OPEN_FOR_A_YEAR", "有效期至") in noted["长期有效"]


async def test_a_job_without_an_end_is_the_same_one_in_the_next_import(
    import_driver: ImportDriver, world: World
) -> None:
    row = posting_row(world, "", 有效期至="长期有效")
    first = await import_driver.import_table(csv_table([row]), world.token(world.officer))
    second = await import_driver.import_table(xlsx_table([row]), world.token(world.officer))
    assert (first["accepted"], second["duplicates"]) == (1, 1)
    stored = await import_driver.running.store.postings.by_ids(
        [parse_global_id(first["rows"][0]["posting"]["id"], "Posting", "id")]
    )
    (posting,) = stored.values()
    assert posting.terms.valid_until == today() + timedelta(days=366)
