from tests.support.fixtures import api, running, server, still_world, world

__all__ = ["api", "running", "server", "still_world", "world"]
