"""Import tables as people make them, and a driver that uploads them to a real server."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from api.app import IMPORT_ROUTES
from api.http.imports.endpoint import ImportEndpoint
from api.http.limits import UploadLimits
from domain.exchange.import_columns import POSTING_COLUMNS
from services.exchange.import_creation import ImportLimits
from storage.mongo.client import new_id
from tests.support.graphql_clients import GraphQLClient, UvicornServer
from tests.support.services import RunningServices
from tests.support.world import World, today
from workers.importer import Importer

Row = dict[str, str]
COUNT_FIELDS = "total read accepted held refused duplicates failed"
IMPORT_QUERY = (
    f"query ($id: ID!) {{ import(id: $id) {{ status dryRun {COUNT_FIELDS} finishedAt }} }}"
)
IMPORT_ROWS_QUERY = """query ($id: ID!, $outcome: RowOutcome, $after: String) {
  importRows(importId: $id, outcome: $outcome, first: 100, after: $after) {
    edges { node { row outcome externalId posting { id title revision status } employer { id name }
      findings { column code severity field message messageZh basis } } }
    pageInfo { hasNextPage endCursor }
  }
}"""


class ImportDriver:
    """Uploads tables and runs the import worker on them."""

    def __init__(
        self, http: httpx.AsyncClient, running: RunningServices, importer: Importer
    ) -> None:
        self.http = http
        self.running = running
        self.importer = importer

    async def send(self, content: bytes, token: str | None, **asked: str) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return await self.http.post("/imports", content=content, params=asked, headers=headers)

    async def import_table(self, content: bytes, token: str, **asked: str) -> dict[str, Any]:
        """Upload a table, run the worker, and return the import with its rows."""
        answer = await self.send(content, token, **asked)
        assert answer.status_code == 202, answer.text
        await self.importer.run()
        return await self.fetch_result(answer.json()["id"], token)

    async def fetch_result(self, import_id: str, token: str) -> dict[str, Any]:
        async with GraphQLClient(self.running.endpoint) as api:
            result = (await api.fetch_data(IMPORT_QUERY, {"id": import_id}, token))["import"]
            rows: list[dict[str, Any]] = []
            after: str | None = None
            while True:
                asked = {"id": import_id, "after": after}
                page = (await api.fetch_data(IMPORT_ROWS_QUERY, asked, token))["importRows"]
                rows += [edge["node"] for edge in page["edges"]]
                if not page["pageInfo"]["hasNextPage"]:
                    break
                after = page["pageInfo"]["endCursor"]
        outcomes = Counter(row["outcome"] for row in rows)
        names = {"duplicates": "DUPLICATE"}
        for field in ("accepted", "held", "refused", "duplicates", "failed"):
            assert result[field] == outcomes[names.get(field, field.upper())]
        assert result["read"] == len(rows)
        return {"id": import_id, "rows": rows, **result}


@pytest.fixture(scope="session")
async def importer(running: RunningServices) -> Importer:
    services, postings = running.services, running.parts.posting_services
    return postings.create_importer(services.store, services.clock, new_id())


@asynccontextmanager
async def serve_imports(
    driver: ImportDriver, limits: UploadLimits, import_limits: ImportLimits | None = None
) -> AsyncIterator[ImportDriver]:
    """Serve ``POST /imports`` with these limits, and yield a driver of it."""
    running = driver.running
    imports = ImportEndpoint(
        running.store,
        running.tokens.authenticate,
        running.services.clock,
        driver.importer.wake,
        limits,
        import_limits=import_limits,
    )
    app = Starlette(routes=IMPORT_ROUTES)
    app.state.node = replace(running.node, imports=imports)
    async with UvicornServer(app, "websockets-sansio") as server:
        url = server.url.replace("ws://", "http://").removesuffix("/graphql")
        async with httpx.AsyncClient(base_url=url, timeout=60) as http:
            yield ImportDriver(http, running, driver.importer)


@pytest.fixture(scope="session")
async def imports_url(running: RunningServices) -> AsyncIterator[str]:
    app = Starlette(routes=IMPORT_ROUTES)
    app.state.node = running.node
    async with UvicornServer(app, "websockets-sansio") as server:
        yield server.url.replace("ws://", "http://").removesuffix("/graphql")


@pytest.fixture
async def import_driver(
    imports_url: str, running: RunningServices, importer: Importer
) -> AsyncIterator[ImportDriver]:
    async with httpx.AsyncClient(base_url=imports_url, timeout=60) as http:
        yield ImportDriver(http, running, importer)


def posting_row(world: World, number: str = "A-1", **cells: str) -> Row:
    """Return a row that passes the gate, with changes."""
    row = {column.zh: column.example for column in POSTING_COLUMNS}
    row |= {
        "岗位编号": number,
        "统一社会信用代码": world.employer.credit_code,
        "有效期至": (today() + timedelta(days=30)).isoformat(),
    }
    return row | cells


def csv_table(rows: Iterable[Row], encoding: str = "utf-8") -> bytes:
    listed = list(rows)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(listed[0]))
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue().encode(encoding)


def xlsx_table(rows: Iterable[Row], change: Callable[[Worksheet], Any] | None = None) -> bytes:
    """Return a workbook with these rows, whose sheet ``change`` works on after them."""
    listed = list(rows)
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, list(listed[0]))
        for line, row in enumerate(listed, start=1):
            for place, cell in enumerate(row.values()):
                # People type numbers as numbers.
                write = sheet.write_number if cell.isdigit() and len(cell) < 9 else None
                if write:
                    write(line, place, int(cell))
                else:
                    sheet.write_string(line, place, cell)
        if change is not None:
            change(sheet)
    return file.getvalue()


def finding_codes(row: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(finding["code"], finding["column"]) for finding in row["findings"]]
