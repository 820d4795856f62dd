"""How many items each unpaged list of objects can hold: the bounds that a document's cost uses.

A list that is paged as a connection has no entry: its ``first`` or ``last`` says how many. A list
of plain values has none either: it costs as much as one field. A test holds that no other list of
the schema is missing here.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.live.own_rooms import MAX_OWN_INTERESTS, MAX_OWN_QUESTIONS
from domain.matching.match_reasons import MatchCode
from domain.matching.matches import MAX_MATCHES
from domain.matching.scoring import SCORING_FACTORS
from domain.postings.term_changes import TERM_FORMATS
from domain.screening.text_screening import MAX_MARKS_PER_FINDING
from domain.search.facets import FACET_KINDS
from domain.search.highlights import MAX_HIGHLIGHTS_PER_FIELD
from domain.search.suggestions import MAX_SUGGESTIONS
from domain.seekers.call_campaigns import MAX_CALL_LIST_ROWS, MAX_CALLS_PER_PERSON
from domain.seekers.referrals import ReferralStatus
from domain.seekers.seekers import MAX_SAVED_SEARCHES
from realtime.limits import DEFAULT_LIMITS
from schema.enums import ENUM_DESCRIPTIONS
from schema.reference.code_list_queries import TABLE_DESCRIPTIONS
from schema.relay import MAX_PAGE_SIZE
from storage.search.posting_index import PAY_RANGE_STARTS_YUAN

DEFAULT_BOUND = 100
"""Items of a list that is not named here."""
_CODES_PER_FACET = 20
"""Only that of occupations may have more: what the postings found are."""
_CODES_PER_LIST = 60
"""More than code lists have on average. That of occupations has some 420 and is asked for alone."""
_MOST_REGIONS_WITHIN_ONE = 40
"""重庆市 has 37 counties, the country 34 provinces (GB/T 2260)."""
_FINDINGS = 10
"""Findings of one text. The gate has some 25 rules; a posting that breaks 10 of them is rare."""
_LEADS_PER_ADVANCE = 10
"""The input of advanceLeads names 1 to 100 leads. 10 are counted, so that a document that selects
everything of a few leads is admitted."""
_ROWS_PER_VERIFICATION = 10
"""The inputs of verifyMinimumWages and decideMinimumWageProposals name 1 to 100 rows, mostly the
tiers of one province."""
_POSTINGS_PER_DECISION = 5
"""decidePostings decides on up to 100. As with advanceLeads a document that selects everything of a
few is admitted."""

_PARTS_OF_TERMS = 3
"""Places, shifts, licences, skills, media links and pay components of one posting. A posting may
have up to 20 of a kind; most have none or one, and documents that select all terms of a
page stay admitted."""

LIST_BOUNDS: Mapping[str, int] = {
    "CallEntry.calls": MAX_CALLS_PER_PERSON,
    "CallListImported.findings": MAX_CALL_LIST_ROWS,
    "CampaignMatches.matches": MAX_MATCHES,
    "CodeList.entries": _CODES_PER_LIST,
    "ComingWageEffect.findings": 2,
    "Decision.findings": _FINDINGS,
    "DecisionsUndone.kept": _POSTINGS_PER_DECISION,
    "DecisionsUndone.restored": _POSTINGS_PER_DECISION,
    "Facet.counts": _CODES_PER_FACET,
    "Finding.marks": MAX_MARKS_PER_FINDING,
    "ImportFinding.marks": MAX_MARKS_PER_FINDING,
    "ImportRow.findings": _FINDINGS,
    "FrozenTerms.licences": _PARTS_OF_TERMS,
    "FrozenTerms.media": _PARTS_OF_TERMS,
    "FrozenTerms.places": _PARTS_OF_TERMS,
    "FrozenTerms.shiftTimes": _PARTS_OF_TERMS,
    "FrozenTerms.skills": _PARTS_OF_TERMS,
    "Lead.termsChanged": len(TERM_FORMATS),
    "LeadsAdvanced.outcomes": _LEADS_PER_ADVANCE,
    "LiveSession.tallies": MAX_PAGE_SIZE,
    "MatchExplanation.excludedBy": len(MatchCode),
    "MatchesReset.recommended": MAX_MATCHES,
    "MinimumWageProposalsDecided.proposals": _ROWS_PER_VERIFICATION,
    "MinimumWagesVerified.minimumWages": _ROWS_PER_VERIFICATION,
    "MyProfile.searches": MAX_SAVED_SEARCHES,
    "MyRoom.interests": MAX_OWN_INTERESTS,
    "MyRoom.questions": MAX_OWN_QUESTIONS,
    "Pay.components": _PARTS_OF_TERMS,
    "Posting.comingFindings": 2,
    "Posting.findings": _FINDINGS,
    "Posting.licences": _PARTS_OF_TERMS,
    "Posting.media": _PARTS_OF_TERMS,
    "Posting.places": _PARTS_OF_TERMS,
    "Posting.shiftTimes": _PARTS_OF_TERMS,
    "Posting.skills": _PARTS_OF_TERMS,
    "PostingAccepted.findings": _FINDINGS,
    "PostingEdge.highlights": 4 * MAX_HIGHLIGHTS_PER_FIELD,
    "PostingFacets.codes": len(FACET_KINDS),
    "PostingFacets.pay": len(PAY_RANGE_STARTS_YUAN),
    "PostingFacets.places": _MOST_REGIONS_WITHIN_ONE,
    "PostingHeld.findings": _FINDINGS,
    "PostingMatch.reasonsAgainst": len(SCORING_FACTORS),
    "PostingMatch.reasonsFor": len(MatchCode),
    "PostingRefused.findings": _FINDINGS,
    "PostingsDecided.decided": _POSTINGS_PER_DECISION,
    "PostingsDecided.skipped": _POSTINGS_PER_DECISION,
    "Query.codeLists": len(ENUM_DESCRIPTIONS) + len(TABLE_DESCRIPTIONS),
    "OccupationEntry.classes": 3,
    "OccupationEntry.licences": 5,
    "Query.matches": MAX_MATCHES,
    "Query.occupationClasses": 40,
    "Query.occupations": MAX_PAGE_SIZE,
    "Query.postingSuggestions": MAX_SUGGESTIONS,
    "Query.recommendedPostings": MAX_MATCHES,
    "Query.regions": MAX_PAGE_SIZE,
    "Referral.steps": len(ReferralStatus),
    "Region.ancestors": 2,
    "SearchesChanged.searches": MAX_SAVED_SEARCHES,
    "TallyChanged.tallies": DEFAULT_LIMITS.max_postings_per_tally,
    "TextCheck.statements": _FINDINGS,
    "TextRefused.findings": _FINDINGS,
    "TextStatement.marks": MAX_MARKS_PER_FINDING,
}
"""By type and field."""

CUT_BY_FIRST = frozenset(
    {"LiveSession.tallies", "Query.postingSuggestions", "Query.recommendedPostings"}
)
"""The lists among them that hold no more than their argument ``first`` says."""
