"""GraphQL types of webhooks and of their deliveries."""

from datetime import datetime
from typing import Self

import strawberry
from strawberry.scalars import JSON

from domain.identity.accounts import Role
from domain.identity.scopes import may_see_webhook
from domain.webhooks.deliveries import Delivery as DeliveryRecord
from domain.webhooks.deliveries import DeliveryState
from domain.webhooks.messages import WebhookEvent
from domain.webhooks.webhooks import FailureKind, WebhookState
from domain.webhooks.webhooks import Webhook as WebhookRecord
from schema.context import Context, Info
from schema.identity.colleague_types import Colleague, find_colleague
from schema.relay import Node, global_id, parse_global_id


@strawberry.type(description="A partner's URL that receives messages about chosen events.")
class Webhook(Node):
    record: strawberry.Private[WebhookRecord]
    url: str
    events: list[WebhookEvent]
    state: WebhookState
    version: int = strawberry.field(description="Grows by one with each change by its owner.")
    created_at: datetime
    failing_since: datetime | None = strawberry.field(
        description="Time of the first failure after the last success; null while it works."
    )
    last_status: int | None = strawberry.field(
        description="HTTP status of the last attempt, if it failed."
    )
    last_failure: FailureKind | None = strawberry.field(
        description="Kind of the last attempt's failure, if it failed."
    )

    @classmethod
    def of(cls, record: WebhookRecord) -> Self:
        return cls(
            record=record,
            id=global_id("Webhook", record.id),
            url=record.url,
            events=list(record.events),
            state=record.state,
            version=record.version,
            created_at=record.created_at,
            failing_since=record.failing_since,
            last_status=record.last_status,
            last_failure=record.last_failure,
        )

    @strawberry.field
    async def created_by(self, info: Info) -> Colleague | None:
        return await find_colleague(info, self.record.created_by)


@strawberry.type(description="One message for one webhook, kept for 30 days.")
class WebhookDelivery:
    id: strawberry.ID
    message_id: str = strawberry.field(
        description="Value of the header `webhook-id`, the same in every attempt."
    )
    event: WebhookEvent
    payload: JSON = strawberry.field(description="The body of the message.")
    state: DeliveryState
    attempts: int = strawberry.field(description="Attempts since it was created or replayed.")
    created_at: datetime
    tried_at: datetime | None
    next_at: datetime | None = strawberry.field(
        description="Time of the next attempt; null when it is delivered or given up."
    )
    last_status: int | None
    last_failure: FailureKind | None

    @classmethod
    def of(cls, record: DeliveryRecord) -> Self:
        return cls(
            id=global_id("WebhookDelivery", record.id),
            message_id=record.message_id,
            event=record.notice.event,
            payload=JSON(record.notice.to_message()),
            state=record.state,
            attempts=record.attempts,
            created_at=record.created_at,
            tried_at=record.tried_at,
            next_at=record.next_at if record.state is DeliveryState.PENDING else None,
            last_status=record.last_status,
            last_failure=record.last_failure,
        )


async def find_visible_webhook(context: Context, webhook_id: str) -> Webhook | None:
    """Return the webhook if the caller may manage it, else None."""
    record = await context.services.store.webhooks.by_id(webhook_id)
    if record is None or not may_see_webhook(context.principal, record):
        return None
    return Webhook.of(record)


async def require_webhook(info: Info, webhook_id: strawberry.ID, *field: str) -> WebhookRecord:
    """Return the webhook with this global id; ``field`` names the argument that gave it.

    :raises NotFound: The caller's scope has no such webhook.
    """
    caller = info.context.require(Role.OFFICER, Role.RECRUITER)
    return await info.context.services.webhooks.require_in_scope(
        caller, parse_global_id(webhook_id, "Webhook", *field), field=field
    )
