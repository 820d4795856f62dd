"""The demo: its data, the three accounts that sign in to it, and a session that is always on air.

Every id of the demo is fixed, so loading is adding what is missing: a start repairs what a crash
left undone, and processes that load at the same moment end with one demo between them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import count
from typing import Protocol, TypeVar

import structlog

from api.auth import hash_password
from api.demo.synthetic import DemoData, make_demo_data
from api.demo.synthetic_people import DemoPeople, make_demo_people
from domain.errors import Busy, Refusal, SessionStateConflict
from domain.identity.accounts import Account, Role
from domain.live.sessions import LiveSession, SessionStatus
from domain.reference.calendar import day_in_china
from domain.screening.minimum_wages import WageTable
from services.live.sessions import LiveSessionControl
from storage.clock import Clock
from storage.live.sessions import LiveSessionQuery
from storage.mongo.client import Duplicate, StorageError, new_id
from storage.mongo.paging import PageRequest
from storage.postings.postings import NEWEST_FIRST, PostingQuery
from storage.store import Store

MIN_OPEN_POSTINGS = 10
"""Open postings that the session on air presents at least."""
CHECK_INTERVAL_SECONDS = 5.0
"""How often it is seen to that a session is on air."""
LOAD_TIMEOUT_SECONDS = 30.0
"""For another process to finish what both of them load."""

_FIXED_IDS_DATE = date(2026, 1, 1)
_RENEWAL_MARGIN = timedelta(days=30)
_POLL_SECONDS = 0.05
_MAX_POSTINGS_READ = 2_000

_log = structlog.get_logger(__name__)


class NotADemoDatabase(Exception):
    """The database holds data of its own, which demo data must not be mixed with."""

    def __init__(self, database: str) -> None:
        super().__init__(
            f"The database {database} holds data that are not a demo's: start without the demo, "
            "or set MONGODB_DATABASE to another name."
        )


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=_HasId)


class _Repository(Protocol[R]):
    """A noun of the store."""

    async def by_ids(self, ids: Iterable[str], /) -> dict[str, R]: ...

    async def add(self, records: Sequence[R], /) -> None: ...


def _fixed_ids(day: date) -> Callable[[], str]:
    """Gives the ids of a day, always the same in the same order; they sort as if made that day."""
    seconds = int(datetime.combine(day, time(), UTC).timestamp())
    numbers: Iterator[int] = count()
    return lambda: f"{seconds:08x}{next(numbers):016x}"


class LoadedDemo:
    """What the demo consists of, as of now; loading it stores what the database lacks."""

    def __init__(self, *, at: datetime, table: WageTable) -> None:
        fixed = _fixed_ids(_FIXED_IDS_DATE)
        self._at = at
        self._officer, self.host_id, self._recruiter = fixed(), fixed(), fixed()
        self._fixed = fixed
        self.content: DemoData = make_demo_data(
            owner_id=self.host_id, officer_id=self._officer, at=at, new_id=fixed, table=table
        )

    def people(self, store: Store) -> DemoPeople:
        """Those who look for work, sealed for this database; to be asked for once."""
        people = make_demo_people(
            self.content.unions,
            officer_id=self._officer,
            at=self._at,
            new_id=self._fixed,
            person=store.keyring.hash_phone,
        )
        contacts = {entry.seeker_id: contact for entry, contact in people.call_entries}
        return replace(
            people,
            call_entries=tuple(
                (replace(entry, contact=store.seal_contact(entry, contact)), contact)
                for entry, contact in people.call_entries
            ),
            seekers=tuple(
                replace(seeker, contact=store.seal_contact(seeker, contacts[seeker.id]))
                if seeker.id in contacts
                else seeker
                for seeker in people.seekers
            ),
        )

    def accounts(self, hashes: Sequence[str]) -> tuple[Account, Account, Account]:
        """The officer, the host and the recruiter, with a stored password each.

        The recruiter works for an employer that the first session on air presents.
        """
        root = self.content.unions[0].id
        on_air = next(
            session for session in self.content.sessions if session.status is SessionStatus.LIVE
        )
        employers = {posting.id: posting.employer_id for posting in self.content.postings}
        officer, host, recruiter = hashes
        return (
            Account(
                id=self._officer,
                username="officer",
                display_name="工会干部（演示）",
                role=Role.OFFICER,
                password_hash=officer,
                union_id=root,
                created_at=self._at,
            ),
            Account(
                id=self.host_id,
                username="host",
                display_name="主播（演示）",
                role=Role.HOST,
                password_hash=host,
                union_id=root,
                created_at=self._at,
            ),
            Account(
                id=self._recruiter,
                username="recruiter",
                display_name="招聘专员（演示）",
                role=Role.RECRUITER,
                password_hash=recruiter,
                employer_id=employers[on_air.posting_ids[0]],
                created_at=self._at,
            ),
        )


async def load(store: Store, *, password: str, at: datetime, table: WageTable) -> LoadedDemo:
    """Load the demo, or what is missing of it, and give its accounts that password.

    The sessions come last: whoever sees one finds everything that it refers to.

    :raises NotADemo: the database holds other data.
    :raises TimeoutError: another process that loads it as well does not come to an end.
    """
    await _claim_database(store)
    demo = LoadedDemo(at=at, table=table)
    accounts = demo.accounts([await asyncio.to_thread(hash_password, password) for _ in range(3)])
    async with asyncio.timeout(LOAD_TIMEOUT_SECONDS):
        await _add_missing(store.unions, demo.content.unions)
        unchecked = [
            replace(firm, verified_until=None, checks=0) for firm in demo.content.employers
        ]
        await _add_missing(store.employers, unchecked)
        await _renew_employer_checks(store, demo.content, today=day_in_china(at))
        await _add_missing(store.postings, demo.content.postings)
        for account in accounts:
            with suppress(Duplicate):
                await store.accounts.add(account)
            await store.accounts.change_password(account.id, account.password_hash)
        people = demo.people(store)
        await _add_missing(store.call_campaigns, [people.campaign])
        # Those who are on the list already are left as they are.
        await store.call_entries.add([entry for entry, _ in people.call_entries])
        await _add_missing(store.seekers, people.seekers)
        await _add_missing(store.referrals, people.referrals)
        await _add_missing(store.live_sessions, demo.content.sessions)
    return demo


async def _renew_employer_checks(store: Store, content: DemoData, *, today: date) -> None:
    """Give the firms their checks, and new ones in time for a demo that stays."""
    wanted = {firm.id: firm for firm in content.employers}
    stored = await store.employers.by_ids(wanted)
    for check in content.checks:
        firm = stored[check.employer_id]
        counts = check.valid_until is not None and check.valid_until >= today
        if firm.checks and (not counts or firm.is_verified(today + _RENEWAL_MARGIN)):
            continue
        row = replace(check, id=new_id())
        await store.mongo.run_transaction(partial(store.employers.save_check, wanted[firm.id], row))


async def _claim_database(store: Store) -> None:
    # Marked before it is filled: data without a mark are never a demo's.
    if await store.meta.is_demo():
        return
    if await _holds_data(store) and not await store.meta.is_demo():
        raise NotADemoDatabase(store.mongo.database_name)
    await store.meta.mark_demo()


async def _holds_data(store: Store) -> bool:
    # Accounts and leads need a union or an employer.
    return (
        await store.unions.root() is not None
        or bool((await store.employers.page(PageRequest(limit=1))).items)
        or await store.live_sessions.count(LiveSessionQuery()) > 0
    )


async def _add_missing(kept: _Repository[R], records: Sequence[R]) -> None:
    while True:
        present = await kept.by_ids([record.id for record in records])
        missing = [record for record in records if record.id not in present]
        if not missing:
            return
        try:
            await kept.add(missing)
        except Duplicate:
            # Another process adds the same; a majority has it in a moment.
            await asyncio.sleep(_POLL_SECONDS)


class DemoSessionKeeper:
    """Sees to it that the host always has a session on air with postings that are open."""

    def __init__(
        self,
        store: Store,
        desk: LiveSessionControl,
        clock: Clock,
        *,
        table: WageTable,
        host_id: str,
    ) -> None:
        self._store = store
        self._desk = desk
        self._clock = clock
        self._table = table
        self._host_id = host_id
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def ensure_live(self) -> LiveSession:
        """A session on air; when there is none, one that is scheduled is started, or a new one.

        :raises Busy: none could be started.
        """
        live = await self._find_session(SessionStatus.LIVE)
        if live is not None:
            return live
        chosen = await self._find_session(SessionStatus.SCHEDULED) or await self._schedule_session()
        try:
            return await self._desk.change_status(chosen.id, SessionStatus.LIVE)
        except SessionStateConflict:
            # Another process was faster.
            live = await self._find_session(SessionStatus.LIVE)
        if live is None:
            raise Busy("The demo has no session on air. Try again in a moment.")
        return live

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(CHECK_INTERVAL_SECONDS)
            try:
                async with asyncio.timeout(LOAD_TIMEOUT_SECONDS):
                    await self.ensure_live()
            except (Refusal, StorageError, TimeoutError) as error:
                _log.warning("no demo session yet", error=type(error).__name__)

    async def _find_session(self, status: SessionStatus) -> LiveSession | None:
        """A session of the host in that status with enough to present."""
        query = LiveSessionQuery(status=status, owner_id=self._host_id)
        for session in (await self._store.live_sessions.page(query, PageRequest(limit=100))).items:
            shown = await self._store.postings.visible_ids(session.posting_ids, self._today())
            # What visitors of the demo scheduled is theirs to start.
            is_ours = session.synthetic or status is SessionStatus.LIVE
            if is_ours and len(shown) >= MIN_OPEN_POSTINGS:
                return session
        return None

    async def _schedule_session(self) -> LiveSession:
        demo = LoadedDemo(at=self._clock(), table=self._table).content
        shown = await self._open_postings()
        if all(len(ids) < MIN_OPEN_POSTINGS for ids in shown.values()):
            # An old demo, whose postings are past their last day: today's come beside them.
            fresh = _fixed_ids(self._today())
            await _renew_employer_checks(self._store, demo, today=self._today())
            await _add_missing(
                self._store.postings, [replace(posting, id=fresh()) for posting in demo.postings]
            )
            shown = await self._open_postings()
        model = max(demo.sessions, key=lambda session: len(shown.get(session.union_id, ())))
        session = replace(
            model,
            id=new_id(),
            status=SessionStatus.SCHEDULED,
            starts_at=self._clock(),
            posting_ids=tuple(shown.get(model.union_id, ())),
            started_at=None,
            ended_at=None,
            created_at=self._clock(),
        )
        await self._store.live_sessions.add([session])
        return session

    async def _open_postings(self) -> dict[str, list[str]]:
        """The demo's open postings by union."""
        page = await self._store.postings.page(
            PostingQuery(open_on=self._today()), NEWEST_FIRST, PageRequest(limit=_MAX_POSTINGS_READ)
        )
        shown: dict[str, list[str]] = {}
        for posting in page.items:
            if posting.synthetic:
                shown.setdefault(posting.union_id, []).append(posting.id)
        return shown

    def _today(self) -> date:
        return day_in_china(self._clock())
