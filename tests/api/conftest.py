from tests.support.fixtures import api, readonly_world, running, server, world
from tests.support.import_tables import import_driver, importer, imports_url
from tests.support.showcase_app import isolated_http, isolated_running, isolated_server, showcase

__all__ = [
    "api",
    "import_driver",
    "importer",
    "imports_url",
    "isolated_http",
    "isolated_running",
    "isolated_server",
    "readonly_world",
    "running",
    "server",
    "showcase",
    "world",
]
