"""Keeps the demo live: loads it and always has a session on the air."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date

from api.demo.content import DemoContent, create_id_sequence
from api.demo.loading import (
    LOAD_TIMEOUT_SECONDS,
    add_missing,
    load_demo,
    renew_employer_checks,
)
from api.demo.pictures import run_demo_pictures
from api.settings import Settings
from domain.live.sessions import LiveSession, SessionStatus
from domain.reference.calendar import day_in_china
from domain.refusals import Busy, SessionStateConflict
from domain.screening.wage_table import WageTable
from realtime.background import Monitored, Periodic, Schedule
from schema.context import Services
from services.live.sessions import LiveSessionControl
from storage.clock import Clock
from storage.live.sessions import LiveSessionQuery
from storage.mongo.client import new_id
from storage.mongo.paging import PageRequest
from storage.mongo.repository import NEWEST_FIRST
from storage.postings.posting_query import PostingQuery
from storage.store import Store

MIN_OPEN_POSTINGS = 10
"""Open postings that the live session presents at least."""
SCHEDULE = Schedule(interval_seconds=5.0, runs_at_start=False)
"""How often the demo checks that a session is live."""

_MAX_POSTINGS_READ = 2_000


@dataclass(frozen=True, kw_only=True)
class DemoSignIn:
    """What a visitor of the demo needs: the password of its accounts and a live session's id."""

    password: str
    live_session_id: str


@dataclass(frozen=True, kw_only=True)
class RunningDemo:
    """The demo while it runs: how to sign in, and the tasks that keep sessions live and shown."""

    sign_in: DemoSignIn
    background: Sequence[Monitored]


def choose_demo_password(settings: Settings) -> str:
    """Return the configured password of the demo's accounts, or a new random one."""
    given = settings.demo_password
    return given.get_secret_value() if given else secrets.token_urlsafe(12)


@asynccontextmanager
async def run_demo(
    services: Services, settings: Settings, *, node: str
) -> AsyncIterator[RunningDemo]:
    """Load the demo and keep a session of it live until the block ends.

    Where there is a media process, sessions on air have a picture. ``node`` names this process.

    :raises NotADemoDatabase: the database holds other data.
    """
    store, clock, table = services.store, services.clock, services.wage_table
    password = choose_demo_password(settings)
    demo = await load_demo(store, password=password, at=clock(), table=table)
    keeper = DemoSessionKeeper(
        store, services.session_control, clock, table=table, host_id=demo.host_id
    )
    live = await keeper.ensure_live()
    keeper.start()
    sign_in = DemoSignIn(password=password, live_session_id=live.id)
    try:
        async with run_demo_pictures(
            store, services.stream_control, settings.camera_server, clock, node=node
        ) as pictures:
            yield RunningDemo(sign_in=sign_in, background=[keeper, *pictures])
    finally:
        await keeper.close()


class DemoSessionKeeper(Periodic):
    """Keeps one session of the demo's host live, with enough open postings."""

    def __init__(
        self,
        store: Store,
        session_control: LiveSessionControl,
        clock: Clock,
        *,
        table: WageTable,
        host_id: str,
        schedule: Schedule = SCHEDULE,
    ) -> None:
        super().__init__("demo_session", schedule)
        self._store = store
        self._session_control = session_control
        self._clock = clock
        self._table = table
        self._host_id = host_id

    async def run_once(self) -> None:
        """Start a session if none is live.

        :raises Busy: no session could be started.
        :raises TimeoutError: MongoDB does not answer in time.
        """
        async with asyncio.timeout(LOAD_TIMEOUT_SECONDS):
            await self.ensure_live()

    async def ensure_live(self) -> LiveSession:
        """Return a live session; without one, start a scheduled session or a new one.

        :raises Busy: no session could be started.
        """
        live = await self._find_session(SessionStatus.LIVE)
        if live is not None:
            return live
        chosen = await self._find_session(SessionStatus.SCHEDULED) or await self._schedule_session()
        try:
            return await self._session_control.change_status(chosen.id, SessionStatus.LIVE)
        except SessionStateConflict:
            # Another process was faster.
            live = await self._find_session(SessionStatus.LIVE)
        if live is None:
            raise Busy(
                "The demo has no live session. Try again in a moment.",
                "演示数据中暂无正在直播的场次，请稍后重试。",
            )
        return live

    async def _find_session(self, status: SessionStatus) -> LiveSession | None:
        """Return a session of the host in that status with enough open postings, or None."""
        query = LiveSessionQuery(status=status, owner_id=self._host_id)
        for session in (await self._store.live_sessions.page(query, PageRequest(limit=100))).items:
            open_ids = await self._store.postings.visible_ids(session.posting_ids, self._today())
            # A session that a visitor of the demo scheduled is not started for them.
            is_ours = session.synthetic or status is SessionStatus.LIVE
            if is_ours and len(open_ids) >= MIN_OPEN_POSTINGS:
                return session
        return None

    async def _schedule_session(self) -> LiveSession:
        demo = DemoContent(at=self._clock(), table=self._table).records
        open_ids = await self._open_postings()
        if all(len(ids) < MIN_OPEN_POSTINGS for ids in open_ids.values()):
            # The postings of an old demo are past their last day; new ones are added to them.
            next_id = create_id_sequence(self._today())
            await renew_employer_checks(self._store, demo, today=self._today())
            await add_missing(
                self._store.postings, [replace(posting, id=next_id()) for posting in demo.postings]
            )
            open_ids = await self._open_postings()
        template = max(demo.sessions, key=lambda session: len(open_ids.get(session.union_id, ())))
        session = replace(
            template,
            id=new_id(),
            status=SessionStatus.SCHEDULED,
            starts_at=self._clock(),
            posting_ids=tuple(open_ids.get(template.union_id, ())),
            started_at=None,
            ended_at=None,
            created_at=self._clock(),
        )
        await self._store.live_sessions.add([session])
        return session

    async def _open_postings(self) -> dict[str, list[str]]:
        """Return the ids of the demo's open postings, by union."""
        page = await self._store.postings.page(
            PostingQuery(open_on=self._today()), NEWEST_FIRST, PageRequest(limit=_MAX_POSTINGS_READ)
        )
        open_ids: dict[str, list[str]] = {}
        for posting in page.items:
            if posting.synthetic:
                open_ids.setdefault(posting.union_id, []).append(posting.id)
        return open_ids

    def _today(self) -> date:
        return day_in_china(self._clock())
