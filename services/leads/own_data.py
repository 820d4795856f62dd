"""Erasing everything that one receipt stands for: the profile and the leads."""

from __future__ import annotations

from dataclasses import dataclass

from domain.leads.personal_data import ReceiptHolder
from services.leads.own_leads import OwnLeads
from services.seekers.profile import SeekerProfiles
from services.seekers.profile_rights import ProfileRights


@dataclass(frozen=True, kw_only=True)
class ErasedData:
    """How many leads were erased, and whether there was a profile."""

    leads: int
    profile: bool


class OwnData:
    """Erases the profile and all leads of a receipt (PIPL art. 47)."""

    def __init__(
        self, seekers: SeekerProfiles, profile_rights: ProfileRights, own_leads: OwnLeads
    ) -> None:
        self._seekers = seekers
        self._profile_rights = profile_rights
        self._own_leads = own_leads

    async def erase(self, holder: ReceiptHolder) -> ErasedData:
        """Erase the profile in one transaction, then the leads in batches.

        A call that was interrupted is completed by the next one: the receipt stays valid, and each
        step erases what is left.
        """
        seeker = await self._seekers.find_by_receipt_holder(holder)
        if seeker is not None:
            await self._profile_rights.erase_own(seeker)
        leads = await self._own_leads.erase(holder)
        return ErasedData(leads=leads, profile=seeker is not None)
