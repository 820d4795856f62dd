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

FIELD = "file"
MOST_FIELDS = 8
"""Beside the file; more than any form of ours has."""
LONGEST_FIELD = 2_000
"""Bytes of one."""

Fields = list[tuple[str, str]]


async def received(request: Request, path: Path) -> Fields:
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
            form = _Form(options.get(b"boundary", b""), file)
            async for piece in request.stream():
                form.take(piece)
            fields, file_name = form.ended()
        except (_NotTaken, FormParserError, UnicodeDecodeError):
            raise InvalidInput(
                f"Send one form with the table as a file in the field {FIELD}, and short texts "
                "beside it.",
                field=(FIELD,),
            ) from None
    if file_name and "fileName" not in {*request.query_params, *(name for name, _ in fields)}:
        fields.append(("fileName", file_name))
    return fields


class _NotTaken(Exception):
    """The form holds something that nobody asked for."""


class _Form:
    """A form as it arrives: its file is written to ``file``, its fields are kept.

    Each method may raise ``_NotTaken``, ``FormParserError`` or ``UnicodeDecodeError``.
    """

    def __init__(self, boundary: bytes, file: BinaryIO) -> None:
        self._file = file
        self._file_name: str | None = None
        self._fields: Fields = []
        self._is_whole = False
        self._header = bytearray()
        self._said = bytearray()
        self._options: dict[bytes, bytes] = {}
        self._text: bytearray | None = None
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._take_header,
                "on_header_value": self._take_said,
                "on_header_end": self._end_header,
                "on_headers_finished": self._place,
                "on_part_data": self._take_data,
                "on_part_end": self._end,
                "on_end": self._end_all,
            },
        )

    def take(self, piece: bytes) -> None:
        """The next bytes of it."""
        self._parser.write(piece)

    def ended(self) -> tuple[Fields, str]:
        """All fields, and the name of the file."""
        if not self._is_whole or self._file_name is None:
            raise _NotTaken
        return self._fields, self._file_name

    def _begin(self) -> None:
        self._options = {}

    def _take_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _take_said(self, data: bytes, start: int, end: int) -> None:
        self._said += data[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._options = parse_options_header(bytes(self._said))[1]
        self._header.clear()
        self._said.clear()

    def _place(self) -> None:
        """Where the part goes whose headers are known: to the file or among the fields."""
        name, file_name = self._options.get(b"name"), self._options.get(b"filename")
        if file_name is None:
            self._text = bytearray()
            if name is None or len(self._fields) >= MOST_FIELDS:
                raise _NotTaken
            return
        self._text = None
        if name != FIELD.encode() or self._file_name is not None:
            raise _NotTaken
        # Shown only: curl on Chinese Windows writes it in GBK.
        self._file_name = file_name.decode("utf-8", "replace")

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        if self._text is None:
            self._file.write(memoryview(data)[start:end])
            return
        if len(self._text) + end - start > LONGEST_FIELD:
            raise _NotTaken
        self._text += data[start:end]

    def _end(self) -> None:
        if self._text is not None:
            self._fields.append((self._options[b"name"].decode(), self._text.decode()))

    def _end_all(self) -> None:
        self._is_whole = True
