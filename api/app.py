"""The application: the one place where objects are built, each after those it needs.

They are stopped in the reverse order: the sockets are sent away first, then what was taken is
finished, then the connections to the database are closed.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from api.auth import Gate, Tokens
from api.demo import demo
from api.http.error_responses import SecurityHeaders, front, refused
from api.http.graphql import GraphQLEndpoint
from api.http.health import Health, live, ready
from api.http.imports.endpoint import Imports
from api.http.imports.templates import template
from api.http.lead_exports import Exports
from api.http.metrics import Metrics, metrics
from api.http.public.feeds import Feeds, SitemapParts, feed, robots, sitemap
from api.http.public.job_pages import JobPages, job, style
from api.http.public.open_data import OpenData, Tables, code_lists, description
from api.http.public.qr_codes import CodePages, opened, pictured
from api.logs import AccessLog
from api.receipts import Receipts
from api.settings import Settings
from api.trusted_documents import trusted_documents
from domain.live.events import Placed, session_of
from realtime.commit import GroupCommit, OnLogged
from realtime.feed import Feed
from realtime.hub import Hub
from realtime.presence import Presence
from realtime.tally import Tally
from schema.context import Services
from schema.execution.engine import Engine
from services.exchange.import_intake import MOST_BYTES as MOST_IMPORT_BYTES
from services.leads.capture import Capture, LeadLog
from services.leads.contacts import Contacts
from services.leads.follow_up import Pipeline
from services.live.questions import Questions
from services.live.sessions import Desk
from services.postings.posting_gate import PostingGate
from services.screening.minimum_wages import LiveWages
from services.screening.reviews import Reviews
from services.seekers.seekers import Seekers
from services.webhooks.webhooks import Webhooks
from storage.clock import utc_now
from storage.mongo.client import Mongo, Session
from storage.mongo.embedded import DataFolderBusy, embedded
from storage.store import Store
from workers.deliveries import Dispatcher
from workers.escalation import Escalation
from workers.importer import Importer
from workers.keys import KeyWatch
from workers.matcher import Matcher
from workers.posting_index import BoardKeeper
from workers.rescreening import Rescreening
from workers.retention import Retention
from workers.scan_counts import Scans
from workers.search_entries import Searching
from workers.webhook_sender import Sender

MOST_BYTES = 1 << 20
"""Of a request's body: several times the longest document with its variables."""


PUBLIC = (
    Route("/jobs/{id}", job),
    Route("/jobs.css", style),
    Route("/sitemap.xml", sitemap),
    Route("/sitemaps/{name}", SitemapParts(), methods=["GET"]),
    Route("/feed.xml", feed),
    Route("/robots.txt", robots),
    Route("/open-data/", description),
    Route("/open-data/code-lists.json", code_lists),
    Route("/open-data/postings.{form}", Tables(), methods=["GET"]),
)
"""What is for everybody to read and to index; ``state.node`` of their app answers."""


@dataclass(frozen=True, kw_only=True)
class SignIns:
    """How to get into the demo."""

    password: str
    live_session_id: str


@dataclass(frozen=True, kw_only=True)
class Node:
    """What one process runs."""

    endpoint: GraphQLEndpoint
    exports: Exports
    imports: Imports
    jobs: JobPages
    feeds: Feeds
    open_data: OpenData
    health: Health
    metrics: Metrics
    codes: CodePages
    sign_ins: SignIns | None

    async def drain(self) -> None:
        """Be ready no more, and send every WebSocket client to another node."""
        self.health.draining = True
        await self.endpoint.drain()


