"""Tables of entries: all or nothing, and every bad line by its number."""

from rogatory_node.casework.authorities.entry import Entry, Function
from rogatory_node.casework.authorities.table import COLUMNS, REQUIRED, read
from rogatory_node.casework.law.records import Channel
from rogatory_node.casework.lines import Table

HEAD = "id;state;kind;name_en;name_fr;designations;phone;languages;channels;networks;verified_on;verified_by"
GOOD = (
    'xe.justice;xe;central_authority;Ministry of Justice;Ministère;"mla = UNTOC 18(13); extradition";+999 5 555;'
    '"en; fr";central;"North; South";2026-11-01;secretariat'
)


def table(*lines: str) -> Table[Entry]:
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


def test_what_is_required_is_known() -> None:
    assert set(REQUIRED) <= COLUMNS.keys()
