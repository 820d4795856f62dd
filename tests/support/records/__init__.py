"""Builders of records: valid in every field, with the changes that a test gives by keyword."""

from tests.support.records.clock import FIXED_NOW, ManualClock
from tests.support.records.employers import VERIFIED_UNTIL, employer, employer_check
from tests.support.records.exchange import import_record, import_row
from tests.support.records.identity import (
    HOST_ID,
    UNION_ID,
    account,
    device,
    phone_code,
    phone_proof,
    sign_in,
    union,
)
from tests.support.records.leads import lead
from tests.support.records.live import code, live_session, question, recruitment_campaign
from tests.support.records.postings import (
    decision,
    minimum_wage,
    occupation_addition,
    posting,
    report,
    rescreen,
    wage_proposal,
)
from tests.support.records.seekers import call_entry, campaign, referral, seeker
from tests.support.records.webhooks import webhook

__all__ = [
    "FIXED_NOW",
    "HOST_ID",
    "UNION_ID",
    "VERIFIED_UNTIL",
    "ManualClock",
    "account",
    "call_entry",
    "campaign",
    "code",
    "decision",
    "device",
    "employer",
    "employer_check",
    "import_record",
    "import_row",
    "lead",
    "live_session",
    "minimum_wage",
    "occupation_addition",
    "phone_code",
    "phone_proof",
    "posting",
    "question",
    "recruitment_campaign",
    "referral",
    "report",
    "rescreen",
    "seeker",
    "sign_in",
    "union",
    "wage_proposal",
    "webhook",
]