def create_app(settings: Settings) -> Starlette:
    """The ASGI application; its lifespan starts and stops everything.

    What keeps it from starting (no MongoDB, a wrong secret, a demo in a database that is none) is
    raised from the lifespan. While it runs, ``state.node`` is its ``Node``.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with running(settings) as node:
            app.state.node = node
            yield

    return Starlette(
        routes=[
            Route("/", front),
            Route("/q/{token}", opened),
            Route("/codes/{name}", pictured),
            Route("/graphql", _Endpoint()),
            WebSocketRoute("/graphql", _Endpoint()),
            Route("/exports/leads.csv", _Exports(), methods=["GET"]),
            Route("/exports/leads.xlsx", _Exports(), methods=["GET"]),
            Route(
                "/imports",
                # Within the bound on everything else: the inner one counts.
                RequestBodyLimitMiddleware(_Imports(), max_body_size=MOST_IMPORT_BYTES),
                methods=["POST"],
            ),
            Route("/imports/{name}", template),
            *PUBLIC,
            Route("/health/live", live),
            Route("/health/ready", ready),
            Route("/metrics", metrics, methods=["GET"]),
        ],
        middleware=[
            Middleware(AccessLog),
            Middleware(SecurityHeaders),
            Middleware(RequestBodyLimitMiddleware, max_body_size=MOST_BYTES),
        ],
        exception_handlers={HTTPException: refused},
        lifespan=lifespan,
    )


class _Endpoint:
    """Stands in the routes for what the lifespan builds."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        node: Node = scope["app"].state.node
        await node.endpoint(scope, receive, send)


class _Exports:
    """The same for the exports."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        node: Node = scope["app"].state.node
        await node.exports(scope, receive, send)


class _Imports:
    """The same for the imports."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        node: Node = scope["app"].state.node
        await node.imports(scope, receive, send)


@asynccontextmanager
async def connected(settings: Settings, *, alone: bool = False) -> AsyncIterator[Store]:
    """The prepared store: of MONGODB_URI, or of a mongod that runs for as long as the block.

    Unless ``alone``, a mongod that a service has in the data folder just now will do.

    :raises NoMongod: there is neither. ``DataFolderBusy``, ``MongodFailed``: it cannot run.
    :raises StorageUnavailable: MongoDB does not answer, or not to these settings.
    :raises WrongSecret: the database belongs to another secret.
    """
    secret = settings.secret()
    async with AsyncExitStack() as stack:
        if settings.mongodb_uri is None:
            uri = await _own_mongod(settings.data_dir, stack, alone=alone)
        else:
            uri = settings.mongodb_uri.get_secret_value()
        mongo = await Mongo.connect(uri, settings.mongodb_database, driver=settings.mongodb_driver)
        stack.push_async_callback(mongo.close)
        store = Store(mongo, secret)
        await store.prepare(secret)
        yield store


async def _own_mongod(data_dir: Path, stack: AsyncExitStack, *, alone: bool) -> str:
    try:
        return (await stack.enter_async_context(embedded(data_dir))).uri
    except DataFolderBusy as busy:
        if alone or busy.uri is None:
            raise
        return busy.uri


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Node]:
    """Everything that one process runs, for as long as the block lasts."""
    clock = utc_now
    trusted = trusted_documents(settings.trusted_documents)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(connected(settings, alone=True))

        hub = Hub(store.log, clock)
        stack.push_async_callback(hub.close)
        tally = _started(stack, Tally(store, hub))
        feed = _feed(store, hub, tally)
        stack.push_async_callback(feed.stop)
        await feed.start()
        presence = _started(stack, Presence(store, hub, clock, node=secrets.token_hex(6)))

        office = await _office(store, stack)
        commit, desk, wages, posting_gate = office.commit, office.desk, office.wages, office.gate
        lead_log = _started(stack, LeadLog(store, commit))
        capture = Capture(store, lead_log)
        stack.push_async_callback(capture.close)
        rescreening = Rescreening(store, desk, posting_gate, clock, secrets.token_hex(6))
        wages.follow(_started(stack, rescreening).wake)
        pipeline = Pipeline(store, commit, clock)
        _started(stack, Escalation(store, pipeline, clock, node=secrets.token_hex(6)))
        sender = Sender(private=settings.webhook_private)
        stack.push_async_callback(sender.close)
        dispatcher = _started(stack, Dispatcher(store, sender, clock))
        matcher = _started(stack, Matcher(store, clock, node=secrets.token_hex(6)))
        scans = _started(stack, Scans(store))
        importer = _started(stack, office.importer(store))
        _started(stack, KeyWatch(store))
        _started(stack, Searching(store))
        _started(stack, BoardKeeper(store.boards))
        _started(stack, Retention(store, clock, settings.periods))

        tokens = Tokens(settings.secret(), clock)
        gate = Gate(tokens, store.accounts)
        stack.callback(gate.close)
        sign_ins = await _demo(settings, store, desk, wages, stack) if settings.demo else None

        services = Services(
            store=store,
            hub=hub,
            desk=desk,
            gate=posting_gate,
            reviews=Reviews(store, commit, desk, clock),
            questions=Questions(store, commit, clock),
            capture=capture,
            lead_log=lead_log,
            contacts=Contacts(store, commit, clock),
            seekers=Seekers(store, commit, clock),
            matcher=matcher,
            receipts=Receipts(store.seal, clock),
            pipeline=pipeline,
            webhooks=Webhooks(store, clock, private=settings.webhook_private),
            commit=commit,
            presence=presence,
            authority=gate,
            clock=clock,
            live_wages=wages,
            public_url=settings.public_url,
            demo=settings.demo,
        )
        engine = Engine(services, trusted=trusted)
        endpoint = GraphQLEndpoint(engine, services, tokens.authenticate, origins=settings.origins)
        node = Node(
            endpoint=endpoint,
            exports=Exports(store, tokens.authenticate),
            imports=Imports(store, tokens.authenticate, clock, importer.wake),
            health=Health(store.mongo, feed),
            metrics=Metrics(
                services, engine, endpoint, feed, dispatcher, token=settings.metrics_token
            ),
            jobs=JobPages(services),
            feeds=Feeds(services),
            open_data=OpenData(services),
            codes=CodePages(services, scans),
            sign_ins=sign_ins,
        )
        stack.push_async_callback(node.drain)
        yield node


