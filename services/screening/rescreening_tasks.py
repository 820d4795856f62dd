"""Tasks to screen stored postings again, written with the change that makes them necessary."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.screening.rescreening import RescreeningTask, RescreenScope

REPEAT_AFTER = timedelta(minutes=2)
"""How long after a pass the same postings are screened once more.

A process may read the old basis (employer check, minimum wages), store its verdict after the pass
has gone by, and stop before it compares again. A verdict is stored within a minute of reading its
basis: MongoDB ends a transaction after 60 seconds.
"""


def build_rescreening_tasks(
    task_id: str,
    scope: RescreenScope,
    key: str,
    *,
    requested_at: datetime,
    due: Iterable[datetime],
) -> list[RescreeningTask]:
    """Return one task for each time in ``due`` and one ``REPEAT_AFTER`` it, the earliest first.

    ``key`` is the id of the employer or the code of the region. The id of a task is ``task_id``
    with its place in the list.
    """
    times = {at + delay for at in due for delay in (timedelta(), REPEAT_AFTER)}
    return [
        RescreeningTask(
            id=f"{task_id}-{number}",
            scope=scope,
            key=key,
            due_at=due_at,
            requested_at=requested_at,
        )
        for number, due_at in enumerate(sorted(times))
    ]
