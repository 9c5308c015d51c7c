"""The table of endpoints is one list without doubles."""

from rogatory_node.api.v1.table import TABLE


def test_no_operation_and_no_place_twice() -> None:
    assert len({endpoint.name for endpoint in TABLE}) == len(TABLE)
    assert len({(endpoint.method, endpoint.path) for endpoint in TABLE}) == len(TABLE)
