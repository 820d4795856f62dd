"""Serves recordings to players, and lets the service ask for one and delete it.

The address of a recording is as good as a key: its name is drawn by chance, and the service gives
it to viewers only after the end of the session.
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from api.bearer_keys import shows_bearer
from api.media.object_store import StoreAway
from api.media.picture_files import CHANGING, LASTING, PLAYLIST_TYPE, SEGMENT_TYPE, refuse
from api.media.recording_folder import RECORDING_NAME, RecordingFolder
from api.media.stored_recordings import StoredRecordings

_STORE_AWAY = HTTPStatus.SERVICE_UNAVAILABLE


class RecordingFiles:
    """Answers players, and the service, which shows ``key``.

    ``stored`` is what an object store has, when players read from there.
    """

    def __init__(
        self, folder: RecordingFolder, key: str, stored: StoredRecordings | None = None
    ) -> None:
        self._folder = folder
        self._stored = stored
        self._key = key

    async def respond(self, request: Request) -> Response:
        """Tell the service how long a recording is, or delete it for the service.

        404: there is none, or the caller is not the service. 503: the object store does not have
        it yet, or does not answer; ask again.
        """
        name = request.path_params["recording"]
        if not shows_bearer(request, self._key) or not RECORDING_NAME.fullmatch(name):
            return refuse(HTTPStatus.NOT_FOUND)
        if request.method == "DELETE":
            return await self._delete(name)
        found = await run_in_threadpool(self._folder.measure, name)
        if found is None:
            return refuse(HTTPStatus.NOT_FOUND)
        if self._stored is not None:
            found = self._stored.measure(name)
            if found is None:
                return Response(status_code=_STORE_AWAY, headers=CHANGING)
        return JSONResponse({"durationSeconds": found[0], "byteCount": found[1]}, headers=CHANGING)

    async def _delete(self, name: str) -> Response:
        was_there = await run_in_threadpool(self._folder.delete, name)
        if self._stored is not None:
            try:
                was_there = await self._stored.delete(name) or was_there
            except StoreAway:
                return Response(status_code=_STORE_AWAY, headers=CHANGING)
        return Response(status_code=204) if was_there else refuse(HTTPStatus.NOT_FOUND)

    async def respond_file(self, request: Request) -> Response:
        """Answer with the playlist of a recording, or with a segment or a range of it."""
        recording, name = request.path_params["recording"], request.path_params["name"]
        if name == "index.m3u8" and RECORDING_NAME.fullmatch(recording):
            playlist = await run_in_threadpool(self._folder.render_playlist, recording)
            if playlist is None:
                return refuse(HTTPStatus.NOT_FOUND)
            return Response(playlist, media_type=PLAYLIST_TYPE, headers=CHANGING)
        path = self._folder.locate(recording, name)
        if path is None or not await run_in_threadpool(path.is_file):
            return refuse(HTTPStatus.NOT_FOUND)
        return FileResponse(path, media_type=SEGMENT_TYPE, headers=LASTING)
