"""Whose postings and employers an imported table may create or change."""

from __future__ import annotations

from domain.live.sessions import SessionStatus
from tests.support import records
from tests.support.import_tables import ImportDriver, csv_table, finding_codes, posting_row
from tests.support.organisations import new_credit_code
from tests.support.world import World, gid


async def test_employers_are_identified_by_their_credit_code(
    import_driver: ImportDriver, world: World
) -> None:
    known, new = world.employer, new_credit_code()
    rows = [
        {"统一社会信用代码": new, "单位名称": "合成机械", "所在地代码": "310115"},
        {"统一社会信用代码": new, "单位名称": "合成机械", "所在地代码": "310115"},
        {"统一社会信用代码": known.credit_code, "单位名称": "别名", "所在地代码": "310115"},
        {"统一社会信用代码": "123", "单位名称": "合成机械", "所在地代码": "310115"},
        {"统一社会信用代码": new_credit_code(), "单位名称": "", "所在地代码": "310115"},
        {"统一社会信用代码": new_credit_code(), "单位名称": "合成机械", "所在地代码": "999999"},
    ]
    token = world.token(world.officer)
    for asked in ({"dryRun": "true"}, {}):
        done = await import_driver.import_table(csv_table(rows), token, kind="EMPLOYERS", **asked)
        assert [(row["outcome"], finding_codes(row)) for row in done["rows"]] == [
            ("ACCEPTED", []),
            ("DUPLICATE", []),
            ("DUPLICATE", [("EMPLOYER_KNOWN_OTHERWISE", "统一社会信用代码")]),
            ("FAILED", [("INVALID_INPUT", "统一社会信用代码")]),
            ("FAILED", [("CELL_EMPTY", "单位名称")]),
            ("FAILED", [("INVALID_INPUT", "所在地代码")]),
        ]
    made = (await world.running.store.employers.by_credit_codes([new]))[new]
    assert (made.name, made.union_id, made.created_by) == (
        "合成机械",
        world.union.id,
        world.officer.id,
    )
    assert done["rows"][0]["employer"] == {"id": gid(made), "name": "合成机械"}
    again = await import_driver.import_table(csv_table(rows[:1]), token, kind="EMPLOYERS")
    assert again["duplicates"] == 1


async def test_a_recruiter_imports_postings_of_their_own_employer_only(
    import_driver: ImportDriver, world: World
) -> None:
    token = world.token(world.recruiter)
    rows = [
        posting_row(world, "1", 统一社会信用代码=""),
        posting_row(world, "2"),
        posting_row(world, "3", 统一社会信用代码=world.rival.credit_code),
    ]
    done = await import_driver.import_table(csv_table(rows), token)
    assert [(row["outcome"], finding_codes(row)) for row in done["rows"]] == [
        ("ACCEPTED", []),
        ("ACCEPTED", [("ALREADY_EXISTS", "岗位编号")]),
        ("FAILED", [("EMPLOYER_NOT_YOURS", "统一社会信用代码")]),
    ]


async def test_an_officer_names_the_employer_in_the_table_or_for_all_of_it(
    import_driver: ImportDriver, world: World
) -> None:
    rows = [posting_row(world, 统一社会信用代码="")]
    token = world.token(world.officer)
    without = await import_driver.import_table(csv_table(rows), token)
    assert finding_codes(without["rows"][0]) == [("EMPLOYER_MISSING", "统一社会信用代码")]
    named = await import_driver.import_table(csv_table(rows), token, employerId=gid(world.employer))
    assert named["accepted"] == 1


async def test_postings_of_an_employer_of_another_union_are_refused_and_stay_as_they_are(
    import_driver: ImportDriver, world: World
) -> None:
    await import_driver.import_table(csv_table([posting_row(world)]), world.token(world.officer))
    rows = [posting_row(world), posting_row(world, 基本工资="9000")]
    done = await import_driver.import_table(csv_table(rows), world.token(world.other_officer))
    assert [(row["outcome"], finding_codes(row)) for row in done["rows"]] == [
        ("FAILED", [("EMPLOYER_OUT_OF_SCOPE", "统一社会信用代码")])
    ] * 2


async def test_a_closed_posting_is_not_opened_by_a_table(
    import_driver: ImportDriver, world: World
) -> None:
    token = world.token(world.officer)
    await import_driver.import_table(csv_table([posting_row(world)]), token)
    store = world.running.store
    (stored,) = await store.postings.by_external_ids([(world.employer.id, "A-1")])
    await world.running.services.posting_gate.close(stored)
    done = await import_driver.import_table(
        csv_table([posting_row(world), posting_row(world, 基本工资="9000")]), token
    )
    assert [(row["outcome"], finding_codes(row)) for row in done["rows"]] == [
        ("DUPLICATE", []),
        ("FAILED", [("POSTING_CLOSED", "岗位编号")]),
    ]


async def test_a_session_unpins_a_posting_that_an_import_makes_fail(
    import_driver: ImportDriver, world: World
) -> None:
    token = world.token(world.officer)
    done = await import_driver.import_table(csv_table([posting_row(world)]), token)
    store = world.running.store
    (stored,) = await store.postings.by_external_ids([(world.employer.id, "A-1")])
    session = records.live_session(
        status=SessionStatus.LIVE, posting_ids=(stored.id,), pinned_posting_id=stored.id
    )
    await store.live_sessions.add([session])
    done = await import_driver.import_table(csv_table([posting_row(world, 基本工资="1000")]), token)
    assert done["refused"] == 1
    shown = await store.live_sessions.by_id(session.id)
    assert shown is not None
    assert shown.pinned_posting_id is None
