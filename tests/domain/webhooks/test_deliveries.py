"""Delivery attempts: delays, acceptance and giving up."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.webhooks.deliveries import RETRY_DELAYS, Delivery, DeliveryState
from domain.webhooks.messages import build_test_notice
from domain.webhooks.webhooks import DeliveryResult, FailureKind
from tests.support.records import FIXED_NOW

TRIES = len(RETRY_DELAYS) + 1
jitters = st.floats(0, 1)
accepted = st.integers(200, 299).map(lambda status: DeliveryResult(status=status))
failed = st.one_of(
    st.sampled_from([kind for kind in FailureKind if kind is not FailureKind.STATUS]).map(
        lambda kind: DeliveryResult(failure=kind)
    ),
    st.integers(100, 599)
    .filter(lambda status: not 200 <= status < 300)
    .map(lambda status: DeliveryResult(status=status)),
)


def a_delivery(**changes: object) -> Delivery:
    made: dict[str, object] = {
        "id": "one",
        "webhook_id": "webhook",
        "notice": build_test_notice("webhook", at=FIXED_NOW),
        "next_at": FIXED_NOW,
        "created_at": FIXED_NOW,
    }
    return Delivery(**(made | changes))  # type: ignore[arg-type] # each is of its field's type


@given(attempts=st.integers(1, len(RETRY_DELAYS)), jitter=jitters, answer=failed)
def test_the_next_attempt_waits_its_delay_within_a_fifth(
    attempts: int, jitter: float, answer: DeliveryResult
) -> None:
    after = a_delivery(attempts=attempts).record_attempt(answer, at=FIXED_NOW, jitter=jitter)
    wait = RETRY_DELAYS[attempts - 1]
    assert 0.8 * wait <= after.next_at - FIXED_NOW <= 1.2 * wait + timedelta(microseconds=1)


def test_delays_grow_and_last_over_a_weekend() -> None:
    assert list(RETRY_DELAYS) == sorted(RETRY_DELAYS)
    assert timedelta(days=2) < 0.8 * sum(RETRY_DELAYS, timedelta())
    assert 1.2 * sum(RETRY_DELAYS, timedelta()) < timedelta(days=4)


@pytest.mark.parametrize(("jitter", "least", "most"), [(0, 4, 4), (0.5, 5, 5), (1, 6, 6)])
def test_deliveries_that_failed_together_are_spread(jitter: float, least: int, most: int) -> None:
    after = a_delivery(attempts=1).record_attempt(
        DeliveryResult(status=500), at=FIXED_NOW, jitter=jitter
    )
    assert least <= (after.next_at - FIXED_NOW).total_seconds() <= most


@pytest.mark.parametrize(
    ("asked", "attempts", "seconds"),
    [(120, 1, 120), (2, 1, 4), (120, 5, 24 * 60), (10**9, 1, 24 * 3600), (0, 1, 4)],
)
def test_a_receiver_is_left_alone_for_as_long_as_it_asks(
    asked: int, attempts: int, seconds: int
) -> None:
    answer = DeliveryResult(status=429, retry_after=timedelta(seconds=asked))
    for jitter in (0.0, 1.0):
        after = a_delivery(attempts=attempts).record_attempt(answer, at=FIXED_NOW, jitter=jitter)
        waited = (after.next_at - FIXED_NOW).total_seconds()
        assert seconds <= waited <= 1.5 * seconds


def test_interrupted_attempts_count_towards_giving_up() -> None:
    after = a_delivery(attempts=100).record_attempt(
        DeliveryResult(status=500), at=FIXED_NOW, jitter=0.5
    )
    assert after.state is DeliveryState.DEAD


class Tries(RuleBasedStateMachine):
    """A delivery with any results, crashes and replays at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.at: datetime = FIXED_NOW
        self.delivery = a_delivery()
        self.id = self.delivery.message_id
        self.since_made_or_replayed = 0

    def claim(self) -> Delivery:
        """Claim the delivery when it is due, as ``storage.webhooks.deliveries`` does."""
        self.at = max(self.at, self.delivery.next_at)
        self.since_made_or_replayed += 1
        return a_delivery(
            attempts=self.delivery.attempts + 1,
            next_at=self.at + timedelta(minutes=1),
            claim="somebody",
        )

    @precondition(lambda self: self.delivery.state is DeliveryState.PENDING)
    @rule(answer=accepted, jitter=jitters)
    def accept(self, answer: DeliveryResult, jitter: float) -> None:
        self.delivery = self.claim().record_attempt(answer, at=self.at, jitter=jitter)
        assert self.delivery.state is DeliveryState.DELIVERED
        assert self.delivery.last_status == answer.status
        assert self.delivery.last_failure is None

    @precondition(lambda self: self.delivery.state is DeliveryState.PENDING)
    @rule(answer=failed, jitter=jitters)
    def fail(self, answer: DeliveryResult, jitter: float) -> None:
        self.delivery = self.claim().record_attempt(answer, at=self.at, jitter=jitter)
        is_over = self.since_made_or_replayed >= TRIES
        assert self.delivery.state is (DeliveryState.DEAD if is_over else DeliveryState.PENDING)
        assert self.delivery.last_failure is (answer.failure or FailureKind.STATUS)
        assert self.delivery.last_status == answer.status

    @precondition(lambda self: self.delivery.state is DeliveryState.PENDING)
    @rule()
    def is_cut_off(self) -> None:
        self.delivery = self.claim()

    @precondition(lambda self: self.delivery.state is not DeliveryState.PENDING)
    @rule()
    def is_replayed(self) -> None:
        self.delivery = a_delivery(next_at=self.at)
        self.since_made_or_replayed = 0

    @invariant()
    def keeps_its_id(self) -> None:
        assert self.delivery.message_id == self.id

    @invariant()
    def counts_every_try(self) -> None:
        assert self.delivery.attempts == self.since_made_or_replayed

    @invariant()
    def is_due_later_while_it_waits(self) -> None:
        if self.delivery.state is DeliveryState.PENDING and self.delivery.attempts:
            assert self.delivery.next_at > self.at

    @invariant()
    def nobody_has_what_is_done(self) -> None:
        if self.delivery.state is not DeliveryState.PENDING:
            assert self.delivery.claim is None


TestTries = Tries.TestCase
