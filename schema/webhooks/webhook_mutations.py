"""Mutations that create, change, switch, test, replay and delete webhooks."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from domain.refusals import InvalidInput
from domain.webhooks.messages import WebhookEvent
from domain.webhooks.webhooks import MAX_WEBHOOKS_PER_OWNER, WebhookState, encode_secret
from domain.webhooks.webhooks import Webhook as WebhookRecord
from schema import errors
from schema.context import Info
from schema.relay import parse_global_id
from schema.webhooks.webhook_types import Webhook, WebhookDelivery, require_webhook


@strawberry.input
class CreateWebhookInput:
    url: str = strawberry.field(description="The partner's https URL.")
    events: list[WebhookEvent] = strawberry.field(
        description="Only webhooks of a union may subscribe to session events."
    )


@strawberry.type(description="The signing secret is shown only here.")
class WebhookCreated:
    webhook: Webhook
    secret: str


@strawberry.input
class WebhookInput:
    webhook_id: strawberry.ID


@strawberry.input(description="Omitted values stay as they are.")
class ChangeWebhookInput(WebhookInput):
    url: str | None = None
    events: list[WebhookEvent] | None = None
    expected_version: int | None = strawberry.field(
        default=None, description="Refuse the change if the webhook is no longer at this version."
    )


@strawberry.input
class RotateWebhookSecretInput(WebhookInput): ...


@strawberry.input
class EnableWebhookInput(WebhookInput): ...


@strawberry.input
class DisableWebhookInput(WebhookInput): ...


@strawberry.input
class DeleteWebhookInput(WebhookInput): ...


@strawberry.input
class TestWebhookInput(WebhookInput): ...


@strawberry.type(
    description="The new secret is shown only here; the previous one signs too for 24 hours."
)
class WebhookSecretRotated:
    webhook: Webhook
    secret: str


@strawberry.type
class WebhookChanged:
    webhook: Webhook


@strawberry.type
class WebhookDeleted:
    webhook_id: strawberry.ID


@strawberry.type(description="The test message is queued; see `webhookDeliveries`.")
class WebhookTested:
    delivery: WebhookDelivery


@strawberry.input(description="One delivery, or all given-up deliveries created since a time.")
class ReplayWebhookInput(WebhookInput):
    delivery_id: strawberry.ID | None = None
    since: datetime | None = None


@strawberry.type
class WebhookReplayed:
    deliveries: int = strawberry.field(description="Number of deliveries that were queued again.")


CreateWebhookResult = Annotated[
    WebhookCreated | errors.AlreadyExists | errors.CommonRefusal,
    strawberry.union("CreateWebhookResult"),
]
ChangeWebhookResult = Annotated[
    WebhookChanged | errors.StatusConflict | errors.CommonRefusal,
    strawberry.union("ChangeWebhookResult"),
]
RotateWebhookSecretResult = Annotated[
    WebhookSecretRotated | errors.CommonRefusal, strawberry.union("RotateWebhookSecretResult")
]
EnableWebhookResult = Annotated[
    WebhookChanged | errors.CommonRefusal, strawberry.union("EnableWebhookResult")
]
DisableWebhookResult = Annotated[
    WebhookChanged | errors.CommonRefusal, strawberry.union("DisableWebhookResult")
]
DeleteWebhookResult = Annotated[
    WebhookDeleted | errors.CommonRefusal, strawberry.union("DeleteWebhookResult")
]
TestWebhookResult = Annotated[
    WebhookTested | errors.CommonRefusal, strawberry.union("TestWebhookResult")
]
ReplayWebhookResult = Annotated[
    WebhookReplayed | errors.CommonRefusal, strawberry.union("ReplayWebhookResult")
]


@strawberry.type
class WebhookMutations:
    @strawberry.mutation(
        description="For officers: create a webhook of their union. For recruiters: of their "
        f"employer. At most {MAX_WEBHOOKS_PER_OWNER} per owner. Messages hold ids, stages and "
        "times, but nothing that identifies a person."
    )
    async def create_webhook(self, info: Info, input: CreateWebhookInput) -> CreateWebhookResult:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        webhook, secret = await info.context.services.webhooks.create(
            caller, input.url, input.events
        )
        return WebhookCreated(webhook=Webhook.of(webhook), secret=encode_secret(secret))

    @strawberry.mutation(
        description="Change the URL, the events or both. Pending deliveries go to the new URL, "
        "also those of an event that is no longer subscribed."
    )
    async def change_webhook(self, info: Info, input: ChangeWebhookInput) -> ChangeWebhookResult:
        record = await _require_webhook(info, input)
        webhook = await info.context.services.webhooks.change(
            record, input.url, input.events, expected_version=input.expected_version
        )
        return WebhookChanged(webhook=Webhook.of(webhook))

    @strawberry.mutation(
        description="Sign with a new secret; the previous one signs too for 24 hours."
    )
    async def rotate_webhook_secret(
        self, info: Info, input: RotateWebhookSecretInput
    ) -> RotateWebhookSecretResult:
        record = await _require_webhook(info, input)
        webhook, secret = await info.context.services.webhooks.rotate_secret(record)
        return WebhookSecretRotated(webhook=Webhook.of(webhook), secret=encode_secret(secret))

    @strawberry.mutation(description="Switch it on; pending deliveries are sent.")
    async def enable_webhook(self, info: Info, input: EnableWebhookInput) -> EnableWebhookResult:
        record = await _require_webhook(info, input)
        webhook = await info.context.services.webhooks.set_state(record, WebhookState.ENABLED)
        return WebhookChanged(webhook=Webhook.of(webhook))

    @strawberry.mutation(description="Switch it off; deliveries stay pending, for up to 30 days.")
    async def disable_webhook(self, info: Info, input: DisableWebhookInput) -> DisableWebhookResult:
        record = await _require_webhook(info, input)
        webhook = await info.context.services.webhooks.set_state(record, WebhookState.DISABLED)
        return WebhookChanged(webhook=Webhook.of(webhook))

    @strawberry.mutation(description="Delete the webhook and all its deliveries.")
    async def delete_webhook(self, info: Info, input: DeleteWebhookInput) -> DeleteWebhookResult:
        record = await _require_webhook(info, input)
        await info.context.services.webhooks.delete(record)
        return WebhookDeleted(webhook_id=input.webhook_id)

    @strawberry.mutation(description="Send a message without data, to test the receiver.")
    async def test_webhook(self, info: Info, input: TestWebhookInput) -> TestWebhookResult:
        record = await _require_webhook(info, input)
        delivery = await info.context.services.webhooks.queue_test(record)
        return WebhookTested(delivery=WebhookDelivery.of(delivery))

    @strawberry.mutation(
        description="Send deliveries again. Receivers recognise a repeat by its `webhook-id`."
    )
    async def replay_webhook(self, info: Info, input: ReplayWebhookInput) -> ReplayWebhookResult:
        record = await _require_webhook(info, input)
        webhooks = info.context.services.webhooks
        if input.delivery_id is not None and input.since is None:
            delivery_id = parse_global_id(
                input.delivery_id, "WebhookDelivery", "input", "deliveryId"
            )
            await webhooks.replay(record, delivery_id)
            return WebhookReplayed(deliveries=1)
        if input.since is not None and input.delivery_id is None:
            return WebhookReplayed(deliveries=await webhooks.replay_dead(record, input.since))
        raise InvalidInput(
            "Choose one delivery or a time, not both.",
            "请填写投递记录或起始时间，二选一。",
            field=("input", "deliveryId"),
            hint="Give `deliveryId` or `since`.",
        )


async def _require_webhook(info: Info, input: WebhookInput) -> WebhookRecord:
    return await require_webhook(info, input.webhook_id, "input", "webhookId")
