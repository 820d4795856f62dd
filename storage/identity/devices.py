"""The repository of devices: the newest credential that each device has presented.

A device is stored when its first credential comes back. MongoDB deletes it after its last
credential has expired.
"""

from __future__ import annotations

from datetime import datetime

from domain.identity.devices import DEVICE_CREDENTIAL_LIFETIME, Device, DeviceCredential
from storage.mongo.client import Duplicate, Mongo, translate_errors
from storage.mongo.repository import Repository


class Devices(Repository[Device]):
    """One document for each device that came back."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "devices", Device)

    async def accept(self, credential: DeviceCredential, *, at: datetime) -> bool:
        """Note that the device presented this credential; False if it presented a newer one before.

        The same credential is accepted again until its replacement was presented, so an answer that
        was lost on its way costs nothing.
        """
        # Two tabs may store the device at the same moment. The second one then finds it.
        return await self._advance(credential, at) or await self._advance(credential, at)

    async def _advance(self, credential: DeviceCredential, at: datetime) -> bool:
        fields = {
            "generation": credential.generation,
            "expires_at": at + DEVICE_CREDENTIAL_LIFETIME,
        }
        try:
            with translate_errors():
                await self._records.documents.update_one(
                    {"_id": credential.device_id, "generation": {"$lte": credential.generation}},
                    {"$set": fields},
                    upsert=True,
                )
        except Duplicate:
            return False  # the device is stored, with a newer generation
        return True
