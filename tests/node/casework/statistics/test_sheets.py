"""Lines of a report, and cells that no spreadsheet computes."""

import csv
from io import StringIO

import pytest
from counts import row, tally

from rogatory_node.casework.statistics.report import report
from rogatory_node.casework.statistics.sheets import HEAD, lines, safe, written


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff0b1", " =1", "\u00a0=1", "\u200b=1",
     "\u202e=1", "|calc", "%0A=1"],
)  # fmt: skip
def test_ATT_09_a_cell_is_never_a_formula(cell: str) -> None:
    assert safe(cell) == f"'{cell}"
    ((read,),) = csv.reader(StringIO(written(["x"], [[cell]]).split("\r\n", 1)[1], newline=""))
    assert read == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "XA-2026-1", "a=b", "data.content", "مثال", 7, None])
def test_other_cells_stay_as_they_are(cell: object) -> None:
    assert safe(cell) == cell


def test_a_report_is_written_line_by_line() -> None:
    found = report(tally(*[row(type="=cmd|x")] * 2, row(grade="EMERGENCY")), begin=1, end=2)
    read = list(csv.reader(StringIO(written(HEAD, lines(found)))))
    assert tuple(read[0]) == HEAD
    assert ["totals", "", "asked", "granted", "3"] in read
    assert ["type", "'=cmd|x", "asked", "total", "2"] in read
    assert ["evidence", "content emergency", "asked", "fulfilled", "1"] in read
    assert any(line[0] == "stages" and line[3] == "median_seconds" for line in read)
