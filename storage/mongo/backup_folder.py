"""The files of a backup: one compressed file of BSON for each collection, and a manifest.

    FOLDER/leads.bson.gz    the documents as MongoDB stores them, one after the other, in gzip
    FOLDER/manifest.json    counts, digests, indexes and versions; written last

A folder without a manifest is a backup that was cut off. Files are written and read piece by piece:
memory holds one document at a time.
"""

from __future__ import annotations

import gzip
import json
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bson import json_util

from storage.mongo.drivers import Document
from storage.mongo.errors import StorageError
from storage.mongo.schema_version import SchemaVersion

FORMAT = 1
"""The version of this layout. Code refuses a higher one."""
MANIFEST_NAME = "manifest.json"
MAX_DOCUMENT_BYTES = 16 * 1024 * 1024 + 16 * 1024
"""The largest document that MongoDB stores, with what it adds by itself."""
COMPRESSION_LEVEL = 3
READ_BYTES = 1024 * 1024
_JSON = json_util.CANONICAL_JSON_OPTIONS.with_options(tz_aware=True, tzinfo=UTC)


class BackupRefused(StorageError):
    """A backup or a restore cannot be done; the message says why, and what to do."""

    def __init__(self, message: str, message_zh: str) -> None:
        super().__init__(f"{message} {message_zh}")
        self.message = message
        self.message_zh = message_zh


