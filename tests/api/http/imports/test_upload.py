"""Tables in multipart forms, as browsers and ``curl -F`` send them, and malformed forms."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.http.imports.upload import MAX_FIELD_BYTES, MAX_FORM_FIELDS
from api.http.limits import UploadLimits
from domain.exchange.imports import Import
from schema.relay import parse_global_id
from services.exchange.import_creation import MAX_TABLE_BYTES
from tests.support.import_tables import (
    ImportDriver,
    csv_table,
    posting_row,
    serve_imports,
    xlsx_table,
)
from tests.support.waiting import wait_until
from tests.support.world import World, gid

TYPE = "multipart/form-data; boundary=b"


def headers(token: str, **more: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}", **more}


async def send_form(
    import_driver: ImportDriver,
    token: str,
    files: Any,
    asked: dict[str, str] | None = None,
    **fields: str,
) -> httpx.Response:
    return await import_driver.http.post(
        "/imports", files=files, data=fields, params=asked, headers=headers(token)
    )


async def run_accepted_import(import_driver: ImportDriver, answer: httpx.Response) -> Import:
    """Run the accepted import, and return its result."""
    assert answer.status_code == 202, answer.text
    await import_driver.importer.run()
    one = await import_driver.running.store.imports.by_id(
        parse_global_id(answer.json()["id"], "Import")
    )
    assert one is not None
    return one


@pytest.mark.parametrize("make", [csv_table, xlsx_table])
async def test_a_table_in_a_form_is_imported_like_one_sent_alone(
    import_driver: ImportDriver, world: World, make: Any
) -> None:
    token = world.token(world.officer)
    content = make([posting_row(world, "1"), posting_row(world, "2", 社会保险="")])
    one = await run_accepted_import(
        import_driver, await send_form(import_driver, token, {"file": ("岗位.xlsx", content)})
    )
    assert (one.file_name, one.dry_run, one.accepted, one.refused) == ("岗位.xlsx", False, 1, 1)
    assert (await import_driver.import_table(content, token))["duplicates"] == 2


async def test_options_are_form_fields_or_query_parameters(
    import_driver: ImportDriver, world: World
) -> None:
    token = world.token(world.officer)
    files = {"file": ("a.csv", csv_table([posting_row(world, 统一社会信用代码="")]))}
    employer = gid(world.employer)
    one = await run_accepted_import(
        import_driver,
        await send_form(
            import_driver, token, files, dryRun="true", employerId=employer, fileName="名"
        ),
    )
    assert (one.dry_run, one.employer_id, one.file_name) == (True, world.employer.id, "名")
    asked = {"dryRun": "true", "fileName": "名"}
    one = await run_accepted_import(
        import_driver, await send_form(import_driver, token, files, asked, employerId=employer)
    )
    assert (one.dry_run, one.employer_id, one.file_name) == (True, world.employer.id, "名")


async def test_a_file_name_in_another_encoding_does_not_refuse_the_table(
    import_driver: ImportDriver, world: World
) -> None:
    content = csv_table([posting_row(world)]).decode()
    form = form_part('name="file"; filename="岗位.csv"', content) + "--b--"
    answer = await import_driver.http.post(
        "/imports",
        content=form.encode().replace("岗位.csv".encode(), "岗位.csv".encode("gb18030")),
        headers=headers(world.token(world.officer), **{"content-type": TYPE}),
    )
    one = await run_accepted_import(import_driver, answer)
    assert (one.file_name.endswith(".csv"), one.accepted) == (True, 1)


async def test_a_field_that_is_not_utf_8_is_refused(
    import_driver: ImportDriver, readonly_world: World
) -> None:
    form = FILE.encode() + form_part('name="kind"', "?").encode().replace(b"?", b"\xff") + b"--b--"
    token = readonly_world.token(readonly_world.officer)
    answer = await import_driver.http.post(
        "/imports", content=form, headers=headers(token, **{"content-type": TYPE})
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")


def form_part(disposition: str, value: str = "x") -> str:
    return f"--b\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{value}\r\n"


FILE = form_part('name="file"; filename="a.csv"')
FORMS = {
    "without a file": form_part('name="dryRun"', "true") + "--b--",
    "with the table as a text": form_part('name="file"') + "--b--",
    "with the table in another field": form_part('name="table"; filename="a.csv"') + "--b--",
    "with two files": FILE + FILE + "--b--",
    "with too many fields": form_part('name="kind"', "POSTINGS") * (MAX_FORM_FIELDS + 1)
    + FILE
    + "--b--",
    "with a long field": form_part('name="kind"', "x" * (MAX_FIELD_BYTES + 1)) + FILE + "--b--",
    "with a part without a name": form_part('filename="a.csv"') + "--b--",
    "that ends in the middle": FILE[:-2],
    "of another boundary": FILE.replace("--b", "--c"),
    "of nothing": "",
}


@pytest.mark.parametrize("form", FORMS)
async def test_a_form_without_exactly_one_table_is_refused_with_what_to_send(
    import_driver: ImportDriver, readonly_world: World, form: str
) -> None:
    token = readonly_world.token(readonly_world.officer)
    answer = await import_driver.http.post(
        "/imports", content=FORMS[form].encode(), headers=headers(token, **{"content-type": TYPE})
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
    assert "one form with the table as a file in the field file" in answer.json()["error"]


async def test_a_form_without_a_boundary_is_refused(
    import_driver: ImportDriver, readonly_world: World
) -> None:
    token = readonly_world.token(readonly_world.officer)
    for kind in ("multipart/form-data", "Multipart/Form-Data; boundary="):
        answer = await import_driver.http.post(
            "/imports", content=b"x", headers=headers(token, **{"content-type": kind})
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")


@pytest.mark.parametrize(
    ("caller", "asked", "fields", "status", "message"),
    [
        ("officer", {}, {"color": "red"}, 400, "The parameters are"),
        ("officer", {}, {"file": "again"}, 400, "The parameters are"),
        ("officer", {"dryRun": "true"}, {"dryRun": "false"}, 400, "The parameters are"),
        ("officer", {}, {"dryRun": "yes"}, 400, "dryRun is one of true, false"),
        ("recruiter", {}, {"kind": "EMPLOYERS"}, 403, "for the role officer"),
    ],
)
async def test_form_fields_are_checked_like_query_parameters(
    import_driver: ImportDriver,
    world: World,
    caller: str,
    asked: dict[str, str],
    fields: dict[str, str],
    status: int,
    message: str,
) -> None:
    token = world.token_of(caller)
    assert token is not None
    answer = await send_form(
        import_driver, token, {"file": ("a.csv", csv_table([posting_row(world)]))}, asked, **fields
    )
    assert answer.status_code == status
    assert message in answer.text
    assert not await import_driver.running.store.imports.is_active(world.staff[caller].id)


async def test_a_form_over_the_limit_is_refused(
    import_driver: ImportDriver, readonly_world: World
) -> None:
    token = readonly_world.token(readonly_world.officer)
    answer = await send_form(import_driver, token, {"file": ("a.csv", b" " * MAX_TABLE_BYTES)})
    assert answer.status_code == 413


form_pieces = st.lists(
    st.sampled_from(
        [FILE, "--b", "--b--", "\r\n", "\n", "--", ":", "Content-Disposition", 'name="', "a,b"]
    )
    | st.text(max_size=8),
    max_size=8,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(form_pieces)
async def test_any_invalid_form_is_refused_with_a_code(
    import_driver: ImportDriver, readonly_world: World, pieces: list[str]
) -> None:
    # "x" alone is no table either: none of these forms can be imported.
    token = readonly_world.token(readonly_world.officer)
    answer = await import_driver.http.post(
        "/imports",
        content="".join(pieces).encode("utf-8", "replace"),
        headers=headers(token, **{"content-type": TYPE}),
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")


@pytest.mark.parametrize("kind", ["text/csv", TYPE])
async def test_a_client_that_disconnects_leaves_nothing_and_frees_its_place(
    import_driver: ImportDriver,
    world: World,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    token = world.token(world.officer)
    async with serve_imports(import_driver, UploadLimits(max_concurrent=1)) as driver:
        await _hang_up(driver, token, kind, folder)
        assert (await driver.import_table(csv_table([posting_row(world)]), token))["accepted"] == 1


async def _hang_up(driver: ImportDriver, token: str, kind: str, folder: Path) -> None:
    """Send half a file, disconnect, and wait until the server holds nothing of it."""
    _, writer = await asyncio.open_connection(driver.http.base_url.host, driver.http.base_url.port)
    writer.write(
        "POST /imports HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n"
        f"authorization: Bearer {token}\r\ncontent-type: {kind}\r\n\r\n{FILE}".encode()
    )
    await wait_until(lambda: any(folder.iterdir()))
    writer.close()
    await writer.wait_closed()
    await wait_until(lambda: not any(folder.iterdir()))
