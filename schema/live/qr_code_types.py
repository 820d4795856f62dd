"""The GraphQL type of a QR code, and of what a scanned one points at."""

from datetime import datetime
from typing import Self

import strawberry

from domain.identity.scopes import may_see_code
from domain.live.qr_codes import CodeKind
from domain.live.qr_codes import QrCode as CodeRecord
from schema.context import Context, Info
from schema.live.session_types import LiveSession, find_visible_session
from schema.postings.posting_types import Posting, find_open_posting
from schema.relay import Node, global_id
from storage.leads.leads import QrCodeResults

_NO_RESULTS = QrCodeResults(interests=0, hires=0)


@strawberry.type(description="A QR code, and the leads and hires that came of it.")
class Code(Node):
    record: strawberry.Private[CodeRecord]
    kind: CodeKind
    label: str = strawberry.field(description="A name for the staff.")
    place: str = strawberry.field(description="Where a poster hangs.")
    scans: int = strawberry.field(description="How often it was opened; a few seconds behind.")
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

    @strawberry.field(
        description="The token in the picture, at most 32 characters: `code` of an interest."
    )
    def token(self, info: Info) -> str:
        return info.context.services.store.qr_codes.sign_token(self.record)

    @strawberry.field(description="The address that the picture encodes.")
    def url(self, info: Info) -> str:
        services = info.context.services
        return f"{services.public_url}/q/{services.store.qr_codes.sign_token(self.record)}"

    @strawberry.field(description="The picture as SVG; with `.png` at the end instead, as PNG.")
    def image_url(self, info: Info) -> str:
        services = info.context.services
        return f"{services.public_url}/codes/{services.store.qr_codes.sign_token(self.record)}.svg"

    @strawberry.field(description="Null for a poster of the posting board.")
    async def session(self, info: Info) -> LiveSession | None:
        if self.record.session_id is None:
            return None
        return await find_visible_session(info.context, self.record.session_id)

    @strawberry.field(
        description="Null when the code names no posting, or one that is not open now."
    )
    async def posting(self, info: Info) -> Posting | None:
        if self.record.posting_id is None:
            return None
        return await find_open_posting(info.context, self.record.posting_id)

    @strawberry.field(description="How many leads were given with it.")
    async def interests(self, info: Info) -> int:
        return (await self._load_results(info)).interests

    @strawberry.field(description="How many of those leads are hired now.")
    async def hires(self, info: Info) -> int:
        return (await self._load_results(info)).hires

    async def _load_results(self, info: Info) -> QrCodeResults:
        return await info.context.loaders.code_yields.load(self.record.id) or _NO_RESULTS


@strawberry.type(description="What a scanned code points at, for the page that it opens.")
class CodeTarget:
    kind: CodeKind
    place: str
    session: LiveSession | None = strawberry.field(description="Null for the posting board.")
    posting: Posting | None = strawberry.field(description="Null when it is no longer open.")


async def find_visible_code(context: Context, code_id: str) -> Code | None:
    """Return the QR code if it is in the caller's scope; else None."""
    record = await context.loaders.codes.load(code_id)
    return Code.of(record) if record and may_see_code(context.principal, record) else None
