"""The table of all upgrade steps. A step that was released is never changed; new ones follow it.

Data that can be rebuilt at any time, such as search entries, are not upgraded here: a worker
rebuilds them while the service runs.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from domain.employers.employers import CHECK_VALID_MONTHS
from domain.leads.confirmation import LeadConfirmation
from domain.postings.job_keys import KEYED_STATUSES, make_job_key
from domain.postings.pay import FEN_PER_YUAN
from domain.postings.postings import Posting, PostingStatus
from domain.reference.calendar import add_months, day_in_china
from storage.leads.unlogged import UnloggedLeads
from storage.mongo.client import Document, Duplicate, Mongo, translate_errors
from storage.mongo.codec import to_record
from storage.mongo.upgrades import DOCUMENTS_PER_BATCH, UpgradeStep

_WITHOUT_UNION_PATH: Document = {"union_path": {"$exists": False}}
_OPEN_WITHOUT_CHECK: Document = {
    "status": PostingStatus.OPEN.value,
    "verified_until": {"$exists": False},
}
_WITHOUT_CONFIRMATION: Document = {"confirmation": {"$exists": False}}


async def _count_without_union_path(mongo: Mongo) -> int:
    with translate_errors():
        return await mongo["postings"].count_documents(_WITHOUT_UNION_PATH)


async def _fill_union_paths(mongo: Mongo, _: datetime) -> int:
    """Store the union's path with some of the postings that lack it.

    A posting whose union does not exist keeps none.
    """
    postings, unions = mongo["postings"], mongo["unions"]
    with translate_errors():
        for union_id in await postings.distinct("union_id", _WITHOUT_UNION_PATH):
            union = await unions.find_one({"_id": union_id}, {"path": 1})
            if union is None:
                continue
            lacking = {"union_id": union_id, **_WITHOUT_UNION_PATH}
            found = (
                await postings.find(lacking, {"_id": 1})
                .limit(DOCUMENTS_PER_BATCH)
                .to_list(DOCUMENTS_PER_BATCH)
            )
            if found:
                ids = [document["_id"] for document in found]
                await postings.update_many(
                    {"_id": {"$in": ids}, **_WITHOUT_UNION_PATH},
                    {"$set": {"union_path": union["path"]}},
                )
                return len(found)
    return 0


async def _count_open_without_check(mongo: Mongo) -> int:
    with translate_errors():
        return await mongo["postings"].count_documents(_OPEN_WITHOUT_CHECK)


async def _grant_grace(mongo: Mongo, at: datetime) -> int:
    """Give some of the open postings from before employer checks a last day of grace."""
    postings = mongo["postings"]
    day = add_months(day_in_china(at), CHECK_VALID_MONTHS).isoformat()
    with translate_errors():
        found = (
            await postings.find(_OPEN_WITHOUT_CHECK, {"_id": 1})
            .limit(DOCUMENTS_PER_BATCH)
            .to_list(DOCUMENTS_PER_BATCH)
        )
        await postings.update_many(
            {"_id": {"$in": [document["_id"] for document in found]}, **_OPEN_WITHOUT_CHECK},
            {"$set": {"verified_until": day, "grace_until": day}},
        )
    return len(found)


async def _count_without_confirmation(mongo: Mongo) -> int:
    with translate_errors():
        return await mongo["leads"].count_documents(_WITHOUT_CONFIRMATION)


async def _mark_legacy_leads(mongo: Mongo, _: datetime) -> int:
    """Mark some of the leads from before phones were confirmed."""
    leads = mongo["leads"]
    with translate_errors():
        found = (
            await leads.find(_WITHOUT_CONFIRMATION, {"_id": 1})
            .limit(DOCUMENTS_PER_BATCH)
            .to_list(DOCUMENTS_PER_BATCH)
        )
        await leads.update_many(
            {"_id": {"$in": [document["_id"] for document in found]}, **_WITHOUT_CONFIRMATION},
            {"$set": {"confirmation": LeadConfirmation.LEGACY.value}},
        )
    return len(found)


_OF_FIRST_TERMS: Document = {"terms.version": {"$exists": False}}


async def _count_of_first_terms(mongo: Mongo) -> int:
    with translate_errors():
        return await mongo["postings"].count_documents(_OF_FIRST_TERMS)


async def _raise_terms_version(mongo: Mongo, _: datetime) -> int:
    """Store the amounts of some of the postings with terms of version 1 in fen, too.

    What nodes of earlier versions read stays as it is. Terms that leads keep are not changed.
    """
    postings = mongo["postings"]
    with translate_errors():
        found = (
            await postings.find(_OF_FIRST_TERMS, {"_id": 1})
            .limit(DOCUMENTS_PER_BATCH)
            .to_list(DOCUMENTS_PER_BATCH)
        )
        fen = {"$multiply": ["$terms.pay.amount", FEN_PER_YUAN]}
        probation = {"$multiply": ["$terms.probation_pay", FEN_PER_YUAN]}
        await postings.update_many(
            {"_id": {"$in": [document["_id"] for document in found]}, **_OF_FIRST_TERMS},
            [
                {
                    "$set": {
                        "terms.version": 2,
                        "terms.pay.from_fen": fen,
                        "terms.pay.to_fen": fen,
                        "terms.pay.unit": "$terms.pay.period",
                        # The product with a missing value is null.
                        "terms.probation_fen": probation,
                    }
                }
            ],
        )
    return len(found)


_WITHOUT_JOB_KEY: Document = {
    "status": {"$in": sorted(status.value for status in KEYED_STATUSES)},
    "job_key": {"$exists": False},
}


async def _count_without_job_key(mongo: Mongo) -> int:
    with translate_errors():
        return await mongo["postings"].count_documents(_WITHOUT_JOB_KEY)


async def _fill_job_keys(mongo: Mongo, _: datetime) -> int:
    """Store the job key with some of the postings that lack it.

    Where an employer has the same job twice already, each but the oldest is a separate job.
    """
    postings = mongo["postings"]
    with translate_errors():
        found = (
            await postings.find(_WITHOUT_JOB_KEY)
            .sort("_id", 1)
            .limit(DOCUMENTS_PER_BATCH)
            .to_list(None)
        )
    for document in found:
        posting = to_record(Posting, document)
        unchanged = {"_id": posting.id, "terms": document["terms"], **_WITHOUT_JOB_KEY}
        for separate_id in (None, posting.id):
            key = make_job_key(posting.employer_id, posting.terms, separate_id=separate_id)
            with suppress(Duplicate), translate_errors():
                await postings.update_one(unchanged, {"$set": {"job_key": key}})
                break
    return len(found)


async def _count_unlogged(mongo: Mongo) -> int:
    with translate_errors():
        return await mongo["leads"].count_documents({"logged": False}, hint="unlogged")


async def _adopt_unlogged(mongo: Mongo, _: datetime) -> int:
    return await UnloggedLeads(mongo).adopt(limit=DOCUMENTS_PER_BATCH)


UPGRADE_STEPS: tuple[UpgradeStep, ...] = (
    UpgradeStep(
        to_version=1,
        name="union_paths_of_postings",
        summary="Stores the path of the union with each posting, for lists by union.",
        oldest_code=0,
        count=_count_without_union_path,
        change_batch=_fill_union_paths,
    ),
    UpgradeStep(
        to_version=2,
        name="grace_for_unchecked_employers",
        summary="Lets postings that were open before employers had to be checked stay open for "
        f"{CHECK_VALID_MONTHS} months.",
        oldest_code=0,
        count=_count_open_without_check,
        change_batch=_grant_grace,
    ),
    UpgradeStep(
        to_version=3,
        name="legacy_leads",
        summary="Marks leads from before phones were confirmed: employers keep seeing them.",
        oldest_code=0,
        count=_count_without_confirmation,
        change_batch=_mark_legacy_leads,
    ),
    UpgradeStep(
        to_version=4,
        name="terms_version_2_of_postings",
        summary="Stores the pay of postings in fen, beside the whole yuan that earlier code reads.",
        oldest_code=0,
        count=_count_of_first_terms,
        change_batch=_raise_terms_version,
    ),
    UpgradeStep(
        to_version=5,
        name="job_keys_of_postings",
        summary="Stores with each posting the key by which the same job of an employer is found.",
        oldest_code=0,
        count=_count_without_job_key,
        change_batch=_fill_job_keys,
    ),
    UpgradeStep(
        to_version=6,
        name="leads_that_await_the_log",
        summary="Lets leads that no node has logged yet wait for nodes of this version.",
        oldest_code=0,
        count=_count_unlogged,
        change_batch=_adopt_unlogged,
    ),
)
"""All steps in order; the number of the last is the schema version of this code."""
