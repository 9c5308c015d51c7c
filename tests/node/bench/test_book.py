"""The measure of the book."""

from rogatory_node.bench import book


def test_it_measures_lists_search_and_statistics(url: str) -> None:
    found = book.run(50, url, lambda _: None, queries=12)
    assert found["cases"] == 50
    for name in ("inbox_ms", "search_ms", "statistics_ms"):
        assert 0 < found[name]["p50"] <= found[name]["p95"] <= found[name]["max"]
