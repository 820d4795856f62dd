from tests.support.fixtures import api, running, server, still_world, world
from tests.support.tables import desk, importer, imports_address

__all__ = [
    "api",
    "desk",
    "importer",
    "imports_address",
    "running",
    "server",
    "still_world",
    "world",
]
