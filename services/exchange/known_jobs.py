"""Which jobs of an employer exist already: stored ones, and those of earlier rows of a table."""

from __future__ import annotations

from collections.abc import Iterable

from domain.exchange.imports import JOB_EXISTS, JOB_TWICE
from domain.postings.job_keys import separate_job_key
from domain.postings.postings import Finding
from services.exchange.written_rows import CONTENT_PREFIX
from storage.store import Store


class KnownJobs:
    """The external id of each job by its key, for one part of an import."""

    def __init__(self) -> None:
        self._external_ids: dict[str, str | None] = {}

    async def load(self, store: Store, keys: Iterable[str]) -> None:
        """Read which of these jobs are stored.

        :raises StorageError: MongoDB does not answer.
        """
        for key, posting in (await store.postings.by_job_keys(keys)).items():
            self._external_ids[key] = posting.external_id

    def claim(self, key: str, *, external_id: str, posting_id: str) -> tuple[str, Finding | None]:
        """Return the job key for a row's posting, and a finding if the employer has the job.

        ``key`` is the key of the row's job (``make_job_key``).
        A row with a number of its own says by it that the job is a separate one. Without a number
        the finding is a fault: the row must not be written.
        """
        if self._external_ids.setdefault(key, external_id) == external_id:
            return key, None
        separate = separate_job_key(key, posting_id)
        return separate, JOB_EXISTS if external_id.startswith(CONTENT_PREFIX) else JOB_TWICE
