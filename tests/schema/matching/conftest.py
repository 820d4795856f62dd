from tests.schema.matching.town import town, unused_point

__all__ = ["town", "unused_point"]
