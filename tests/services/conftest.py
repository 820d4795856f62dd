from tests.support.two_node_fixtures import (
    commit,
    ignore_tasks_of_other_tests,
    other_commit,
    other_store,
    prepared_store,
    room,
    second_store,
    store,
)

__all__ = [
    "commit",
    "ignore_tasks_of_other_tests",
    "other_commit",
    "other_store",
    "prepared_store",
    "room",
    "second_store",
    "store",
]