@dataclass(frozen=True, kw_only=True)
class CopiedCollection:
    """One collection of a backup.

    ``sha256`` is the digest of its file, ``document_bytes`` the size of its documents without
    compression. ``validator`` and ``indexes`` are as MongoDB lists them.
    """

    name: str
    documents: int
    document_bytes: int
    sha256: str
    validator: Document
    indexes: list[Document]


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a backup holds, and which database it was made of.

    ``audit_rows`` and ``audit_sha256`` are the number and the digest of the last row of the audit
    log, as ``songgang verify-audit`` prints them.
    """

    database: str
    started_at: datetime
    finished_at: datetime
    mongodb: str
    schema: SchemaVersion
    audit_rows: int
    audit_sha256: str
    collections: tuple[CopiedCollection, ...]
    format: int = FORMAT

    @property
    def documents(self) -> int:
        """The number of documents in all collections."""
        return sum(each.documents for each in self.collections)


class CollectionWriter:
    """Writes the documents of one collection, and counts them."""

    def __init__(self, path: Path) -> None:
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._digest = sha256()
        self._compressed = gzip.GzipFile(
            filename="", mode="wb", compresslevel=COMPRESSION_LEVEL, fileobj=self, mtime=0
        )
        self.documents = 0
        self.document_bytes = 0
        self.sha256 = ""
        """The digest of the file, when it is finished."""

    def add(self, document: bytes) -> None:
        """Write one BSON document."""
        self._compressed.write(document)
        self.documents += 1
        self.document_bytes += len(document)

    def write(self, data: bytes) -> int:
        """Take compressed bytes from gzip."""
        self._digest.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        """Do nothing: the file is flushed when it is complete."""

    def finish(self) -> None:
        """Complete the file and bring it to the disk."""
        self._compressed.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self.sha256 = self._digest.hexdigest()

    def close(self) -> None:
        """Close the file as it is."""
        with suppress(OSError):
            self._compressed.close()
        with suppress(OSError):
            self._file.close()


class BackupFolder:
    """A folder that holds a backup, or will."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self) -> None:
        """Create the folder.

        :raises BackupRefused: it holds something, or cannot be created.
        """
        with _explained_os_errors(self.path):
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if any(self.path.iterdir()):
                raise BackupRefused(
                    f"The folder {self.path} is not empty. Name a folder that does not exist yet.",
                    f"目录 {self.path} 不为空，请指定一个尚不存在的目录。",
                )

    @contextmanager
    def writing(self, collection: str) -> Iterator[CollectionWriter]:
        """A writer for the file of a collection, which is complete after the block.

        :raises BackupRefused: the disk is full, or the folder cannot be written.
        """
        with _explained_os_errors(self.path):
            writer = CollectionWriter(self._file(collection))
            try:
                yield writer
                writer.finish()
            finally:
                writer.close()

    def write_manifest(self, manifest: Manifest) -> None:
        """Write the manifest, which makes the backup whole.

        :raises BackupRefused: the disk is full, or the folder cannot be written.
        """
        content = json_util.dumps(
            asdict(manifest), json_options=_JSON, ensure_ascii=False, indent=1
        )
        text = json.dumps({"sha256": _digest_text(content), "manifest": content})
        draft = self.path / f"{MANIFEST_NAME}.part"
        with _explained_os_errors(self.path):
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(self.path / MANIFEST_NAME)
            _sync_folder(self.path)

    def read_manifest(self) -> Manifest:
        """The manifest of a whole backup.

        :raises BackupRefused: there is none, it was changed, or a newer version has written it.
        """
        path = self.path / MANIFEST_NAME
        if not path.is_file():
            raise BackupRefused(
                f"{self.path} is not a whole backup: it has no {MANIFEST_NAME}, which is written "
                "last. The backup was cut off, or this is another folder. Use an earlier backup.",
                f"{self.path} 不是完整的备份：缺少最后写入的 {MANIFEST_NAME}。"
                "备份可能中途中断，或目录有误。请改用更早的备份。",
            )
        try:
            stored = json.loads(path.read_text("utf-8"))
            content = stored["manifest"]
            if _digest_text(content) != stored["sha256"]:
                raise _damaged(path)
            found = json_util.loads(content, json_options=_JSON)
        except (ValueError, KeyError, TypeError, OSError):
            raise _damaged(path) from None
        if found["format"] > FORMAT:
            raise BackupRefused(
                f"A newer version of Songgang has written this backup (format {found['format']}). "
                "Restore it with that version.",
                f"该备份由更新版本的程序写入（格式 {found['format']}），请用该版本恢复。",
            )
        return _to_manifest(found)

    def verify(self, collection: CopiedCollection) -> None:
        """Compare the file of a collection with its digest.

        :raises BackupRefused: the file is missing or was changed.
        """
        path = self._file(collection.name)
        digest = sha256()
        try:
            with path.open("rb") as file:
                while piece := file.read(READ_BYTES):
                    digest.update(piece)
        except OSError:
            raise _damaged(path) from None
        if digest.hexdigest() != collection.sha256:
            raise _damaged(path)

    def read_documents(self, collection: str) -> Iterator[bytes]:
        """The BSON documents of a collection, one after the other.

        :raises BackupRefused: the file cannot be read to its end.
        """
        path = self._file(collection)
        try:
            with gzip.open(path, "rb") as file:
                while length := file.read(4):
                    size = struct.unpack("<i", length)[0]
                    if not 5 <= size <= MAX_DOCUMENT_BYTES:
                        raise _damaged(path)
                    document = length + file.read(size - 4)
                    if len(document) != size:
                        raise _damaged(path)
                    yield document
        except (OSError, EOFError, struct.error):
            raise _damaged(path) from None

    def _file(self, collection: str) -> Path:
        # Quoted, so that no name leads out of the folder.
        return self.path / f"{quote(collection, safe='')}.bson.gz"


def _to_manifest(found: dict[str, Any]) -> Manifest:
    return Manifest(
        **{
            **found,
            "schema": SchemaVersion(**found["schema"]),
            "collections": tuple(CopiedCollection(**each) for each in found["collections"]),
        }
    )


def _digest_text(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _damaged(path: Path) -> BackupRefused:
    return BackupRefused(
        f"The file {path} of the backup is damaged or missing. Copy the backup again from where it "
        "is kept, or use another one.",
        f"备份文件 {path} 已损坏或缺失。请重新复制该备份，或改用其他备份。",
    )


@contextmanager
def _explained_os_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BackupRefused(
            f"The backup cannot be written to {folder}: {reason}. Name a folder on a disk with "
            "room that this user may write.",
            f"无法将备份写入 {folder}：{reason}。请换用空间充足且有写权限的目录。",
        ) from None
