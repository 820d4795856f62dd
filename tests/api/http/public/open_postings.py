"""Adds postings to a world, one of them with hostile text, and reads a sitemap."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

from domain.postings.postings import Posting
from storage.mongo.client import new_id
from tests.support.world import World

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HOSTILE = "</script><img src=x onerror=alert(1)>&\"'\n]]>\ufffe"


async def add_posting(world: World, **terms: Any) -> Posting:
    """Store one more open posting with changed terms, and return it."""
    posting = replace(world.open, id=new_id(), terms=replace(world.open.terms, **terms))
    await world.running.store.postings.add([posting])
    return posting


def sitemap_locations(text: str) -> list[str]:
    return [loc.text or "" for loc in ET.fromstring(text).iter(f"{SITEMAP}loc")]  # noqa: S314 - written by us
