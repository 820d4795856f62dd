"""The content of the demo: its records, its people and its three accounts, under fixed ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from itertools import count

from api.demo.people import DemoPeople, create_demo_people
from api.demo.records import DemoRecords, create_demo_records
from domain.identity.accounts import Account, Role
from domain.live.sessions import SessionStatus
from domain.screening.wage_table import WageTable
from storage.store import Store

_FIXED_IDS_DATE = date(2026, 1, 1)


def create_id_sequence(day: date) -> Callable[[], str]:
    """Return a function that yields the same ids in the same order at each start of the sequence.

    The ids sort like ids that were created on that day.
    """
    seconds = int(datetime.combine(day, time(), UTC).timestamp())
    numbers: Iterator[int] = count()
    return lambda: f"{seconds:08x}{next(numbers):016x}"


class DemoContent:
    """The records of the demo as of ``at``; they are the same in every process."""

    def __init__(self, *, at: datetime, table: WageTable) -> None:
        next_id = create_id_sequence(_FIXED_IDS_DATE)
        self._at = at
        self._officer_id, self.host_id, self._recruiter_id = next_id(), next_id(), next_id()
        self._next_id = next_id
        self.records: DemoRecords = create_demo_records(
            owner_id=self.host_id, officer_id=self._officer_id, at=at, new_id=next_id, table=table
        )

    def seal_people(self, store: Store) -> DemoPeople:
        """Return the job seekers, with contacts encrypted for this database.

        A second call would give them other ids.
        """
        people = create_demo_people(
            self.records.unions,
            officer_id=self._officer_id,
            at=self._at,
            new_id=self._next_id,
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

    def create_accounts(self, password_hashes: Sequence[str]) -> tuple[Account, Account, Account]:
        """Return the officer, the host and the recruiter, with one password hash each.

        The recruiter works for an employer whose posting the first live session presents.
        """
        root = self.records.unions[0].id
        live = next(
            session for session in self.records.sessions if session.status is SessionStatus.LIVE
        )
        employers = {posting.id: posting.employer_id for posting in self.records.postings}
        officer, host, recruiter = password_hashes
        return (
            Account(
                id=self._officer_id,
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
                id=self._recruiter_id,
                username="recruiter",
                display_name="招聘专员（演示）",
                role=Role.RECRUITER,
                password_hash=recruiter,
                employer_id=employers[live.posting_ids[0]],
                created_at=self._at,
            ),
        )
