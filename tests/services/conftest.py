from tests.support.two_stores import (
    commit,
    other_commit,
    other_store,
    own_tasks_only,
    prepared_store,
    room,
    second_store,
    store,
)

__all__ = [
    "commit",
    "other_commit",
    "other_store",
    "own_tasks_only",
    "prepared_store",
    "room",
    "second_store",
    "store",
]
