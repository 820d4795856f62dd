"""Receives an uploaded file: as the request body, or in a multipart form (RFC 7578).

Starlette's own form parser keeps the file in a temporary file without a name, which the process
that reads the table cannot open, and leaves it open when a form breaks off.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from domain.refusals import InvalidInput

FILE_FIELD = "file"
MAX_FORM_FIELDS = 8
"""Form fields apart from the file; no form of this service has as many."""
MAX_FIELD_BYTES = 8_000
"""Bytes of one form field."""

FormFields = list[tuple[str, str]]


async def receive_upload(request: Request, path: Path) -> FormFields:
    """Write the file to ``path`` and return the fields of the form; a plain body has none.

    The file name in the form becomes the field ``fileName``, unless the form or the URL has such a
    field. The route limits the size of the body.

    :raises InvalidInput: the form is damaged, or holds anything but one file and a few short
        fields.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    with path.open("wb") as file:
        if kind != b"multipart/form-data":
            async for piece in request.stream():
                # A write of a few KiB to the page cache is faster than a call to a thread.
                file.write(piece)
            return []
        try:
            form = _FormParser(options.get(b"boundary", b""), file)
            async for piece in request.stream():
                form.feed(piece)
            fields, file_name = form.finish()
        except (_FormRefused, FormParserError, UnicodeDecodeError):
            raise InvalidInput(
                f"Send one form with the table as a file in the field {FILE_FIELD} and only short "
                "text fields.",
                f"请用一个表单上传：表格文件放在字段 {FILE_FIELD} 中，其他字段只能是短文本。",
                field=(FILE_FIELD,),
            ) from None
    if file_name and "fileName" not in {*request.query_params, *(name for name, _ in fields)}:
        fields.append(("fileName", file_name))
    return fields


class _FormRefused(Exception):
    """The form holds something other than one file and a few short fields."""


class _FormParser:
    """Parses a form as it arrives: writes its file to ``file`` and keeps its fields.

    Each method may raise ``_FormRefused``, ``FormParserError`` or ``UnicodeDecodeError``.
    """

    def __init__(self, boundary: bytes, file: BinaryIO) -> None:
        self._file = file
        self._file_name: str | None = None
        self._fields: FormFields = []
        self._is_complete = False
        self._header_name = bytearray()
        self._header_value = bytearray()
        self._options: dict[bytes, bytes] = {}
        self._field_value: bytearray | None = None
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._on_part_begin,
                "on_header_field": self._on_header_name,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_part_data": self._on_data,
                "on_part_end": self._on_part_end,
                "on_end": self._on_end,
            },
        )

    def feed(self, piece: bytes) -> None:
        """Parse the next bytes of the form."""
        self._parser.write(piece)

    def finish(self) -> tuple[FormFields, str]:
        """Return all fields and the name of the file.

        :raises _FormRefused: the form has no end or no file.
        """
        if not self._is_complete or self._file_name is None:
            raise _FormRefused
        return self._fields, self._file_name

    def _on_part_begin(self) -> None:
        self._options = {}

    def _on_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._options = parse_options_header(bytes(self._header_value))[1]
        self._header_name.clear()
        self._header_value.clear()

    def _on_headers_finished(self) -> None:
        """Decide from the headers of a part whether it is the file or a field."""
        name, file_name = self._options.get(b"name"), self._options.get(b"filename")
        if file_name is None:
            self._field_value = bytearray()
            if name is None or len(self._fields) >= MAX_FORM_FIELDS:
                raise _FormRefused
            return
        self._field_value = None
        if name != FILE_FIELD.encode() or self._file_name is not None:
            raise _FormRefused
        # The name is only displayed, and curl on Chinese Windows writes it in GBK.
        self._file_name = file_name.decode("utf-8", "replace")

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._field_value is None:
            self._file.write(memoryview(data)[start:end])
            return
        if len(self._field_value) + end - start > MAX_FIELD_BYTES:
            raise _FormRefused
        self._field_value += data[start:end]

    def _on_part_end(self) -> None:
        if self._field_value is not None:
            self._fields.append((self._options[b"name"].decode(), self._field_value.decode()))

    def _on_end(self) -> None:
        self._is_complete = True
