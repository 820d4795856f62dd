"""The servers that take the leads of bench/leads.py: Songgang, or a peer over the same MongoDB."""

from __future__ import annotations

import base64
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from bench.machine import Cores
from bench.publisher import Client
from bench.servers import DATABASE, Running, Songgang, peer
from services.identity.tokens import Tokens
from storage.clock import utc_now
from storage.mongo.client import Mongo

VIEWERS = 64
DEVICES = 20_000
"""Devices that send the phones of a trial over HTTP: about as many as there are phones."""


@dataclass(frozen=True)
class Subject:
    """What is measured: Songgang, or a peer with its options."""

    name: str
    peer: str | None = None
    options: tuple[str, ...] = ()
    is_variant: bool = False
    """Measured once, not in every round."""


SUBJECTS = (
    Subject("songgang"),
    Subject("yoga", peer="interests-node"),
    Subject("strawberry", peer="interests-strawberry"),
    Subject("yoga-no-reads", "interests-node", ("no-reads",), is_variant=True),
    Subject("strawberry-no-reads", "interests-strawberry", ("no-reads",), is_variant=True),
    Subject(
        "strawberry-cached-no-reads",
        "interests-strawberry",
        ("cached", "no-reads"),
        is_variant=True,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Target:
    """The server that one trial sends taps to, and the collection that holds the leads."""

    running: Running
    tokens: list[str]
    devices: list[str]
    """Tokens for taps over HTTP, each of a device of its own."""
    session: str
    posting: str
    """Session and posting as the server expects them in its input."""
    leads: str
    """The collection of the leads."""
    is_logged: bool = False
    """Whether each lead is also written to an event log."""


@asynccontextmanager
async def serve_target(
    subject: Subject, songgang: Songgang, mongo: Mongo, cores: Cores
) -> AsyncIterator[Target]:
    """Run a fresh server that accepts interests in the first posting of the live session."""
    if subject.peer is None:
        async with songgang.nodes() as running:
            session = await _on_air(mongo)
            yield Target(
                running=running,
                tokens=await _entered(running.ports[0]),
                devices=_visitors(songgang.secret),
                session=_global_id("LiveSession", session["_id"]),
                posting=_global_id("Posting", session["posting_ids"][0]),
                leads="leads",
                is_logged=True,
            )
        return
    session = await _on_air(mongo)
    await mongo["peer_leads"].drop()
    identity = [("session_id", 1), ("posting_id", 1), ("person", 1)]
    await mongo["peer_leads"].create_index(identity, unique=True)
    secret = secrets.token_hex(32)
    env = {"MONGODB_URI": songgang.mongod.uri, "MONGODB_DATABASE": DATABASE, "PEER_SECRET": secret}
    async with peer(subject.peer, cores, options=subject.options, env=env) as running:
        yield Target(
            running=running,
            tokens=[_token(secret) for _ in range(VIEWERS)],
            devices=[_token(secret) for _ in range(DEVICES)],
            session=session["_id"],
            posting=session["posting_ids"][0],
            leads="peer_leads",
        )


async def _on_air(mongo: Mongo) -> Mapping[str, Any]:
    session = await mongo["sessions"].find_one({"status": "LIVE"}, sort=[("_id", -1)])
    assert session is not None  # the demo keeps one live
    return session


def _global_id(kind: str, local_id: str) -> str:
    return base64.urlsafe_b64encode(f"{kind}:{local_id}".encode()).decode().rstrip("=")


async def _entered(port: int) -> list[str]:
    """Return a token for each viewer."""
    client = Client(port)
    enter = "mutation { enterAsViewer(input: {}) { ... on ViewerEntered { accessToken } } }"
    found = [await client.ask(enter) for _ in range(VIEWERS)]
    await client.close()
    return [each["enterAsViewer"]["accessToken"] for each in found]


def _visitors(secret: str) -> list[str]:
    """Return the tokens of new devices, as entering one by one would."""
    tokens = Tokens(secret, utc_now)
    return [tokens.issue_for_viewer().access for _ in range(DEVICES)]


def _token(secret: str) -> str:
    expires = datetime.now(UTC) + timedelta(hours=6)
    return jwt.encode({"sub": secrets.token_hex(12), "exp": expires}, secret, "HS256")
