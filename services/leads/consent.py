"""Consent to a posting's text: shows the current text, checks the consent, adds new texts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from domain.employers.employers import Employer
from domain.identity.accounts import Principal
from domain.identity.audit import AuditAction, AuditEntry, staff_actor
from domain.identity.unions import find_service_phone
from domain.leads.consent import (
    ConsentTemplate,
    ConsentText,
    Handler,
    check_consent,
    check_template,
    check_valid_from,
    render_consent_text,
)
from domain.live.sessions import LiveSession
from domain.postings.postings import Posting
from domain.refusals import ConsentRequired, NotPermitted
from realtime.group_commit import GroupCommit
from realtime.ttl_cache import TtlCache
from services.identity.audit import AUDIT_TOPIC
from storage.clock import Clock
from storage.mongo.client import Transaction
from storage.store import Store


class PostingConsent:
    """Renders consent texts of postings, checks that they were agreed to, and publishes new ones.

    A consent names the employer that receives the contact and the union that passes it on (PIPL
    art. 23).
    """

    def __init__(self, store: Store, commit: GroupCommit, clock: Clock) -> None:
        self._store = store
        self._commit = commit
        self._clock = clock
        # A room taps at once, and every tap needs the same text: all are at most a second old.
        self._cached_template = TtlCache(lambda _: store.consent_texts.current(clock()))
        self._cached_employers = TtlCache(self._load_employer)
        self._cached_handlers = TtlCache(self._load_handler)

    async def current_texts(
        self, postings: Sequence[Posting], session: LiveSession | None = None
    ) -> list[ConsentText]:
        """Return the texts to show for postings now, in their order.

        The handler is the union that holds the session, or else that of each posting.
        """
        template = await self._store.consent_texts.current(self._clock())
        employers = await self._store.employers.by_ids({each.employer_id for each in postings})
        handlers = await self._load_handlers({_handler_id(each, session) for each in postings})
        return [
            _render(
                template,
                employers.get(posting.employer_id),
                handlers[_handler_id(posting, session)],
                posting,
            )
            for posting in postings
        ]

    async def require_agreed(
        self,
        posting: Posting,
        session: LiveSession | None,
        given_version: str | None,
        given_sha256: str | None = None,
    ) -> ConsentText:
        """Return the current text for a posting if the given version and digest are its own.

        A new text, or a new name of the employer or union, takes effect within a second.

        :raises ConsentRequired: no version was given, or another one, or another digest.
        """
        text = _render(
            await self._cached_template.get("current"),
            await self._cached_employers.get(posting.employer_id),
            await self._cached_handlers.get(_handler_id(posting, session)),
            posting,
        )
        try:
            check_consent(given_version, text, given_sha256=given_sha256)
        except ConsentRequired:
            # What is cached may have changed within the second.
            (text,) = await self.current_texts([posting], session)
            check_consent(given_version, text, given_sha256=given_sha256)
        return text

    async def publish(
        self, caller: Principal, body: str, *, valid_from: datetime | None
    ) -> ConsentTemplate:
        """Store a new consent text under the next number, with a row of the audit log.

        ``valid_from`` None makes it current at once.

        :raises NotPermitted: the caller's union is not the root of the tree of unions.
        :raises InvalidInput: the text misses a placeholder, or the time is not within a year.
        """
        union_id = caller.union_id or ""
        union = (await self._store.unions.by_ids([union_id])).get(union_id)
        if union is None or len(union.path) > 1:
            raise NotPermitted(
                "Only officers of the top union publish consent texts.",
                "授权书文本只能由最上级工会的工会干部发布。",
            )
        body = check_template(body, ("input", "template"))
        begins = check_valid_from(valid_from, self._clock(), ("input", "validFrom"))

        async def change(transaction: Transaction) -> ConsentTemplate:
            template = await self._store.consent_texts.add(
                body, valid_from=begins, created_by=caller.subject, transaction=transaction
            )
            entry = AuditEntry(
                actor=staff_actor(caller),
                action=AuditAction.PUBLISH_CONSENT_TEXT,
                subject_type="ConsentText",
                subject_id=template.version,
                detail=f"valid from {begins.isoformat()}",
            )
            await self._store.audit_log.append([entry], at=self._clock(), transaction=transaction)
            return template

        return await self._commit.serialised(AUDIT_TOPIC, change)

    async def _load_employer(self, employer_id: str) -> Employer | None:
        return (await self._store.employers.by_ids([employer_id])).get(employer_id)

    async def _load_handler(self, union_id: str) -> Handler:
        return (await self._load_handlers({union_id}))[union_id]

    async def _load_handlers(self, union_ids: Collection[str]) -> dict[str, Handler]:
        unions = await self._store.unions.by_ids(union_ids)
        above = await self._store.unions.by_ids(
            {each for one in unions.values() for each in one.path}
        )
        return {
            union.id: Handler(name=union.name, phone=find_service_phone(union, above))
            for union in unions.values()
        }


def _handler_id(posting: Posting, session: LiveSession | None) -> str:
    return session.union_id if session else posting.union_id


def _render(
    template: ConsentTemplate, employer: Employer | None, handler: Handler, posting: Posting
) -> ConsentText:
    assert employer is not None  # an employer with postings is never deleted
    return render_consent_text(template, employer.name, posting.terms.title, handler=handler)
