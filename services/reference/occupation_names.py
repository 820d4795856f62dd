"""The names of occupations in memory: read at the start, and again when any process adds some."""

from __future__ import annotations

from domain.reference.occupation_book import LISTED_OCCUPATIONS, OccupationBook
from realtime.background import Periodic, Schedule
from storage.store import Store

SCHEDULE = Schedule(interval_seconds=2.0, runs_at_start=False)
"""How often names that other processes added are looked for."""


class OccupationNames(Periodic):
    """The book of occupations that this process finds names in.

    It is at most as old as the interval of its schedule; a name that this process adds is in it at
    once.
    """

    def __init__(self, store: Store, *, schedule: Schedule = SCHEDULE) -> None:
        super().__init__("occupation_names", schedule)
        self._store = store
        self.book: OccupationBook = LISTED_OCCUPATIONS

    async def open(self) -> None:
        """Read the names, and start to read those that other processes add.

        :raises StorageError: they cannot be read.
        """
        await self.refresh()
        self.start()

    async def run_once(self) -> None:
        """Read the names again if any were added."""
        if await self._store.occupation_additions.count() != len(self.book.additions):
            await self.refresh()

    async def refresh(self) -> None:
        """Read all names again."""
        additions = await self._store.occupation_additions.list_all()
        if tuple(additions) != self.book.additions:
            self.book = OccupationBook(additions)
