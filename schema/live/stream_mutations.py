"""Mutations of a session's picture: its source, and cutting it off."""

from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from schema import errors
from schema.context import Info
from schema.live.session_mutations import SessionInput
from schema.live.session_types import LiveSession
from schema.relay import parse_global_id


@strawberry.input
class SetStreamSourceInput(SessionInput):
    hls_url: str | None = strawberry.field(
        default=None,
        description="A playlist at one of the origins that the operator has named.",
    )
    link_url: str | None = strawberry.field(
        default=None, description="A page of Douyin, Kuaishou or WeChat Channels instead."
    )
    poster_url: str | None = strawberry.field(
        default=None, description="An image at one of those origins; the cover when left out."
    )


@strawberry.input
class CreateStreamKeyInput(SessionInput): ...


@strawberry.input
class CreateCameraKeyInput(SessionInput): ...


@strawberry.input
class CutOffStreamInput(SessionInput):
    reason: str = strawberry.field(description="5 to 200 characters; viewers read them.")


@strawberry.input
class RestoreStreamInput(SessionInput):
    reason: str = strawberry.field(description="5 to 200 characters, for the audit log.")


@strawberry.type
class StreamSourceSet:
    session: LiveSession


@strawberry.type
class StreamKeyCreated:
    session: LiveSession
    ingest_url: str = strawberry.field(
        description="The server, as a camera program such as OBS asks for it."
    )
    stream_key: str = strawberry.field(
        description="The stream key. It is shown once; a new one ends it."
    )


@strawberry.type
class CameraKeyCreated:
    session: LiveSession
    camera_url: str = strawberry.field(
        description="Where the page opens a WebSocket and sends the parts of its recording."
    )
    camera_key: str = strawberry.field(
        description="What the page shows there. It is given once; a new one ends it."
    )


@strawberry.type
class StreamWasCutOff:
    session: LiveSession


@strawberry.type
class StreamRestored:
    session: LiveSession


SetStreamSourceResult = Annotated[
    StreamSourceSet | errors.SessionStateConflict | errors.CommonRefusal,
    strawberry.union("SetStreamSourceResult"),
]
CreateStreamKeyResult = Annotated[
    StreamKeyCreated | errors.SessionStateConflict | errors.CommonRefusal,
    strawberry.union("CreateStreamKeyResult"),
]
CreateCameraKeyResult = Annotated[
    CameraKeyCreated | errors.SessionStateConflict | errors.CommonRefusal,
    strawberry.union("CreateCameraKeyResult"),
]
CutOffStreamResult = Annotated[
    StreamWasCutOff | errors.TextRefused | errors.CommonRefusal,
    strawberry.union("CutOffStreamResult"),
]
RestoreStreamResult = Annotated[
    StreamRestored | errors.CommonRefusal, strawberry.union("RestoreStreamResult")
]


@strawberry.type
class StreamMutations:
    @strawberry.mutation(
        description="Set where a session's picture comes from; without addresses there is none."
    )
    async def set_stream_source(
        self, info: Info, input: SetStreamSourceInput
    ) -> SetStreamSourceResult:
        session = await info.context.services.stream_direction.set_source(
            info.context.require(Role.HOST, Role.OFFICER),
            parse_global_id(input.session_id, "LiveSession", "input", "sessionId"),
            hls_url=input.hls_url,
            link_url=input.link_url,
            poster_url=input.poster_url,
        )
        return StreamSourceSet(session=LiveSession.of(session))

    @strawberry.mutation(
        description="Make a key with which a camera program publishes the picture to the media "
        "server of the operator. The key of before ends."
    )
    async def create_stream_key(
        self, info: Info, input: CreateStreamKeyInput
    ) -> CreateStreamKeyResult:
        made = await info.context.services.stream_publishing.create_key(
            info.context.require(Role.HOST, Role.OFFICER),
            parse_global_id(input.session_id, "LiveSession", "input", "sessionId"),
        )
        return StreamKeyCreated(
            session=LiveSession.of(made.session),
            ingest_url=made.ingest_url,
            stream_key=made.stream_key,
        )

    @strawberry.mutation(
        description="Make a key with which a page publishes the picture of its camera. The key of "
        "before ends."
    )
    async def create_camera_key(
        self, info: Info, input: CreateCameraKeyInput
    ) -> CreateCameraKeyResult:
        made = await info.context.services.stream_publishing.create_camera_key(
            info.context.require(Role.HOST, Role.OFFICER),
            parse_global_id(input.session_id, "LiveSession", "input", "sessionId"),
        )
        return CameraKeyCreated(
            session=LiveSession.of(made.session),
            camera_url=made.camera_url,
            camera_key=made.camera_key,
        )

    @strawberry.mutation(
        description="For officers: cut a session's picture off, for every viewer at once. The "
        "session itself goes on; `endSession` ends it."
    )
    async def cut_off_stream(self, info: Info, input: CutOffStreamInput) -> CutOffStreamResult:
        session = await info.context.services.stream_direction.cut_off(
            info.context.require(Role.OFFICER),
            parse_global_id(input.session_id, "LiveSession", "input", "sessionId"),
            input.reason,
        )
        return StreamWasCutOff(session=LiveSession.of(session))

    @strawberry.mutation(description="For officers: let a picture that was cut off be seen again.")
    async def restore_stream(self, info: Info, input: RestoreStreamInput) -> RestoreStreamResult:
        session = await info.context.services.stream_direction.restore(
            info.context.require(Role.OFFICER),
            parse_global_id(input.session_id, "LiveSession", "input", "sessionId"),
            input.reason,
        )
        return StreamRestored(session=LiveSession.of(session))
