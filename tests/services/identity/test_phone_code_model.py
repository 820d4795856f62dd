"""Histories of requests, guesses, time and two nodes, against a model of one code a pair.

The model is what a person may rely on: only the newest code of this device for this phone counts,
for five minutes and five guesses, and a new one comes after a minute.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.identity.phone_codes import CODE_LIFETIME, MAX_TRIES, RESEND_PAUSE
from domain.refusals import PhoneCodeInvalid, TooManyAttempts
from services.identity.phone_proving import ProvenPhone, RequestedCode
from storage.store import Store
from tests.support.phone_nodes import WIDE, PhoneNode, another, phone
from tests.support.records import ManualClock
from tests.support.stores import empty_store

GUESSES = ("newest", "older", "foreign", "wrong", "four wrong")
# Mostly one device, so that a history goes far with its code.
PAIR = (st.sampled_from([0, 0, 0, 1]), st.just(0))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("request"), *PAIR),
        st.tuples(st.sampled_from(GUESSES), *PAIR),
        st.tuples(st.sampled_from(GUESSES), *PAIR),
        st.tuples(st.just("wait"), st.sampled_from([1, 30, 60, 60, 299, 300]), st.just(0)),
    ),
    min_size=5,
    max_size=25,
)
TRIED_OUT = [
    ("request", 0, 0),
    ("newest", 0, 0),
    ("four wrong", 0, 0),
    ("newest", 0, 0),
    ("wait", 60, 0),
    ("request", 0, 0),
]
REPLACED = [
    ("request", 0, 0),
    ("four wrong", 0, 0),
    ("wait", 60, 0),
    ("request", 0, 0),
    ("older", 0, 0),
    ("four wrong", 0, 0),
    ("newest", 0, 0),
]


@dataclass
class ModelCode:
    """A code that the model knows."""

    digits: str
    issued_at: datetime
    tries: int = 0


@dataclass
class Model:
    """The newest code of each pair, and all digits that were ever issued for it."""

    newest: dict[tuple[int, int], ModelCode] = field(default_factory=dict)
    issued: dict[tuple[int, int], list[str]] = field(default_factory=dict)

    def may_request(self, pair: tuple[int, int], at: datetime) -> bool:
        known = self.newest.get(pair)
        return known is None or at >= known.issued_at + RESEND_PAUSE

    def guess(self, pair: tuple[int, int], digits: str, at: datetime) -> bool:
        """Count a guess, and return whether it proves the phone."""
        known = self.newest.get(pair)
        if known is None or known.tries >= MAX_TRIES or at >= known.issued_at + CODE_LIFETIME:
            return False
        known.tries += 1
        return known.digits == digits

    def digits_for(self, kind: str, pair: tuple[int, int]) -> str:
        """Return digits of this kind; wrong ones where there are none of it."""
        own = self.issued.get(pair, [])
        foreign = [
            codes[-1]
            for other, codes in self.issued.items()
            if other != pair and codes[-1] not in own[-1:]
        ]
        choice = {"newest": own[-1:], "older": own[-2:-1], "foreign": foreign[:1]}.get(kind, [])
        return choice[0] if choice else another(own[-1] if own else "000000")


@settings(max_examples=60)
@given(steps=STEPS)
@example(steps=TRIED_OUT)
@example(steps=REPLACED)
async def test_any_history_over_two_nodes_is_that_of_the_model(
    steps: list[tuple[str, int, int]], prepared_store: Store, second_store: Store
) -> None:
    await empty_store(prepared_store)
    clock, model = ManualClock(), Model()
    nodes = [PhoneNode(store, clock, limits=WIDE) for store in (prepared_store, second_store)]
    for position, (kind, one, other) in enumerate(steps):
        node = nodes[position % 2]
        if kind == "wait":
            clock.advance(seconds=one)
            continue
        pair, device, number = (one, other), f"device {one}", phone(other)
        if kind == "request":
            was_allowed, answer = (
                model.may_request(pair, clock()),
                await _request(node, device, number),
            )
            if answer == "proven":
                continue
            assert (answer is not None) == was_allowed
            if answer is not None:
                model.newest[pair] = ModelCode(answer, clock())
                model.issued.setdefault(pair, []).append(answer)
            continue
        for _ in range(4 if kind == "four wrong" else 1):
            digits = model.digits_for(kind, pair)
            proves = model.guess(pair, digits, clock())
            assert await _confirm(node, digits, device, number) == proves


async def _request(node: PhoneNode, device: str, number: str) -> str | None:
    """Ask for a code; return its digits, "proven" if none is needed, None if it is too early."""
    try:
        answer = await node.request(device, number)
    except TooManyAttempts:
        return None
    return answer.shown if isinstance(answer, RequestedCode) else "proven"


async def _confirm(node: PhoneNode, digits: str, device: str, number: str) -> bool:
    confirmed = len(node.confirmed)
    try:
        answer = await node.confirm(digits, device, number)
    except PhoneCodeInvalid:
        assert len(node.confirmed) == confirmed
        return False
    assert answer == ProvenPhone(until=node.clock() + timedelta(days=30))
    return True
