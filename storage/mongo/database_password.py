"""The password of the embedded database, and the URI that contains it.

One file in the data folder holds it: mongod reads it as its key file, the service as the password
of the database's only user. Nobody but the owner of the file may read it.
"""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

USER = "songgang"
"""The only user of the embedded database."""
REPLICA_SET = "songgang"


def password_path(data_dir: Path) -> Path:
    """The file with the password in a data folder."""
    return data_dir / "mongod-password"


def load_password(data_dir: Path) -> str:
    """The password of the folder, which is created if the file is missing or damaged.

    A new password replaces the old one at the next start of mongod. Only the process that has
    locked the folder may call this.
    """
    path = password_path(data_dir)
    password = read_password(data_dir)
    if password is None:
        password = secrets.token_hex(32)
        _write_file(path, password)
    # mongod refuses a key file that others can read.
    path.chmod(0o600)
    return password


def read_password(data_dir: Path) -> str | None:
    """The password of the folder; None without one.

    :raises OSError: the file is there and cannot be read.
    """
    try:
        written = password_path(data_dir).read_bytes()
    except FileNotFoundError:
        return None
    return written.decode("ascii") if re.fullmatch(rb"[0-9a-f]{64}", written) else None


def build_uri(port: int, password: str | None) -> str:
    """The URI of the embedded database at this port; without a password, to show or to keep it."""
    credentials = f"{USER}:{password}@" if password else ""
    source = "&authSource=admin" if password else ""
    return f"mongodb://{credentials}127.0.0.1:{port}/?replicaSet={REPLICA_SET}{source}"


def add_password(uri: str, data_dir: Path) -> str:
    """The URI with the password of the folder, if there is one and this process may read it."""
    password = None
    with suppress(OSError):
        password = read_password(data_dir)
    port = re.search(r"127\.0\.0\.1:(\d+)", uri)
    return build_uri(int(port[1]), password) if password and port else uri


def _write_file(path: Path, password: str) -> None:
    """Write the whole file or nothing."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, password.encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    draft.replace(path)
