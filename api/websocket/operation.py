"""One operation of a WebSocket connection: a query or mutation, or a subscription in the hub."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from api.connections.places import Place
from api.websocket.connection_init import Caller
from domain.identity.accounts import STAFF_ROLES
from domain.refusals import Busy
from realtime.hub import Membership
from realtime.outbox import Outbox
from realtime.own_room_notices import OwnRoomMembership
from realtime.protocol_messages import complete_message, error_message, next_prefix
from realtime.rendered_event import RenderedEvent
from schema.context import Context, Services
from schema.execution.documents import is_subscription
from schema.execution.engine import Engine, GraphQLRequest
from schema.execution.results import RequestInvalid, format_refusal
from schema.live.subscriptions import OwnRoomSource


class Operation:
    """Runs one operation and answers through the outbox of its connection.

    A subscription is a member of the hub, or of a visitor's own room. ``on_end`` is called once,
    with the id, after the last answer.
    """

    # There are tens of thousands of these, each read for every event: slots keep their fields
    # together in memory.
    __slots__ = (
        "_engine",
        "_id",
        "_is_in_room",
        "_membership",
        "_on_end",
        "_outbox",
        "_place",
        "_prefix",
        "_services",
        "_task",
        "_viewing",
    )

    def __init__(
        self,
        operation_id: str,
        outbox: Outbox,
        engine: Engine,
        services: Services,
        *,
        place: Place | None,
        on_end: Callable[[str], None],
    ) -> None:
        self._id = operation_id
        self._prefix = next_prefix(operation_id)
        self._outbox = outbox
        self._engine = engine
        self._services = services
        self._place = place
        self._is_in_room = False
        self._on_end = on_end
        self._task: asyncio.Task[None] | None = None
        self._membership: Membership | OwnRoomMembership | None = None
        self._viewing: tuple[str, str] | None = None

    def start(
        self,
        request: GraphQLRequest,
        caller: Caller,
        *,
        joining: asyncio.Task[None] | None,
    ) -> asyncio.Task[None] | None:
        """Start the operation and return the subscription that is joining now, if there is one.

        ``joining`` is the last subscription of this connection that is not live yet. A query that
        was sent after it is answered after it is live.
        """
        try:
            _, operation = self._engine.prepare(request)
        except RequestInvalid as invalid:
            self._fail(invalid.errors)
            return joining
        context = Context(
            self._services, caller.principal, peer=caller.peer, language=caller.language
        )
        if is_subscription(operation):
            self._task = asyncio.create_task(self._run_guarded(self._join, request, context))
            return self._task
        self._task = asyncio.create_task(
            self._run_guarded(self._execute, request, context, joining)
        )
        return joining

    def stop(self) -> None:
        """End the operation without another answer."""
        assert self._task is not None  # the connection keeps started operations only
        self._task.cancel()
        self._end()

    def deliver(self, rendered: RenderedEvent, kind: str | None) -> None:
        """Send an event; one with a ``kind`` replaces an unsent event of that kind."""
        if kind is None:
            self._outbox.send(rendered.message(self._prefix))
        else:
            self._outbox.send_state(f"{self._id}/{kind}", rendered.message(self._prefix))

    def deliver_all(self, events: Sequence[RenderedEvent]) -> None:
        """Send several events in one write."""
        self._outbox.send(*[rendered.message(self._prefix) for rendered in events])

    def has_room(self) -> bool:
        """Whether the client keeps up."""
        return self._outbox.has_room()

    async def wait_drained(self) -> None:
        """Return once the client keeps up again, or is gone."""
        await self._outbox.wait_drained()

    async def _run_guarded(
        self,
        run: Callable[..., Awaitable[None]],
        request: GraphQLRequest,
        context: Context,
        *args: Any,
    ) -> None:
        try:
            await run(request, context, *args)
        except RequestInvalid as invalid:
            self._fail(invalid.errors)
        except Exception as error:  # noqa: BLE001 - one operation must not end the connection
            self._fail(format_refusal(error, context.language))

    async def _execute(
        self, request: GraphQLRequest, context: Context, joining: asyncio.Task[None] | None
    ) -> None:
        if joining is not None and not joining.done():
            await asyncio.wait({joining})
        result = await self._engine.execute(request, context)
        if not self._outbox.has_room():
            await self._outbox.wait_drained()
        self._outbox.send(RenderedEvent(result).message(self._prefix))
        self._outbox.send(complete_message(self._id))
        self._end()

    async def _join(self, request: GraphQLRequest, context: Context) -> None:
        joining = await self._engine.subscribe(request, context)
        self._enter_room(is_staff=joining.source.principal.role in STAFF_ROLES)
        if isinstance(joining.source, OwnRoomSource):
            self._membership = await self._services.own_room_notices.join(
                joining.source.owner, joining.render, self
            )
            return
        following = joining.log_source
        if following.viewer_id is not None:
            self._viewing = (following.subject_id, following.viewer_id)
            self._services.presence.enter(*self._viewing)
        self._membership = await self._services.hub.join(
            following.topic,
            joining.group_key,
            joining.render,
            self,
            session_id=following.subject_id,
            after=following.after,
            # A viewer without an account has no stable subject; the address stands for it.
            by=following.principal.subject or context.peer,
        )

    def _enter_room(self, *, is_staff: bool) -> None:
        """Take a place in a room.

        :raises Busy: this process has no more of them.
        """
        if self._place is None:
            return
        if not self._place.enter_room(is_staff=is_staff):
            raise Busy(
                "Very many people are watching. Try again in a few seconds.",
                "当前观看人数过多，请几秒后再试。",
            )
        self._is_in_room = True

    def _fail(self, errors: list[dict[str, object]]) -> None:
        self._outbox.send(error_message(self._id, errors))
        self._end()

    def _end(self) -> None:
        if self._membership is not None:
            self._membership.leave()
            self._membership = None
        if self._viewing is not None:
            self._services.presence.leave(*self._viewing)
            self._viewing = None
        if self._is_in_room and self._place is not None:
            self._place.leave_room()
            self._is_in_room = False
        self._outbox.drop_state(f"{self._id}/")
        self._on_end(self._id)
