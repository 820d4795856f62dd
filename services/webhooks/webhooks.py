"""Use cases of webhooks: creating, changing, switching, testing and replaying them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.identity.accounts import Principal, Role
from domain.identity.scopes import may_see_webhook
from domain.reference.calendar import check_has_zone
from domain.refusals import AlreadyExists, Busy, InvalidInput, NotFound, StatusConflict
from domain.webhooks.deliveries import Delivery
from domain.webhooks.messages import WebhookEvent, build_test_notice
from domain.webhooks.webhooks import (
    MAX_WEBHOOKS_PER_OWNER,
    SECRET_BYTES,
    Webhook,
    WebhookState,
    check_events,
    check_webhook_url,
)
from storage.clock import Clock
from storage.mongo.client import new_id
from storage.store import Store
from storage.webhooks.deliveries import create_delivery

_WEBHOOK_FIELD = ("input", "webhookId")


class WebhookAdministration:
    """Manages the webhooks of unions and employers.

    Callers obtain a webhook from ``require_in_scope``, which checks the right to manage it. Each
    change is a compare-and-set on the webhook's version. ``allows_private_addresses`` admits URLs
    in private networks and plain HTTP to this machine, for tests and closed networks.
    """

    def __init__(self, store: Store, clock: Clock, *, allows_private_addresses: bool) -> None:
        self._store = store
        self._clock = clock
        self.allows_private_addresses = allows_private_addresses

    async def require_in_scope(
        self, caller: Principal, webhook_id: str, *, field: tuple[str, ...] = _WEBHOOK_FIELD
    ) -> Webhook:
        """Return a webhook that the caller may manage.

        :raises NotFound: The caller's union with its branches, or employer, has no such webhook.
        """
        webhook = await self._store.webhooks.by_id(webhook_id)
        if webhook is None or not may_see_webhook(caller, webhook):
            raise NotFound(
                "No webhook in your scope has this id.",
                "您的管辖范围内没有这个Webhook。",
                field=field,
            )
        return webhook

    async def create(
        self, caller: Principal, url: str, events: Sequence[WebhookEvent]
    ) -> tuple[Webhook, bytes]:
        """Create a webhook of the officer's union or the recruiter's employer.

        Returns it with its signing secret, which cannot be read again.

        :raises InvalidInput: The URL or the events are not valid.
        :raises AlreadyExists: The owner has ``MAX_WEBHOOKS_PER_OWNER`` webhooks.
        """
        for_union = caller.role is Role.OFFICER
        checked_url = check_webhook_url(url, allow_private=self.allows_private_addresses)
        checked_events = check_events(events, for_union=for_union)
        union_path: tuple[str, ...] = ()
        if for_union:
            assert caller.union_id is not None  # every officer belongs to a union
            union = await self._store.unions.by_id(caller.union_id)
            assert union is not None  # a union with officers is never deleted
            union_path = union.path
        webhook_id, secret = new_id(), secrets.token_bytes(SECRET_BYTES)
        webhook = await self._store.webhooks.add(
            Webhook(
                id=webhook_id,
                owner=f"union/{caller.union_id}" if for_union else f"employer/{caller.employer_id}",
                slot=0,
                union_path=union_path,
                employer_id=None if for_union else caller.employer_id,
                url=checked_url,
                events=checked_events,
                secrets=(self._store.keyring.seal_webhook_secret(webhook_id, secret),),
                created_by=caller.subject,
                created_at=self._clock(),
            )
        )
        if webhook is None:
            raise AlreadyExists(
                f"There are {MAX_WEBHOOKS_PER_OWNER} webhooks already. Delete one first.",
                f"已有{MAX_WEBHOOKS_PER_OWNER}个Webhook，请先删除一个。",
            )
        return webhook, secret

    async def change(
        self,
        webhook: Webhook,
        url: str | None,
        events: Sequence[WebhookEvent] | None,
        *,
        expected_version: int | None = None,
    ) -> Webhook:
        """Change URL, events or both; None leaves a value as it is.

        Pending deliveries go to the new URL, also those of an event that is no longer subscribed.

        :raises InvalidInput: Both values are None, or one is not valid.
        :raises StatusConflict: The webhook is not at ``expected_version``.
        :raises Busy: A concurrent change won.
        """
        if url is None and events is None:
            raise InvalidInput(
                "Give url, events or both.", "请填写地址或事件。", field=("input", "url")
            )
        after = webhook
        if url is not None:
            after = after.with_url(
                check_webhook_url(url, allow_private=self.allows_private_addresses)
            )
        if events is not None:
            for_union = webhook.employer_id is None
            after = replace(after, events=check_events(events, for_union=for_union))
        if expected_version not in {None, webhook.version}:
            raise StatusConflict(
                f"The webhook is at version {webhook.version}: it was changed since you read it.",
                f"该Webhook已是第{webhook.version}版：在您读取之后已有变动，请刷新后再试。",
                field=("input", "expectedVersion"),
            )
        return await self._replace(webhook, after)

    async def rotate_secret(self, webhook: Webhook) -> tuple[Webhook, bytes]:
        """Replace the signing secret. The previous one signs too for ``SECRET_OVERLAP``.

        Returns the webhook with its new secret, which cannot be read again.

        :raises Busy: A concurrent change won.
        """
        secret = secrets.token_bytes(SECRET_BYTES)
        sealed = self._store.keyring.seal_webhook_secret(webhook.id, secret)
        return await self._replace(webhook, webhook.rotate_secret(sealed, at=self._clock())), secret

    async def set_state(self, webhook: Webhook, state: WebhookState) -> Webhook:
        """Switch the webhook on or off. Switching it on clears its recorded failures.

        :raises Busy: A concurrent change won.
        """
        before = webhook.clear_failures() if state is WebhookState.ENABLED else webhook
        return await self._replace(webhook, replace(before, state=state))

    async def delete(self, webhook: Webhook) -> None:
        """Delete the webhook and its deliveries.

        Not one transaction, because there may be very many deliveries. The webhook goes first: the
        dispatcher deletes the pending deliveries of a webhook that is gone, and finished ones
        expire.
        """
        await self._store.webhooks.delete(webhook.id)
        await self._store.deliveries.delete_by_webhook(webhook.id)

    async def queue_test(self, webhook: Webhook) -> Delivery:
        """Queue a test message, whose ``data`` is empty, and return its delivery."""
        at = self._clock()
        delivery = create_delivery(webhook, build_test_notice(webhook.id, at=at), at=at)
        await self._store.deliveries.add(delivery)
        return delivery

    async def replay(self, webhook: Webhook, delivery_id: str) -> None:
        """Queue a delivery again that was delivered or given up.

        :raises NotFound: The webhook has no such delivery, or it is pending.
        """
        at = self._clock()
        if not await self._store.deliveries.replay(webhook.id, delivery_id, at=at):
            raise NotFound(
                "This webhook has no finished delivery with this id.",
                "该Webhook没有这条已结束的投递记录。",
                field=("input", "deliveryId"),
            )

    async def replay_dead(self, webhook: Webhook, since: datetime) -> int:
        """Queue again the given-up deliveries created since then, and return their number.

        :raises InvalidInput: The time has no zone.
        """
        check_has_zone(since, ("input", "since"))
        return await self._store.deliveries.replay_dead(webhook.id, since=since, at=self._clock())

    async def _replace(self, before: Webhook, after: Webhook) -> Webhook:
        changed = await self._store.webhooks.update_if_unchanged(before, after)
        if changed is None:
            raise Busy(
                "The webhook has just been changed by another user. Reload it and try again.",
                "其他人刚刚修改了该Webhook，请刷新后再试。",
            )
        return changed
