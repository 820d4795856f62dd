from tests.support.fixtures import api, running, still_world, world

__all__ = ["api", "running", "still_world", "world"]
