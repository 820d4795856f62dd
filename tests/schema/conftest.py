from tests.support.fixtures import api, readonly_world, running, server, world

__all__ = ["api", "readonly_world", "running", "server", "world"]
