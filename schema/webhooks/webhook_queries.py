"""Queries for webhooks and their deliveries."""

import strawberry

from domain.identity.accounts import Principal, Role
from domain.webhooks.deliveries import Delivery as DeliveryRecord
from domain.webhooks.deliveries import DeliveryState
from domain.webhooks.webhooks import Webhook as WebhookRecord
from schema.context import Info
from schema.relay import (
    Connection,
    Keyset,
    id_keyset,
    resolve_connection,
)
from schema.webhooks.webhook_types import Webhook, WebhookDelivery, require_webhook
from storage.webhooks.webhooks import WebhookQuery

WEBHOOK_KEYSET: Keyset[WebhookRecord] = id_keyset("webhooks", lambda webhook: webhook.id)
DELIVERY_KEYSET: Keyset[DeliveryRecord] = id_keyset("deliveries", lambda delivery: delivery.id)


@strawberry.type
class WebhookQueries:
    @strawberry.field(
        description="For officers: the webhooks of their union and its branches. For recruiters: "
        "those of their employer. Newest first."
    )
    async def webhooks(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Webhook] | None:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        webhooks = info.context.services.store.webhooks
        return await resolve_connection(
            WEBHOOK_KEYSET,
            lambda page: webhooks.page(_scope_query(caller), page),
            Webhook.of,
            first=first,
            after=after,
        )

    @strawberry.field(
        description="The deliveries of a webhook, finished and pending, newest first."
    )
    async def webhook_deliveries(
        self,
        info: Info,
        webhook_id: strawberry.ID,
        state: DeliveryState | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[WebhookDelivery] | None:
        record = await require_webhook(info, webhook_id, "webhookId")
        deliveries = info.context.services.store.deliveries
        return await resolve_connection(
            DELIVERY_KEYSET,
            lambda page: deliveries.page(record.id, state, page),
            WebhookDelivery.of,
            first=first,
            after=after,
        )


def _scope_query(caller: Principal) -> WebhookQuery:
    if caller.role is Role.OFFICER:
        return WebhookQuery(union_id=caller.union_id)
    return WebhookQuery(employer_id=caller.employer_id)
