from tests.support.apart import apart, served_apart, showcase, visit
from tests.support.fixtures import api, running, server, still_world, world
from tests.support.tables import desk, importer, imports_address

__all__ = [
    "apart",
    "api",
    "desk",
    "importer",
    "imports_address",
    "running",
    "served_apart",
    "server",
    "showcase",
    "still_world",
    "visit",
    "world",
]
