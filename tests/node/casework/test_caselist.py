"""A table of open cases: good rows become requests, bad ones are named by their line, and nothing is run."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rogatory_node.casework.caselist import BAD, COLUMNS, NEEDED, harmless, read, write

TODAY = date(2031, 5, 1)
GOOD = {
    "own_reference": "XA-7",
    "partner_state": "XD",
    "partner_name": "Ministry of Justice",
    "direction": "out",
    "type": "data.preserve",
    "sent_on": "2031-01-02",
    "channel": "post",
    "urgency": "PRIORITY",
    "summary": "Records of a mail account",
    "partner_reference": "D/44",
    "acknowledged_on": "2031-02-01",
}


def table(*rows: dict[str, str]) -> str:
    return write([GOOD | row for row in rows])


def test_a_good_row_is_a_request_with_its_acknowledgement() -> None:
    ((row,), bad) = read(table({}), today=TODAY)
    assert bad == ()
    assert row.form["references"] == {"sender": "XA-7"}
    assert row.form["urgency"] == {"grade": "PRIORITY"}
    assert (row.outgoing, row.state, row.line) == (True, "XD", 2)
    assert row.acknowledged_at is not None
    assert row.acknowledged_at - row.sent_at == 30 * 86_400
    ((came,), _) = read(table({"direction": "in"}), today=TODAY)
    assert came.form["references"] == {"sender": "D/44"}


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ({"partner_name": ""}, "missing"),
        ({"partner_state": "xd"}, "state"),
        ({"direction": "both"}, "direction"),
        ({"type": "telepathy"}, "type"),
        ({"sent_on": "2031-02-30"}, "date"),
        ({"sent_on": "2031-05-02"}, "date"),
        ({"sent_on": "1.2.2031"}, "date"),
        ({"acknowledged_on": "soon"}, "date"),
        ({"channel": "pigeon"}, "channel"),
        ({"urgency": "HIGH"}, "urgency"),
        ({"partner_name": "x" * 301}, "long"),
        ({"own_reference": "XA-7"}, "twice"),
    ],
)
def test_a_bad_row_is_named_by_its_line(row: dict[str, str], what: str) -> None:
    rows, bad = read(table({}, {"own_reference": "XA-8"} | row), today=TODAY)
    assert [(each.line, each.what) for each in bad] == [(3, what)]
    assert BAD[what].format(**bad[0].values)
    assert len(rows) == 1


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "own_reference,own_reference\n", ",".join(NEEDED) + ",more\n"])
def test_without_its_columns_it_is_no_table(text: str) -> None:
    assert [each.what for each in read(text, today=TODAY)[1]] == ["columns"]


def test_tables_of_other_programs_are_read() -> None:
    other = "\ufeff" + table({}).replace(",", ";").replace("\r\n", "\n") + "\n\n"
    assert [len(each) for each in read(other, today=TODAY)] == [1, 0]


@pytest.mark.parametrize("cell", ["=1+1", "+49 30 1", "-5", "@SUM(A1)", "'=1", "O'Neil", "'quoted'"])
def test_no_cell_is_run_and_every_cell_comes_back(cell: str) -> None:
    written = table({"summary": cell})
    assert next(iter(csv.DictReader(io.StringIO(written))))["summary"][0] not in "=+-@"
    assert read(written, today=TODAY)[0][0].form["facts_summary"] == cell


@given(st.text(max_size=80))
def test_every_cell_is_harmless(cell: str) -> None:
    assert harmless(cell)[:1] not in {"=", "+", "-", "@", "\t", "\r"}


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
def test_whatever_the_text_it_is_read_without_an_error(text: str) -> None:
    rows, bad = read(",".join(COLUMNS) + "\n" + text, today=TODAY)
    assert all(each.what in BAD for each in bad)
    assert all(row.line > 1 for row in rows)
