"""The command line of the embedded mongod. MongoDB 6, 7 and 8 know all of its options."""

from dataclasses import dataclass
from pathlib import Path

from storage.mongo.database_password import REPLICA_SET

PARAMETERS = {
    "diagnosticDataCollectionEnabled": "false",
    # There is no other member to hand over to: stop at once.
    "shutdownTimeoutMillisForSignaledShutdown": "0",
    # A process that is killed within a transaction locks its documents until this is over.
    "transactionLifetimeLimitSeconds": "3",
    # The key file signs in the service that creates the user: nobody else may.
    "enableLocalhostAuthBypass": "false",
    # The least that mongod accepts: the password has 256 random bits, nobody guesses it.
    "scramSHA256IterationCount": "5000",
}
_UNCOMPRESSED_OPTIONS = [
    *("--wiredTigerCollectionBlockCompressor", "none", "--wiredTigerJournalCompressor", "none"),
    *("--wiredTigerIndexPrefixCompression", "false"),
]


@dataclass(frozen=True, kw_only=True, slots=True)
class MongodOptions:
    """The size and the compression of an embedded database."""

    oplog_mb: int
    cache_gb: float
    compress: bool


def build_command(
    binary: Path, options: MongodOptions, *, db: Path, key_file: Path, port: int
) -> list[str]:
    """The command that runs mongod over the files in ``db``."""
    return [
        *(str(binary), "--dbpath", str(db)),
        *("--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket"),
        *("--replSet", REPLICA_SET, "--keyFile", str(key_file)),
        *("--oplogSize", str(options.oplog_mb), "--quiet"),
        *("--wiredTigerCacheSizeGB", str(options.cache_gb)),
        *(
            part
            for name, value in PARAMETERS.items()
            for part in ("--setParameter", f"{name}={value}")
        ),
        *([] if options.compress else _UNCOMPRESSED_OPTIONS),
    ]
