from tests.support.fixtures import running, world

__all__ = ["running", "world"]
