"""The outbox is limited: it closes before it loses an event, and keeps only the newest state."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.close_codes import CloseCode
from realtime.limits import DEFAULT_LIMITS
from realtime.outbox import LOW_WATER_BYTES, Outbox
from realtime.protocol_messages import complete_message, error_message, next_prefix
from realtime.rendered_event import RenderedEvent


class ManualPeer:
    """A wire whose peer reads when the test tells it to."""

    def __init__(self) -> None:
        self.on_drained: Callable[[], None] = lambda: None
        self.waiting: list[bytes] = []
        self.taken: list[bytes] = []
        self.closes: list[tuple[int, str]] = []
        self.waits = 0

    def write(self, *texts: bytes) -> None:
        self.waiting.extend(texts)

    def queued_bytes(self) -> int:
        return sum(map(len, self.waiting))

    async def wait_drained(self) -> None:
        self.waits += 1

    def close(self, code: int, reason: str) -> None:
        self.closes.append((code, reason))

    async def release(self) -> None:
        self.waiting.clear()

    def read(self, messages: int) -> None:
        self.taken += self.waiting[:messages]
        del self.waiting[:messages]


@pytest.fixture
def peer() -> ManualPeer:
    return ManualPeer()


@pytest.fixture
def outbox(peer: ManualPeer) -> Outbox:
    return Outbox(peer)


def test_a_full_outbox_closes_the_connection(peer: ManualPeer, outbox: Outbox) -> None:
    outbox.send(b"x" * (DEFAULT_LIMITS.max_outbox_bytes - 1))
    outbox.send(b"y")
    assert peer.queued_bytes() == DEFAULT_LIMITS.max_outbox_bytes
    assert not outbox.closed
    outbox.send(b"z")
    assert outbox.closed
    assert peer.closes == [(4510, "Too slow: come back with after")]
    assert peer.queued_bytes() == DEFAULT_LIMITS.max_outbox_bytes


def test_events_sent_in_one_write_are_counted_together(peer: ManualPeer, outbox: Outbox) -> None:
    outbox.send(b"x" * LOW_WATER_BYTES, b"y")
    assert peer.waiting == [b"x" * LOW_WATER_BYTES, b"y"]
    half = b"z" * ((DEFAULT_LIMITS.max_outbox_bytes - LOW_WATER_BYTES) // 2)
    outbox.send(half, half)
    assert outbox.closed
    assert peer.queued_bytes() == LOW_WATER_BYTES + 1


def test_one_large_result_is_accepted_while_little_is_queued(
    peer: ManualPeer, outbox: Outbox
) -> None:
    outbox.send(b"x" * LOW_WATER_BYTES)
    outbox.send(b"y" * 2 * DEFAULT_LIMITS.max_outbox_bytes)
    assert not outbox.closed
    outbox.send(b"z")
    assert outbox.closed


def test_nothing_is_written_after_the_close(peer: ManualPeer, outbox: Outbox) -> None:
    outbox.send(b"x" * (LOW_WATER_BYTES + 1))
    outbox.send_state("slot", b"waits")
    outbox.close(CloseCode.TOKEN_EXPIRED)
    outbox.close(CloseCode.DRAINING)
    peer.read(1)
    outbox.flush()
    outbox.send(b"event")
    outbox.send_state("slot", b"state")
    assert peer.waiting == []
    assert peer.closes == [(CloseCode.TOKEN_EXPIRED, CloseCode.TOKEN_EXPIRED.reason)]


def test_a_close_may_carry_its_own_reason(peer: ManualPeer, outbox: Outbox) -> None:
    outbox.close(CloseCode.BAD_REQUEST, "Send text messages only")
    assert peer.closes == [(4400, "Send text messages only")]


def test_state_is_written_at_once_to_a_peer_that_keeps_up(peer: ManualPeer, outbox: Outbox) -> None:
    outbox.send(b"x" * LOW_WATER_BYTES)
    assert outbox.has_room()
    outbox.send_state("slot", b"1")
    assert peer.waiting[1:] == [b"1"]
    assert not outbox.has_room()


def test_only_the_newest_waiting_state_of_each_slot_is_sent(
    peer: ManualPeer, outbox: Outbox
) -> None:
    outbox.send(b"x" * (LOW_WATER_BYTES + 1))
    for slot, text in (("a", b"a1"), ("b", b"b1"), ("a", b"a2"), ("gone/c", b"c1")):
        outbox.send_state(slot, text)
    outbox.drop_state("gone/")
    assert peer.waiting[1:] == []
    peer.read(1)
    outbox.flush()
    outbox.flush()
    assert peer.waiting == [b"a2", b"b1"]


def test_waiting_state_is_sent_before_a_newer_event(peer: ManualPeer, outbox: Outbox) -> None:
    outbox.send(b"x" * (LOW_WATER_BYTES + 1))
    outbox.send_state("a", b"a1")
    outbox.send_state("a", b"a2")
    outbox.send(b"event")
    outbox.send_state("a", b"a3")
    assert peer.waiting[1:] == [b"a2", b"event"]
    outbox.flush()
    assert peer.waiting[1:] == [b"a2", b"event", b"a3"]


def test_waiting_state_over_the_limit_closes_the_connection(
    peer: ManualPeer, outbox: Outbox
) -> None:
    outbox.send(b"x" * (DEFAULT_LIMITS.max_outbox_bytes - 3))
    outbox.send_state("a", b"state")
    outbox.send(b"y")
    assert outbox.closed
    assert peer.queued_bytes() == DEFAULT_LIMITS.max_outbox_bytes - 3


def test_older_waiting_state_is_not_sent_after_newer_state(
    peer: ManualPeer, outbox: Outbox
) -> None:
    outbox.send(b"x" * (LOW_WATER_BYTES + 1))
    outbox.send_state("slot", b"old")
    peer.read(1)
    outbox.send_state("slot", b"new")
    outbox.flush()
    assert peer.waiting == [b"new"]


async def test_wait_drained_waits_for_the_wire(peer: ManualPeer, outbox: Outbox) -> None:
    await outbox.wait_drained()
    assert peer.waits == 1


sizes = st.sampled_from([1, 1_000, LOW_WATER_BYTES, DEFAULT_LIMITS.max_outbox_bytes // 3])
actions = st.one_of(
    st.tuples(st.just("send"), sizes),
    st.tuples(st.just("state"), sizes),
    st.tuples(st.just("read"), st.integers(1, 3)),
)


@given(plan=st.lists(actions, max_size=30))
def test_a_peer_gets_each_event_in_order_until_the_close(plan: list[tuple[str, int]]) -> None:
    peer = ManualPeer()
    outbox = Outbox(peer)
    sent: list[bytes] = []
    for number, (action, size) in enumerate(plan):
        text = f"{action}{number:03}".encode().ljust(size, b".")
        if action == "send":
            outbox.send(text)
            if not outbox.closed:
                sent.append(text)
        elif action == "state":
            outbox.send_state("slot", text)
        else:
            peer.read(size)
            if outbox.has_room():
                outbox.flush()
    written = [*peer.taken, *peer.waiting]
    assert [text for text in written if text.startswith(b"send")] == sent
    # Everything arrives in the order of sending, whatever state was replaced.
    moments = [int(text.rstrip(b".")[-3:]) for text in written]
    assert moments == sorted(moments)
    assert len(outbox._slots) <= 1


def test_the_limit_is_the_one_in_the_settings(peer: ManualPeer) -> None:
    outbox = Outbox(peer, 2 * LOW_WATER_BYTES)
    outbox.send(b"x" * 2 * LOW_WATER_BYTES)
    assert not outbox.closed
    outbox.send(b"y")
    assert outbox.close_code is CloseCode.OUTBOX_FULL


@given(operation_id=st.text(max_size=128))
def test_messages_are_valid_json_for_any_id(operation_id: str) -> None:
    rendered = RenderedEvent(b'{"data":{"a":1}}')
    assert orjson.loads(rendered.message(next_prefix(operation_id))) == {
        "id": operation_id,
        "type": "next",
        "payload": {"data": {"a": 1}},
    }
    assert orjson.loads(complete_message(operation_id)) == {
        "id": operation_id,
        "type": "complete",
    }
    errors: list[dict[str, object]] = [{"message": "no"}]
    assert orjson.loads(error_message(operation_id, errors)) == {
        "id": operation_id,
        "type": "error",
        "payload": errors,
    }


def test_subscribers_with_one_id_share_the_same_bytes() -> None:
    rendered = RenderedEvent(b"{}")
    first = rendered.message(next_prefix("1"))
    assert rendered.message(next_prefix("1")) is first
    assert rendered.message(next_prefix("2")) == b'{"id":"2","type":"next","payload":{}}'
    assert rendered.message(next_prefix("1")) == first
