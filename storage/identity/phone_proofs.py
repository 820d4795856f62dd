"""The repository of phone proofs: which device has confirmed which phone by a code.

The phone is the keyed hash that identifies its person. MongoDB deletes a proof once it has expired.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from domain.identity.devices import PHONE_PROOF_LIFETIME, PhonePair, PhoneProof
from storage.identity.phone_codes import PhoneCodes
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document
from storage.mongo.repository import RecordCollection


class PhoneProofs:
    """At most one proof for each device and phone."""

    def __init__(self, mongo: Mongo, codes: PhoneCodes) -> None:
        """``codes`` are the one-time codes that are erased together with the proofs."""
        self._proofs = RecordCollection(mongo, "phone_proofs", PhoneProof)
        self._codes = codes

    async def record(
        self, pair: PhonePair, *, at: datetime, transaction: Transaction | None = None
    ) -> PhoneProof:
        """Store that the device confirmed the phone; a repeated proof replaces the one before."""
        proof = PhoneProof(
            id=_proof_id(pair),
            device_id=pair.device_id,
            person=pair.person,
            proven_at=at,
            expires_at=at + PHONE_PROOF_LIFETIME,
        )
        with translate_errors():
            await self._proofs.documents.replace_one(
                {"_id": proof.id}, to_document(proof), upsert=True, session=transaction
            )
        return proof

    async def find_proven(
        self,
        pairs: Iterable[PhonePair],
        *,
        at: datetime,
        transaction: Transaction | None = None,
    ) -> frozenset[PhonePair]:
        """Return those of ``pairs`` whose device has confirmed the phone, in one read."""
        by_id = {_proof_id(pair): pair for pair in pairs}
        if not by_id:
            return frozenset()
        where: Document = {"_id": {"$in": list(by_id)}, "expires_at": {"$gt": at}}
        with translate_errors():
            found = self._proofs.documents.find(where, {"_id": 1}, session=transaction)
            return frozenset([by_id[document["_id"]] async for document in found])

    async def is_proven(
        self, pair: PhonePair, *, at: datetime, transaction: Transaction | None = None
    ) -> bool:
        """Return whether the device has confirmed the phone."""
        return bool(await self.find_proven([pair], at=at, transaction=transaction))

    async def proven_until(self, pair: PhonePair, *, at: datetime) -> datetime | None:
        """Return until when the device needs no new code for the phone; None if it needs one."""
        proof = await self._proofs.by_id(_proof_id(pair))
        return proof.expires_at if proof is not None and proof.expires_at > at else None

    async def find_person(self, device_id: str, *, at: datetime) -> str | None:
        """Return the person whose phone the device has confirmed; always the same one of several.

        None without a proof that holds at this time.
        """
        # "0" is the character after "/": the range holds all proofs of the device.
        of_device = {"$gt": f"{device_id}/", "$lt": f"{device_id}0"}
        proof = await self._proofs.find_one(
            {"_id": of_device, "expires_at": {"$gt": at}}, sort=(("_id", 1),)
        )
        return None if proof is None else proof.person

    async def erase_person(self, person: str, *, transaction: Transaction | None = None) -> int:
        """Delete the proofs and the codes of a phone on all devices; the number of the proofs."""
        await self._codes.delete_by_person(person, transaction=transaction)
        with translate_errors():
            result = await self._proofs.documents.delete_many(
                {"person": person}, session=transaction
            )
        return result.deleted_count


def _proof_id(pair: PhonePair) -> str:
    return f"{pair.device_id}/{pair.person}"
