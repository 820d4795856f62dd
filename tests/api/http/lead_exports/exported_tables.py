"""Serves lead exports, stores many leads, and reads the exported tables."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from api.http.lead_exports import LeadExportEndpoint
from api.http.limits import ExportLimits
from domain.exchange.lead_rows import LEAD_HEADINGS
from domain.leads.leads import Lead
from tests.domain.posting_terms_samples import posting_terms
from tests.support.graphql_clients import UvicornServer
from tests.support.services import RunningServices
from tests.support.world import World

LEADS_PER_READ = ExportLimits().leads_per_read


@asynccontextmanager
async def serve_exports(
    running: RunningServices, limits: ExportLimits
) -> AsyncIterator[httpx.AsyncClient]:
    """Serve exports with these limits, and yield a client of them."""
    exports = LeadExportEndpoint(running.store, running.tokens.authenticate, limits)
    app = Starlette(routes=[Route(f"/exports/leads.{kind}", exports) for kind in ("csv", "xlsx")])
    async with UvicornServer(app, "websockets-sansio") as server:
        url = server.url.replace("ws://", "http://").removesuffix("/graphql")
        async with httpx.AsyncClient(base_url=url, timeout=60) as http:
            yield http


def bearer_header(token: str | None) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}


async def export_csv(http: httpx.AsyncClient, token: str, **asked: str) -> list[list[str]]:
    """Export a CSV, and return its lines without the headings."""
    answer = await http.get("/exports/leads.csv", params=asked, headers=bearer_header(token))
    assert answer.status_code == 200, answer.text
    text = answer.content.decode()
    assert text[0] == "\ufeff"
    headings, *found = csv.reader(io.StringIO(text[1:], newline=""), strict=True)
    assert tuple(headings) == LEAD_HEADINGS
    return found


async def store_leads(world: World, number: int) -> list[Lead]:
    """Store that many leads with hostile titles, and return them oldest first."""
    titles = ("=1+1", '"quoted", and more', "two\nlines", "焊工", "+8613800138000", "@sum")
    made = []
    for place in range(number):
        lead = world.new_lead("张三", f"+86138{place:08d}")
        title = titles[place % len(titles)]
        made.append(replace(lead, terms=posting_terms(title=title), posting_id=world.second.id))
    for start in range(0, number, 1000):
        await world.running.store.leads.record(made[start : start + 1000])
    return made
