"""Webhooks: who is told of what, at which address, and what came of it."""

from datetime import datetime
from typing import Annotated, Self

import strawberry
from strawberry.scalars import JSON

from domain.errors import InvalidInput, NotFound, StatusConflict
from domain.identity.accounts import Principal, Role
from domain.identity.scopes import may_see_webhook
from domain.webhooks.deliveries import Delivery as DeliveryRecord
from domain.webhooks.deliveries import DeliveryState
from domain.webhooks.messages import WebhookEvent
from domain.webhooks.webhooks import (
    MAX_WEBHOOKS_PER_OWNER,
    FailureKind,
    WebhookState,
    check_events,
    check_webhook_url,
    encode_secret,
)
from domain.webhooks.webhooks import Webhook as WebhookRecord
from schema import errors
from schema.context import Context, Info
from schema.leads.timeline import Colleague, find_colleague
from schema.relay import (
    Connection,
    Keyset,
    Node,
    global_id,
    id_keyset,
    parse_global_id,
    resolve_connection,
)
from storage.webhooks.webhooks import WebhookQuery

WEBHOOK_KEYSET: Keyset[WebhookRecord] = id_keyset("webhooks", lambda webhook: webhook.id)
DELIVERY_KEYSET: Keyset[DeliveryRecord] = id_keyset("deliveries", lambda delivery: delivery.id)


@strawberry.type(description="An address that is told of what happens, and how it takes that.")
class Webhook(Node):
    record: strawberry.Private[WebhookRecord]
    url: str
    events: list[WebhookEvent]
    state: WebhookState
    version: int = strawberry.field(description="Grows by one with each change that is made to it.")
    created_at: datetime
    failing_since: datetime | None = strawberry.field(
        description="The first failure after the last success; null while it works."
    )
    last_status: int | None = strawberry.field(description="Of the last try, if it failed.")
    last_failure: FailureKind | None = strawberry.field(description="The same.")

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
    message_id: str = strawberry.field(description="The header `webhook-id`, the same each time.")
    event: WebhookEvent
    payload: JSON = strawberry.field(description="The body of the message.")
    state: DeliveryState
    attempts: int = strawberry.field(description="Since it was made, or replayed.")
    created_at: datetime
    tried_at: datetime | None
    next_at: datetime | None = strawberry.field(description="Of the next try; null when done.")
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
    """The webhook if it is in the scope of the caller."""
    record = await _find_visible_record(context, webhook_id)
    return None if record is None else Webhook.of(record)


async def _find_visible_record(context: Context, webhook_id: str) -> WebhookRecord | None:
    record = await context.services.store.webhooks.by_id(webhook_id)
    if record is None or not may_see_webhook(context.principal, record):
        return None
    return record


