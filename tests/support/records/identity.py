"""Builders of accounts, devices and unions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.identity.accounts import Account, Role
from domain.identity.devices import PHONE_PROOF_LIFETIME, Device, PhoneProof
from domain.identity.phone_codes import (
    CODE_LIFETIME,
    CodeChannel,
    CodeMessage,
    CountedCode,
    CountedWindow,
    MessageState,
    PhoneCode,
    SealedMessage,
    code_id,
)
from domain.identity.token_rotation import SIGN_IN_LIFETIME, SignIn
from domain.identity.unions import Union, UnionLevel
from storage.clock import utc_now
from storage.mongo.client import new_id
from tests.support.records.clock import FIXED_NOW

UNION_ID = "union"
HOST_ID = "host"


def account(**changes: Any) -> Account:
    record = Account(
        id=new_id(),
        username="host",
        display_name="王主席",
        role=Role.HOST,
        password_hash="not a hash",
        union_id=UNION_ID,
        created_at=FIXED_NOW,
    )
    return replace(record, **changes)


def sign_in(**changes: Any) -> SignIn:
    now = utc_now()
    record = SignIn(
        id=new_id(), account_id="account", created_at=now, expires_at=now + SIGN_IN_LIFETIME
    )
    return replace(record, **changes)


def union(**changes: Any) -> Union:
    record = Union(
        id=UNION_ID,
        name="嘉兴市总工会",
        level=UnionLevel.CITY,
        place_code="330400",
        path=("root", UNION_ID),
    )
    return replace(record, **changes)


def device(**changes: Any) -> Device:
    record = Device(id=new_id(), generation=1, expires_at=FIXED_NOW)
    return replace(record, **changes)


def phone_proof(**changes: Any) -> PhoneProof:
    record = PhoneProof(
        id="device/person",
        device_id="device",
        person="person",
        proven_at=FIXED_NOW,
        expires_at=FIXED_NOW + PHONE_PROOF_LIFETIME,
    )
    return replace(record, **changes)


def phone_code(**changes: Any) -> PhoneCode:
    counted = CountedCode(
        key="prefix/1440000",
        windows=(CountedWindow(name="hour", until=FIXED_NOW + timedelta(hours=1)),),
    )
    record = PhoneCode(
        id=code_id("device", "person"),
        device="device",
        person="person",
        issue="issue",
        code_hash="0" * 64,
        issued_at=FIXED_NOW,
        expires_at=FIXED_NOW + CODE_LIFETIME,
        counted=(counted,),
        house=replace(counted, key="house"),
        message=CodeMessage(
            channel=CodeChannel.SMS,
            state=MessageState.PENDING,
            sealed=SealedMessage(key_version=1, sealed=b"sealed"),
            next_at=FIXED_NOW,
        ),
    )
    return replace(record, **changes)
