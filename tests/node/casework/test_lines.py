"""Tables are read whole or not at all, and every bad line is named by its number in the file."""

from collections.abc import Mapping

import msgspec
import pytest

from rogatory_node.casework.lines import MAX_ROWS, Form, Table, read

Pair = tuple[str, int]


def pair(cells: Mapping[str, str]) -> Pair:
    return cells["id"], msgspec.convert(cells.get("n"), int, strict=False)


FORM = Form(columns=("id", "n", "note"), required=("id", "n"), record=pair, key=lambda record: record[0])


def table(*lines: str) -> Table[Pair]:
    return read("\r\n".join(lines).encode(), FORM)


def test_lines_are_records() -> None:
    assert table("id;n", "a;1", "", "'+b;2").entries == (("a", 1), ("+b", 2))


def test_bad_lines_are_named_and_nothing_is_half_read() -> None:
    found = table("id,n,note", 'a,1,"two', 'lines"', "b,many", "a,2", "c,1,x,y", "d,4")
    assert found.entries == ()
    assert [each.line for each in found.faults] == [4, 5, 6]
    assert found.faults[1].args == {"id": "a", "line": 3}
    for each in found.faults:
        assert "{" not in each.text.format(**each.args)


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        (b"\xff\xfe", []),
        (b'id;"x', []),
        (b"", ["id", "n"]),
        (b"id;n;shoe_size", ["shoe_size"]),
        (b"id;n;n", ["n"]),
        (b"id", ["n"]),
    ],
)
def test_what_is_no_such_table_is_refused(raw: bytes, names: list[str]) -> None:
    found = read(raw, FORM)
    assert found.faults
    assert {each.line for each in found.faults} == {1}
    assert [each.args["name"] for each in found.faults if "name" in each.args] == names


def test_too_many_lines_are_refused() -> None:
    assert table("id;n", *("a;1" for _ in range(MAX_ROWS + 1))).faults[0].args == {"most": MAX_ROWS}


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_commas_semicolons_and_tabs_separate(sign: str) -> None:
    assert table(f"id{sign}n", f"a{sign}1").entries == (("a", 1),)
