from tests.support.two_node_fixtures import commit, prepared_store, store

__all__ = ["commit", "prepared_store", "store"]
