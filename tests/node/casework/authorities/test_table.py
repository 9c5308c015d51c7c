"""Tables of entries: all or nothing, and every bad line by its number."""

import pytest

from rogatory_node.casework.authorities.entry import Function
from rogatory_node.casework.authorities.table import MAX_ROWS, Table, read
from rogatory_node.casework.law.records import Channel

HEAD = "id;state;kind;name_en;name_fr;designations;phone;languages;channels;networks;verified_on;verified_by"
GOOD = (
    'xe.justice;xe;central_authority;Ministry of Justice;Ministère;"mla = UNTOC 18(13); extradition";+999 5 555;'
    '"en; fr";central;"North; South";2026-11-01;secretariat'
)


def table(*lines: str) -> Table:
    return read("\r\n".join((HEAD, *lines)).encode())


def test_a_line_is_an_entry() -> None:
    found = table(GOOD, "", GOOD.replace("xe.justice", "xe.court"))
    assert found.faults == ()
    first, second = found.entries
    assert (first.state, second.id) == ("XE", "xe.court")
    assert [(each.function, each.instrument, each.article) for each in first.designations] == [
        (Function.MLA, "UNTOC", "18(13)"),
        (Function.EXTRADITION, None, None),
    ]
    assert (first.languages.requests, first.ways.channels) == (("en", "fr"), (Channel.CENTRAL,))
    assert [each.name for each in first.networks] == ["North", "South"]


def test_bad_lines_are_named_and_nothing_is_half_read() -> None:
    found = table(GOOD, GOOD.replace("mla =", "magic ="), GOOD, GOOD + ";more", GOOD.replace("2026-11-01", "soon"))
    assert found.entries == ()
    assert [each.line for each in found.faults] == [3, 4, 5, 6]
    for each in found.faults:
        assert "{" not in each.text.format(**each.args)
    assert found.faults[1].args == {"id": "xe.justice", "line": 2}


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        (b"\xff\xfe", []),
        (b'id;"x', []),
        (b"", ["id", "state", "kind", "designations", "verified_on", "verified_by"]),
        ((HEAD + ";shoe_size").encode(), ["shoe_size"]),
    ],
)
def test_what_is_no_such_table_is_refused(raw: bytes, names: list[str]) -> None:
    found = read(raw)
    assert found.faults
    assert {each.line for each in found.faults} == {1}
    assert [each.args["name"] for each in found.faults if "name" in each.args] == names


def test_too_many_lines_are_refused() -> None:
    assert table(*[""] * (MAX_ROWS + 2)).faults[0].args == {"most": MAX_ROWS}


def test_commas_and_tabs_separate_as_well() -> None:
    for sign in ",\t":
        lines = [sign.join(f'"{cell}"' for cell in line.replace('"', "").split(";")) for line in ("id;state", "a;XE")]
        assert {each.args.get("name") for each in read("\n".join(lines).encode()).faults} == {
            "kind", "designations", "verified_on", "verified_by",
        }  # fmt: skip
