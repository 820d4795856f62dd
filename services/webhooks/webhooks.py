"""Webhooks as their staff handle them: made, switched, given new secrets, tried and replayed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.errors import AlreadyExists, Busy
from domain.identity.accounts import Principal
from domain.webhooks.deliveries import Delivery
from domain.webhooks.messages import WebhookEvent, build_test_notice
from domain.webhooks.webhooks import MAX_WEBHOOKS_PER_OWNER, SECRET_BYTES, Webhook, WebhookState
from storage.clock import Clock
from storage.mongo.client import new_id
from storage.store import Store
from storage.webhooks.deliveries import create_delivery


class WebhookAdministration:
    """``allows_private_addresses`` says whether addresses of this network are admitted.

    Whether the caller may is for the caller to check.
    """

    def __init__(self, store: Store, clock: Clock, *, allows_private_addresses: bool) -> None:
        self._store = store
        self._clock = clock
        self.allows_private_addresses = allows_private_addresses

    async def create(
        self,
        caller: Principal,
        url: str,
        events: Sequence[WebhookEvent],
        *,
        union_path: tuple[str, ...],
    ) -> tuple[Webhook, bytes]:
        """A new webhook of the caller's union or employer, and its secret.

        :raises AlreadyExists: the owner has ``MOST_WEBHOOKS``.
        """
        webhook_id, secret = new_id(), secrets.token_bytes(SECRET_BYTES)
        owner = f"union/{caller.union_id}" if union_path else f"employer/{caller.employer_id}"
        webhook = await self._store.webhooks.add(
            Webhook(
                id=webhook_id,
                owner=owner,
                slot=0,
                union_path=union_path,
                employer_id=None if union_path else caller.employer_id,
                url=url,
                events=tuple(events),
                secrets=(self._store.keyring.seal_webhook_secret(webhook_id, secret),),
                created_by=caller.subject,
                created_at=self._clock(),
            )
        )
        if webhook is None:
            raise AlreadyExists(
                f"There are {MAX_WEBHOOKS_PER_OWNER} webhooks already: delete one first."
            )
        return webhook, secret

    async def rotate_secret(self, webhook: Webhook) -> tuple[Webhook, bytes]:
        """The webhook with a new secret, and that.

        :raises Busy: it was changed at the same moment.
        """
        secret = secrets.token_bytes(SECRET_BYTES)
        sealed = self._store.keyring.seal_webhook_secret(webhook.id, secret)
        return await self._change(webhook, webhook.rotate_secret(sealed, at=self._clock())), secret

    async def set_state(self, webhook: Webhook, state: WebhookState) -> Webhook:
        """The webhook switched on or off; on, its failures are forgotten.

        :raises Busy: it was changed at the same moment.
        """
        before = webhook.clear_failures() if state is WebhookState.ENABLED else webhook
        return await self._change(webhook, replace(before, state=state))

    async def change(
        self, webhook: Webhook, url: str | None, events: Sequence[WebhookEvent] | None
    ) -> Webhook:
        """The webhook with another address, told of other events; None leaves them as they are.

        What waits goes to the new address, also if it tells of an event that is not named any more.

        :raises Busy: it was changed at the same moment.
        """
        after = webhook if url is None else webhook.with_url(url)
        return await self._change(
            webhook, after if events is None else replace(after, events=tuple(events))
        )

    async def delete(self, webhook: Webhook) -> None:
        """Delete it, and what it was and is to be told."""
        await self._store.webhooks.delete(webhook.id)
        await self._store.deliveries.delete_by_webhook(webhook.id)

    async def queue_test(self, webhook: Webhook) -> Delivery:
        """A message that says nothing, on its way."""
        at = self._clock()
        delivery = create_delivery(webhook, build_test_notice(webhook.id, at=at), at=at)
        await self._store.deliveries.add(delivery)
        return delivery

    async def replay(self, webhook: Webhook, delivery_id: str) -> bool:
        """Send one of its deliveries again; False when it has none such, or it waits to be sent."""
        return await self._store.deliveries.replay(webhook.id, delivery_id, at=self._clock())

    async def replay_dead(self, webhook: Webhook, since: datetime) -> int:
        """Send those again that were given up, made since then; how many."""
        return await self._store.deliveries.replay_dead(webhook.id, since=since, at=self._clock())

    async def _change(self, before: Webhook, after: Webhook) -> Webhook:
        changed = await self._store.webhooks.update_if_unchanged(before, after)
        if changed is None:
            raise Busy("The webhook was changed just now. Look again, and try again.")
        return changed
