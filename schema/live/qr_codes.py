"""QR codes: making them, what one points at, and what they have brought."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain.errors import (
    CodeInvalid,
    InvalidInput,
    NotFound,
    NotPermitted,
    PostingNotOpen,
    SessionStateConflict,
)
from domain.free_text import check_text
from domain.identity.accounts import Principal, Role
from domain.identity.scopes import may_see_code
from domain.live.qr_codes import CodeKind
from domain.live.qr_codes import QrCode as CodeRecord
from domain.live.sessions import LiveSession as SessionRecord
from domain.live.sessions import SessionStatus
from domain.postings.postings import Posting as PostingRecord
from schema import errors
from schema.context import Context, Info
from schema.live.session_types import LiveSession, find_visible_session
from schema.postings.posting_types import Posting, find_open_posting
from schema.relay import (
    Connection,
    Keyset,
    Node,
    global_id,
    id_keyset,
    parse_global_id,
    resolve_connection,
)
from schema.scopes import require_directed_session
from services.live.sessions import check_presented
from storage.leads.leads import QrCodeResults
from storage.live.qr_codes import QrCodeQuery
from storage.mongo.client import new_id

CODE_KEYSET: Keyset[CodeRecord] = id_keyset("codes", lambda code: code.id)
_NO_YIELD = QrCodeResults(interests=0, hires=0)


@strawberry.type(description="A QR code, and what it has brought.")
class Code(Node):
    record: strawberry.Private[CodeRecord]
    kind: CodeKind
    label: str = strawberry.field(description="The staff's name for it.")
    place: str = strawberry.field(description="Where a poster hangs.")
    scans: int = strawberry.field(description="How often it was opened; a few seconds old.")
    created_at: datetime

    @classmethod
    def of(cls, record: CodeRecord) -> Self:
        return cls(
            record=record,
            id=global_id("Code", record.id),
            kind=record.kind,
            label=record.label,
            place=record.place,
            scans=record.scans,
            created_at=record.created_at,
        )

    @strawberry.field(description="What is printed, at most 32 characters: `code` of an interest.")
    def token(self, info: Info) -> str:
        return info.context.services.store.qr_codes.sign_token(self.record)

    @strawberry.field(description="What the picture leads to.")
    def url(self, info: Info) -> str:
        services = info.context.services
        return f"{services.public_url}/q/{services.store.qr_codes.sign_token(self.record)}"

    @strawberry.field(description="The picture as SVG; with `.png` at its end as PNG.")
    def image_url(self, info: Info) -> str:
        services = info.context.services
        return f"{services.public_url}/codes/{services.store.qr_codes.sign_token(self.record)}.svg"

    @strawberry.field(description="Null for a poster of the board.")
    async def session(self, info: Info) -> LiveSession | None:
        if self.record.session_id is None:
            return None
        return await find_visible_session(info.context, self.record.session_id)

    @strawberry.field(description="Null when it points at none, or at one that is not open now.")
    async def posting(self, info: Info) -> Posting | None:
        if self.record.posting_id is None:
            return None
        return await find_open_posting(info.context, self.record.posting_id)

    @strawberry.field(description="How many leads were given with it; exact.")
    async def interests(self, info: Info) -> int:
        return (await self._load_yield(info)).interests

    @strawberry.field(description="How many of them have the job now; exact.")
    async def hires(self, info: Info) -> int:
        return (await self._load_yield(info)).hires

    async def _load_yield(self, info: Info) -> QrCodeResults:
        return await info.context.loaders.code_yields.load(self.record.id) or _NO_YIELD


@strawberry.type(description="What a code points at, for the page that opens.")
class CodeTarget:
    kind: CodeKind
    place: str
    session: LiveSession | None = strawberry.field(description="Null for the board.")
    posting: Posting | None = strawberry.field(description="Null when it is not open any more.")


async def require_code_by_token(context: Context, token: str, *field: str) -> CodeRecord:
    """The code that a token stands for.

    :raises CodeInvalid: damaged or forged.
    """
    code_id = context.services.store.qr_codes.verify_token(token, field=field)
    record = await context.loaders.codes.load(code_id)
    if record is None:
        raise CodeInvalid("This code is no longer in use.", field=field)
    return record


async def find_visible_code(context: Context, code_id: str) -> Code | None:
    """The code if it is in the scope of the caller."""
    record = await context.loaders.codes.load(code_id)
    return Code.of(record) if record and may_see_code(context.principal, record) else None


@strawberry.type
class CodeQueries:
    @strawberry.field(description="What the token of a scanned code points at.")
    async def resolve_code(self, info: Info, token: str) -> CodeTarget:
        code = Code.of(await require_code_by_token(info.context, token, "token"))
        record = code.record
        context = info.context
        return CodeTarget(
            kind=record.kind,
            place=record.place,
            session=await find_visible_session(context, record.session_id)
            if record.session_id
            else None,
            posting=await find_open_posting(context, record.posting_id)
            if record.posting_id
            else None,
        )

    @strawberry.field(description="For hosts and officers: the codes of their scope, newest first.")
    async def codes(
        self,
        info: Info,
        session_id: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Code]:
        caller = info.context.require(Role.HOST, Role.OFFICER)
        query = _scope_query(caller)
        if session_id is not None:
            query = replace(
                query, session_id=parse_global_id(session_id, "LiveSession", "sessionId")
            )
        codes = info.context.services.store.qr_codes
        return await resolve_connection(
            CODE_KEYSET, lambda page: codes.page(query, page), Code.of, first=first, after=after
        )


def _scope_query(caller: Principal) -> QrCodeQuery:
    if caller.role is Role.OFFICER:
        return QrCodeQuery(union_id=caller.union_id)
    return QrCodeQuery(owner_id=caller.subject)


@strawberry.input(
    description="A session alone: its code. With a posting: that posting's code in the session. "
    "With a place: a poster there, for a session, a posting, both, or the whole board."
)
class CreateCodeInput:
    session_id: strawberry.ID | None = None
    posting_id: strawberry.ID | None = None
    place: str | None = None
    label: str = strawberry.field(description="By which the staff tell it from others.")


@strawberry.type
class CodeCreated:
    # Not `code`: beside the code of a UserError a client could not select it.
    qr_code: Code


CreateCodeResult = Annotated[
    CodeCreated
    | errors.SessionStateConflict
    | errors.PostingNotInSession
    | errors.PostingNotOpen
    | errors.CommonRefusal,
    strawberry.union("CreateCodeResult"),
]


@strawberry.type
class CodeMutations:
    @strawberry.mutation(description="For hosts and officers, within their scope.")
    async def create_code(self, info: Info, input: CreateCodeInput) -> CreateCodeResult:
        context = info.context
        caller = context.require(Role.HOST, Role.OFFICER)
        place = _check_short_text(input.place or "", "place")
        label = _check_short_text(input.label, "label")
        if not label:
            raise InvalidInput("Give the code a name for the staff.", field=("input", "label"))
        session = await _require_session(context, caller, input.session_id)
        posting = await _require_open_posting(context, input.posting_id)
        if session is not None and posting is not None:
            check_presented(session, posting.id)
        record = CodeRecord(
            id=new_id(),
            kind=_choose_kind(session, posting, place),
            session_id=session.id if session else None,
            posting_id=posting.id if posting else None,
            place=place,
            label=label,
            union_path=await _choose_union_path(context, caller, session, posting),
            owner_id=session.owner_id if session else None,
            created_by=caller.subject,
            created_at=context.services.clock(),
        )
        await context.services.store.qr_codes.add(record)
        return CodeCreated(qr_code=Code.of(record))


def _check_short_text(given: str, name: str) -> str:
    text = given.strip()
    check_text(text, 60, ("input", name))
    return text


async def _require_session(
    context: Context, caller: Principal, session_id: strawberry.ID | None
) -> SessionRecord | None:
    if session_id is None:
        if caller.role is Role.HOST:
            raise NotPermitted("A host makes codes for sessions: name one of yours.")
        return None
    session = await require_directed_session(context, session_id, "input", "sessionId")
    if session.status is SessionStatus.CANCELLED:
        raise SessionStateConflict("The session was called off: nobody should be led to it.")
    return session


async def _require_open_posting(
    context: Context, posting_id: strawberry.ID | None
) -> PostingRecord | None:
    if posting_id is None:
        return None
    wanted = parse_global_id(posting_id, "Posting", "input", "postingId")
    posting = await context.loaders.postings.load(wanted)
    if posting is None:
        raise NotFound("There is no such posting.", field=("input", "postingId"))
    if not posting.is_open(context.services.today()):
        raise PostingNotOpen("Only an open posting gets a code.", field=("input", "postingId"))
    return posting


def _choose_kind(
    session: SessionRecord | None, posting: PostingRecord | None, place: str
) -> CodeKind:
    if place:
        return CodeKind.POSTER
    if session is None:
        raise InvalidInput(
            "Name the session; only a poster, which has a place, can do without one.",
            field=("input", "sessionId"),
        )
    return CodeKind.POSTING if posting else CodeKind.SESSION


async def _choose_union_path(
    context: Context,
    caller: Principal,
    session: SessionRecord | None,
    posting: PostingRecord | None,
) -> tuple[str, ...]:
    """The union whose code it is: the session's, else the posting's, else the officer's own."""
    if session is not None:
        return session.union_path
    assert caller.union_id is not None  # every officer belongs to a union
    union = await context.loaders.unions.load(posting.union_id if posting else caller.union_id)
    assert union is not None  # a union with postings or officers is never deleted
    if not union.is_within(caller.union_id):
        raise NotPermitted("This posting belongs to another union.", field=("input", "postingId"))
    return union.path
