"""The measure of checks and documents, and what it promises of the check itself."""

from rogatory_node.bench import checking


def test_it_measures_checks_and_documents() -> None:
    found = checking.run(40, documents=2, languages=("en",))
    assert 0 < found["check_ms"]["p50"] <= found["check_ms"]["p99"] <= found["check_ms"]["longest"]
    assert found["pdf_ms"]["first"].keys() == {"en"}
    assert found["named"] >= 0.95 * found["defects"] == 190
    assert found["false_alarms"] == 0
