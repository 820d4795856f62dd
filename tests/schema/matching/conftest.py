from tests.schema.matching.town import spot, town

__all__ = ["spot", "town"]