@dataclass(frozen=True, kw_only=True)
class _Office:
    """What changes sessions and postings."""

    commit: GroupCommit
    desk: Desk
    wages: LiveWages
    gate: PostingGate

    def importer(self, store: Store) -> Importer:
        """What works on imports with it."""
        return Importer(store, self.desk, self.gate, utc_now, node=secrets.token_hex(6))


async def _office(store: Store, stack: AsyncExitStack) -> _Office:
    commit = GroupCommit(store.mongo, store.log, utc_now, on_logged=_noting_seq(store))
    stack.push_async_callback(commit.close)
    desk = Desk(store, commit, utc_now)
    wages = LiveWages(store)
    stack.push_async_callback(wages.close)
    await wages.start()
    gate = PostingGate(store, desk, wages, utc_now)
    stack.push_async_callback(gate.finish)
    return _Office(commit=commit, desk=desk, wages=wages, gate=gate)


@asynccontextmanager
async def importing(store: Store) -> AsyncIterator[Importer]:
    """What works on imports for as long as the block lasts, outside of a node."""
    async with AsyncExitStack() as stack:
        yield _started(stack, (await _office(store, stack)).importer(store))


class _Worker(Protocol):
    """What works in the background from its start until it is closed."""

    def start(self) -> None: ...

    async def close(self) -> None: ...


_W = TypeVar("_W", bound=_Worker)


def _started(stack: AsyncExitStack, worker: _W) -> _W:
    worker.start()
    stack.push_async_callback(worker.close)
    return worker


def _feed(store: Store, hub: Hub, tally: Tally) -> Feed:
    def on_event(placed: Placed) -> None:
        hub.hint(placed)
        tally.hint(placed)

    def on_gap() -> None:
        hub.hint_gap()
        tally.hint_gap()

    return Feed(store.mongo, on_event=on_event, on_gap=on_gap)


def _noting_seq(store: Store) -> OnLogged:
    async def note(placed: Placed, session: Session) -> None:
        session_id = session_of(placed.topic)
        if session_id is not None:
            await store.sessions.note_seq(session_id, placed.seq, session=session)

    return note


def demo_password(settings: Settings) -> str:
    """The given password of the demo's accounts, or a new random one."""
    given = settings.demo_password
    return given.get_secret_value() if given else secrets.token_urlsafe(12)


async def _demo(
    settings: Settings, store: Store, desk: Desk, wages: LiveWages, stack: AsyncExitStack
) -> SignIns:
    """Load the demo and keep it on air."""
    password = demo_password(settings)
    loaded = await demo.load(store, password=password, at=utc_now(), table=wages.table)
    keeper = demo.Keeper(store, desk, utc_now, table=wages.table, host_id=loaded.host_id)
    on_air = await keeper.ensure_live()
    keeper.start()
    stack.push_async_callback(keeper.close)
    return SignIns(password=password, live_session_id=on_air.id)
