"""The import endpoint: which tables it refuses, and how many imports run or wait at once."""

from __future__ import annotations

import asyncio

import pytest

from api.http.limits import UploadLimits
from domain.exchange.import_columns import POSTING_COLUMNS
from services.exchange.import_creation import MAX_TABLE_BYTES, ImportLimits
from tests.support import records
from tests.support.import_tables import ImportDriver, csv_table, posting_row, serve_imports
from tests.support.world import World, gid


@pytest.mark.parametrize(
    ("caller", "asked", "status", "code"),
    [
        ("nobody", {}, 401, "UNAUTHENTICATED"),
        ("viewer", {}, 403, "NOT_PERMITTED"),
        ("host", {}, 403, "NOT_PERMITTED"),
        ("recruiter", {"kind": "EMPLOYERS"}, 403, "NOT_PERMITTED"),
        ("officer", {"kind": "LEADS"}, 400, "INVALID_INPUT"),
        ("officer", {"dryrun": "true"}, 400, "INVALID_INPUT"),
        ("officer", {"dryRun": "yes"}, 400, "INVALID_INPUT"),
        ("officer", {"employerId": "x"}, 400, "INVALID_ID"),
        ("officer", {"fileName": "a\nb"}, 400, "INVALID_INPUT"),
    ],
)
async def test_a_forbidden_or_invalid_import_is_refused_with_its_code(
    import_driver: ImportDriver,
    readonly_world: World,
    caller: str,
    asked: dict[str, str],
    status: int,
    code: str,
) -> None:
    answer = await import_driver.send(b"x", readonly_world.token_of(caller), **asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_another_employer_or_an_unknown_one_is_refused(
    import_driver: ImportDriver, readonly_world: World
) -> None:
    rival, nobody = gid(readonly_world.rival), gid(records.employer())
    answer = await import_driver.send(
        b"x", readonly_world.token(readonly_world.recruiter), employerId=rival
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "NOT_PERMITTED")
    answer = await import_driver.send(
        b"x", readonly_world.token(readonly_world.officer), employerId=nobody
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty"),
        (b"\n ,\n", "The file is empty"),
        (b"\xff\xff\xff\xff", "not text in UTF-8, UTF-16 or GB18030"),
        (b"PK\x03\x04 and no more", "damaged"),
        (",".join(column.zh for column in POSTING_COLUMNS).encode(), "no row below"),
        (b"title,color\nx,y\n", "“color” is not known"),
    ],
)
async def test_a_file_that_is_no_table_is_refused_and_leaves_nothing(
    import_driver: ImportDriver, readonly_world: World, content: bytes, message: str
) -> None:
    token = readonly_world.token(readonly_world.officer)
    answer = await import_driver.send(content, token)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
    assert message in answer.json()["error"]
    store = readonly_world.running.store
    assert not await store.imports.is_active(readonly_world.officer.id)


async def test_a_table_over_the_row_limit_is_refused_and_leaves_nothing(
    import_driver: ImportDriver, readonly_world: World
) -> None:
    limits = ImportLimits(max_rows=3, rows_per_chunk=2)
    chunks = readonly_world.running.store.mongo["import_chunks"]
    before = await chunks.count_documents({})
    token = readonly_world.token(readonly_world.officer)
    rows = [posting_row(readonly_world, str(place)) for place in range(4)]
    async with serve_imports(import_driver, UploadLimits(), limits) as driver:
        answer = await driver.send(csv_table(rows), token)
    assert "at most 3 rows" in answer.json()["error"]
    assert await chunks.count_documents({}) == before


async def test_a_body_over_the_limit_is_refused_before_it_is_read(
    import_driver: ImportDriver, readonly_world: World
) -> None:
    answer = await import_driver.send(
        b" " * (MAX_TABLE_BYTES + 1), readonly_world.token(readonly_world.officer)
    )
    assert answer.status_code == 413


async def test_an_account_has_one_import_at_a_time(
    import_driver: ImportDriver, world: World
) -> None:
    token = world.token(world.officer)
    first = await import_driver.send(csv_table([posting_row(world, "1")]), token)
    second = await import_driver.send(csv_table([posting_row(world, "2")]), token)
    assert (second.status_code, second.json()["code"]) == (429, "TOO_MANY_ATTEMPTS")
    assert second.headers["retry-after"] == "10"
    await import_driver.importer.run()
    assert (await import_driver.fetch_result(first.json()["id"], token))["status"] == "DONE"
    assert (await import_driver.import_table(csv_table([posting_row(world, "2")]), token))[
        "accepted"
    ] == 1


async def test_of_two_concurrent_imports_one_is_accepted(
    import_driver: ImportDriver, world: World
) -> None:
    token = world.token(world.officer)
    answers = await asyncio.gather(
        *(
            import_driver.send(csv_table([posting_row(world, str(place))]), token)
            for place in range(2)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [202, 429]
    chunks = world.running.store.mongo["import_chunks"]
    (taken,) = [answer.json()["id"] for answer in answers if answer.status_code == 202]
    await import_driver.importer.run()
    assert (await import_driver.fetch_result(taken, token))["accepted"] == 1
    assert await chunks.count_documents({}) == 0


async def test_the_queue_and_the_concurrent_uploads_are_limited(
    import_driver: ImportDriver, world: World
) -> None:
    token = world.token(world.officer)
    await import_driver.send(csv_table([posting_row(world)]), world.token(world.recruiter))
    for limits in (
        (UploadLimits(), ImportLimits(max_waiting=1)),
        (UploadLimits(max_concurrent=0), ImportLimits()),
    ):
        async with serve_imports(import_driver, *limits) as driver:
            answer = await driver.send(csv_table([posting_row(world)]), token)
        assert (answer.status_code, answer.json()["code"]) == (503, "BUSY")
        assert answer.headers["retry-after"] == "10"
    await import_driver.importer.run()
