from __future__ import annotations

from domain import errors
from domain.errors import ErrorCode, InvalidInput, PhoneInvalid, Refusal


def named() -> list[type[Refusal]]:
    every = [value for value in vars(errors).values() if isinstance(value, type)]
    return [value for value in every if issubclass(value, Refusal) and value is not Refusal]


def test_every_refusal_has_a_code_of_its_own_and_every_code_a_refusal() -> None:
    codes = [refusal.code for refusal in named()]
    assert len(set(codes)) == len(codes)
    assert set(codes) == set(ErrorCode)


def test_a_refusal_carries_its_message_and_field() -> None:
    refusal = PhoneInvalid("Give a number.", field=("input", "phone"))
    assert isinstance(refusal, InvalidInput)
    assert refusal.message == str(refusal) == "Give a number."
    assert refusal.field == ("input", "phone")
    assert InvalidInput("No field.").field is None
