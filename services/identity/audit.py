"""What use cases that write the audit log share: the commit topic and the hourly limits."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.identity.audit import Actor, AuditAction
from domain.refusals import TooManyAttempts
from storage.mongo.client import Transaction
from storage.store import Store

AUDIT_TOPIC = "audit"
"""The group-commit topic of changes whose only event is a row of the audit log.

Rows are numbered and chained, so two transactions that append at once conflict and one runs again.
Changes of one topic go one after another, which avoids that within a process.
"""
_RATE_WINDOW = timedelta(hours=1)


async def check_rate(
    store: Store,
    actor: Actor,
    action: AuditAction,
    most: int,
    *,
    at: datetime,
    transaction: Transaction,
) -> None:
    """Pass unless the actor has done the action ``most`` times within the last hour.

    The actions are counted in the audit log, so the limit holds over all nodes.

    :raises TooManyAttempts: the limit is reached.
    """
    done = await store.audit_log.count_actions(
        actor.id, action, since=at - _RATE_WINDOW, most=most, transaction=transaction
    )
    if done >= most:
        raise TooManyAttempts(
            f"You have done that {most} times within an hour. Try again later.",
            f"您一小时内已进行{most}次该操作，请稍后再试。",
            retry_after=int(_RATE_WINDOW.total_seconds()),
        )
