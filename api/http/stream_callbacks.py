"""``POST /stream-callbacks/<server>``: what the media server asks and tells about publishing.

Only the media server of the operator and the media process of this service are answered. None
signs what it sends, so the addresses that they call hold a key: SONGGANG_STREAM_CALLBACK_KEY or
SONGGANG_MEDIA_KEY. Stream keys are never logged.
"""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.http.callback_keys import has_callback_key
from api.http.error_responses import refusal_response
from api.http.stream_callback_forms import PublishingCall, PublishingReport, read_call
from api.stream_settings import StreamServer
from domain.live.session_recordings import recording_name
from domain.live.sessions import LiveSession
from domain.refusals import NotPermitted, Refusal, database_unavailable
from services.live.stream_publishing import StreamPublishing
from storage.mongo.errors import StorageUnavailable

_ACCEPTED: dict[str, Any] = {"code": 0}
"""SRS reads the code; the others read only the status."""


class StreamCallbacks:
    """Answers the calls of one media server, and of the media process with ``camera_key``."""

    def __init__(
        self,
        publishing: StreamPublishing,
        server: StreamServer,
        key: SecretStr | None,
        *,
        camera_key: SecretStr | None = None,
    ) -> None:
        self._publishing = publishing
        self._keys = {StreamServer.SONGGANG_MEDIA.value: camera_key, server.value: key}

    async def respond(self, request: Request) -> Response:
        """Admit or refuse who publishes, and note who stopped.

        Refusals: 400 for another form, 403 without the key of the calls or with a stream key that
        is not valid, 503 without the database. Another server's address is not found.
        """
        name = request.path_params["server"]
        key = self._keys.get(name)
        if key is None:
            raise HTTPException(404)
        try:
            if not has_callback_key(request, key):
                raise NotPermitted("The call carries no valid key.", "请求缺少有效的密钥。")
            call = read_call(StreamServer(name), await request.body())
            session = await self._follow(call)
        except Refusal as refusal:
            return refusal_response(refusal)
        except StorageUnavailable:
            return refusal_response(database_unavailable())
        if name == StreamServer.SONGGANG_MEDIA and session is not None:
            return JSONResponse(_ACCEPTED | {"recording": recording_name(session)})
        return JSONResponse(_ACCEPTED)

    async def _follow(self, call: PublishingCall) -> LiveSession | None:
        """Do what a call asks for; return the session of a connection that was admitted."""
        if call.report is PublishingReport.ENDED:
            await self._publishing.note_end(call.name, call.publisher)
        elif call.report is PublishingReport.TO_BE_REFUSED:
            raise NotPermitted("Only publishing and reading are open.", "仅开放推流和观看。")
        elif call.report is PublishingReport.WANTS_TO_BEGIN:
            return await self._publishing.admit(call.name, call.secret, call.publisher)
        elif call.report is PublishingReport.GOES_ON:
            try:
                return await self._publishing.admit(call.name, call.secret, call.publisher)
            except StorageUnavailable:
                return None  # a refusal would cut off a picture that was admitted
        return None


async def serve_stream_callback(request: Request) -> Response:
    """Answer a call of the media server."""
    callbacks: StreamCallbacks = request.app.state.node.stream_callbacks
    return await callbacks.respond(request)