@strawberry.type
class WebhookQueries:
    @strawberry.field(
        description="For officers, those of the own union and its branches; for recruiters, those "
        "of the employer. The newest first."
    )
    async def webhooks(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Webhook]:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        webhooks = info.context.services.store.webhooks
        return await resolve_connection(
            WEBHOOK_KEYSET,
            lambda page: webhooks.page(_scope_query(caller), page),
            Webhook.of,
            first=first,
            after=after,
        )

    @strawberry.field(description="What a webhook was told, and is to be told; the newest first.")
    async def webhook_deliveries(
        self,
        info: Info,
        webhook_id: strawberry.ID,
        state: DeliveryState | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[WebhookDelivery]:
        record = await _require_webhook(info, webhook_id, "webhookId")
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


@strawberry.input
class CreateWebhookInput:
    url: str = strawberry.field(description="An https address of the partner.")
    events: list[WebhookEvent] = strawberry.field(
        description="Those of sessions are for unions alone."
    )


@strawberry.type(description="The secret is shown this once.")
class WebhookCreated:
    webhook: Webhook
    secret: str


@strawberry.input
class WebhookInput:
    webhook_id: strawberry.ID


@strawberry.input(description="What is left out stays as it is.")
class ChangeWebhookInput(WebhookInput):
    url: str | None = None
    events: list[WebhookEvent] | None = None
    expected_version: int | None = strawberry.field(
        default=None, description="Refuse when it was changed since this version."
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


@strawberry.type(description="The secret is shown this once; the one before signs for 24 h more.")
class WebhookSecretRotated:
    webhook: Webhook
    secret: str


@strawberry.type
class WebhookChanged:
    webhook: Webhook


@strawberry.type
class WebhookDeleted:
    webhook_id: strawberry.ID


@strawberry.type(description="The message is on its way: look at it in `webhookDeliveries`.")
class WebhookTested:
    delivery: WebhookDelivery


@strawberry.input(description="One delivery, or all of a webhook that were given up since then.")
class ReplayWebhookInput(WebhookInput):
    delivery_id: strawberry.ID | None = None
    since: datetime | None = None


@strawberry.type
class WebhookReplayed:
    deliveries: int = strawberry.field(description="How many are sent again.")


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
        description="For officers, on behalf of their union, and recruiters, of their employer: at "
        f"most {MAX_WEBHOOKS_PER_OWNER} each. Messages hold ids, stages and times, never who "
        "somebody is."
    )
    async def create_webhook(self, info: Info, input: CreateWebhookInput) -> CreateWebhookResult:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        webhooks = info.context.services.webhooks
        url = check_webhook_url(input.url, allow_private=webhooks.allows_private_addresses)
        events = check_events(input.events, for_union=caller.role is Role.OFFICER)
        union_path: tuple[str, ...] = ()
        if caller.union_id is not None:
            union = await info.context.loaders.unions.load(caller.union_id)
            assert union is not None  # a union with officers is never deleted
            union_path = union.path
        webhook, secret = await webhooks.create(caller, url, events, union_path=union_path)
        return WebhookCreated(webhook=Webhook.of(webhook), secret=encode_secret(secret))

    @strawberry.mutation(
        description="Another address, or other events. What waits goes to the new address, also if "
        "it tells of an event that is named no more."
    )
    async def change_webhook(self, info: Info, input: ChangeWebhookInput) -> ChangeWebhookResult:
        record = await _require_webhook(info, input.webhook_id)
        webhooks, url, events = info.context.services.webhooks, input.url, input.events
        if url is None and events is None:
            raise InvalidInput("Give url, events or both.", field=("input", "url"))
        if url is not None:
            url = check_webhook_url(url, allow_private=webhooks.allows_private_addresses)
        if events is not None:
            events = list(check_events(events, for_union=record.employer_id is None))
        if input.expected_version not in {None, record.version}:
            raise StatusConflict(
                f"The webhook is at version {record.version}: somebody has changed it. Look again.",
                field=("input", "expectedVersion"),
            )
        return WebhookChanged(webhook=Webhook.of(await webhooks.change(record, url, events)))

    @strawberry.mutation(description="Sign with a new secret; the one before goes on for 24 hours.")
    async def rotate_webhook_secret(
        self, info: Info, input: RotateWebhookSecretInput
    ) -> RotateWebhookSecretResult:
        record = await _require_webhook(info, input.webhook_id)
        webhook, secret = await info.context.services.webhooks.rotate_secret(record)
        return WebhookSecretRotated(webhook=Webhook.of(webhook), secret=encode_secret(secret))

    @strawberry.mutation(description="Go on: what waited meanwhile is sent.")
    async def enable_webhook(self, info: Info, input: EnableWebhookInput) -> EnableWebhookResult:
        record = await _require_webhook(info, input.webhook_id)
        webhook = await info.context.services.webhooks.set_state(record, WebhookState.ENABLED)
        return WebhookChanged(webhook=Webhook.of(webhook))

    @strawberry.mutation(description="Send nothing for now: messages wait, for 30 days at most.")
    async def disable_webhook(self, info: Info, input: DisableWebhookInput) -> DisableWebhookResult:
        record = await _require_webhook(info, input.webhook_id)
        webhook = await info.context.services.webhooks.set_state(record, WebhookState.DISABLED)
        return WebhookChanged(webhook=Webhook.of(webhook))

    @strawberry.mutation(description="Delete it with all its deliveries.")
    async def delete_webhook(self, info: Info, input: DeleteWebhookInput) -> DeleteWebhookResult:
        record = await _require_webhook(info, input.webhook_id)
        await info.context.services.webhooks.delete(record)
        return WebhookDeleted(webhook_id=input.webhook_id)

    @strawberry.mutation(description="Send a message that says nothing, to see whether it comes.")
    async def test_webhook(self, info: Info, input: TestWebhookInput) -> TestWebhookResult:
        record = await _require_webhook(info, input.webhook_id)
        delivery = await info.context.services.webhooks.queue_test(record)
        return WebhookTested(delivery=WebhookDelivery.of(delivery))

    @strawberry.mutation(description="Send again; receivers know a repeat by its `webhook-id`.")
    async def replay_webhook(self, info: Info, input: ReplayWebhookInput) -> ReplayWebhookResult:
        record = await _require_webhook(info, input.webhook_id)
        webhooks = info.context.services.webhooks
        if (input.delivery_id is None) == (input.since is None):
            raise InvalidInput("Give deliveryId or since, not both.", field=("input", "deliveryId"))
        if input.since is not None:
            if input.since.tzinfo is None:
                raise InvalidInput("Give the time with its zone.", field=("input", "since"))
            return WebhookReplayed(deliveries=await webhooks.replay_dead(record, input.since))
        assert input.delivery_id is not None  # one of the two was given
        field = "input", "deliveryId"
        delivery_id = parse_global_id(input.delivery_id, "WebhookDelivery", *field)
        if not await webhooks.replay(record, delivery_id):
            raise NotFound("This webhook has no such delivery that was sent.", field=field)
        return WebhookReplayed(deliveries=1)


async def _require_webhook(info: Info, webhook_id: strawberry.ID, *field: str) -> WebhookRecord:
    """The webhook with a global id, which must be in the scope of the caller."""
    info.context.require(Role.OFFICER, Role.RECRUITER)
    field = field or ("input", "webhookId")
    record = await _find_visible_record(
        info.context, parse_global_id(webhook_id, "Webhook", *field)
    )
    if record is None:
        raise NotFound("There is no such webhook in your scope.", field=field)
    return record
