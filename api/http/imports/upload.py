"""A file that somebody sends: the body itself, or a form, as browsers and ``curl -F`` send one.

Starlette's own reader of forms keeps the file in one without a name, which the process that reads
the table could not open, and forgets to close it when a form ends in the middle.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from domain.errors import InvalidInput

FILE_FIELD = "file"
MAX_FORM_FIELDS = 8
"""Beside the file; more than any form of ours has."""
MAX_FIELD_BYTES = 2_000
"""Bytes of one."""

FormFields = list[tuple[str, str]]


async def receive_upload(request: Request, path: Path) -> FormFields:
    """Write the file to ``path``, and give the fields of the form; none of a body without a form.

    The name that a form gives to its file is the field ``fileName``, unless the form or the address
    has one. How long the body may be is bounded by the route.

    :raises InvalidInput: the form is damaged, or holds anything but one file and a few short
        fields.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    with path.open("wb") as file:
        if kind != b"multipart/form-data":
            async for piece in request.stream():
                # A few KiB into the page cache: sooner done than a thread is asked.
                file.write(piece)
            return []
        try:
            form = _FormParser(options.get(b"boundary", b""), file)
            async for piece in request.stream():
                form.feed(piece)
            fields, file_name = form.finish()
        except (_FormRefused, FormParserError, UnicodeDecodeError):
            raise InvalidInput(
                f"Send one form with the table as a file in the field {FILE_FIELD}, and short "
                "texts beside it.",
                field=(FILE_FIELD,),
            ) from None
    if file_name and "fileName" not in {*request.query_params, *(name for name, _ in fields)}:
        fields.append(("fileName", file_name))
    return fields


class _FormRefused(Exception):
    """The form holds something that nobody asked for."""


class _FormParser:
    """A form as it arrives: its file is written to ``file``, its fields are kept.

    Each method may raise ``_NotTaken``, ``FormParserError`` or ``UnicodeDecodeError``.
    """

    def __init__(self, boundary: bytes, file: BinaryIO) -> None:
        self._file = file
        self._file_name: str | None = None
        self._fields: FormFields = []
        self._is_whole = False
        self._header_name = bytearray()
        self._header_value = bytearray()
        self._options: dict[bytes, bytes] = {}
        self._field_value: bytearray | None = None
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": self._take_header_name,
                "on_header_value": self._take_header_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._begin_content,
                "on_part_data": self._take_data,
                "on_part_end": self._end_part,
                "on_end": self._end_all,
            },
        )

    def feed(self, piece: bytes) -> None:
        """The next bytes of it."""
        self._parser.write(piece)

    def finish(self) -> tuple[FormFields, str]:
        """All fields, and the name of the file."""
        if not self._is_whole or self._file_name is None:
            raise _FormRefused
        return self._fields, self._file_name

    def _begin_part(self) -> None:
        self._options = {}

    def _take_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _take_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _end_header(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._options = parse_options_header(bytes(self._header_value))[1]
        self._header_name.clear()
        self._header_value.clear()

    def _begin_content(self) -> None:
        """Where the part goes whose headers are known: to the file or among the fields."""
        name, file_name = self._options.get(b"name"), self._options.get(b"filename")
        if file_name is None:
            self._field_value = bytearray()
            if name is None or len(self._fields) >= MAX_FORM_FIELDS:
                raise _FormRefused
            return
        self._field_value = None
        if name != FILE_FIELD.encode() or self._file_name is not None:
            raise _FormRefused
        # Shown only: curl on Chinese Windows writes it in GBK.
        self._file_name = file_name.decode("utf-8", "replace")

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        if self._field_value is None:
            self._file.write(memoryview(data)[start:end])
            return
        if len(self._field_value) + end - start > MAX_FIELD_BYTES:
            raise _FormRefused
        self._field_value += data[start:end]

    def _end_part(self) -> None:
        if self._field_value is not None:
            self._fields.append((self._options[b"name"].decode(), self._field_value.decode()))

    def _end_all(self) -> None:
        self._is_whole = True
