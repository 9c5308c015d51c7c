"""One line an event."""

import logging

import pytest

from rogatory_node.cli.logs import Lines, set_up


def test_fields_are_on_the_line_and_nothing_else() -> None:
    record = logging.makeLogRecord(
        {
            "msg": "link.ended",
            "levelname": "INFO",
            "created": 1_800_000_000.5,
            "peer": "ab",
            "why": ["LinkError"],
            "n": 3,
        }
    )
    line = Lines().format(record)
    assert line == '2027-01-15T08:00:00.500Z INFO link.ended peer="ab" why=["LinkError"] n=3'


def test_a_value_cannot_begin_a_line_of_its_own() -> None:
    record = logging.makeLogRecord({"msg": "x\ny", "levelname": "INFO", "name_of": "a\nb", "created": 0.0})
    assert "\n" not in Lines().format(record)


def test_the_log_is_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        set_up()
        logging.getLogger("rogatory_node.app").info("node.ready")
        logging.getLogger("websockets.server").info("connection open")
        out, err = capsys.readouterr()
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    assert out == ""
    assert err.endswith("INFO node.ready\n")
    assert "connection open" not in err
