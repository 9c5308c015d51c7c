"""What a pack changes."""

from datetime import date

from rogatory_node.casework.law.changes import changes, facts
from rogatory_node.casework.law.corpus import shipped
from rogatory_node.casework.law.records import Effect, Pack, Party, PartyTable, State, Statement

TODAY = date(2026, 12, 1)
FROM = {"source": "the depositary", "as_of": TODAY}


def pack(**content) -> Pack:
    return Pack(format=1, name="network", version=1, issued=TODAY, **content)


def test_what_is_otherwise_is_listed_with_what_was_and_will_be() -> None:
    party = Party(instrument="UNTOC", state="XE", signed=date(2000, 12, 13), bound=date(2026, 10, 1), **FROM)
    said = Statement(instrument="UNTOC", state="XE", effect=Effect.LANGUAGE, values=("en",), **FROM)
    state = State(code="XI", name={"en": "Xilia"}, languages=("en", "fr"), **FROM)
    listed = changes(shipped(), pack(parties=(party,), statements=(said,), states=(state,)))
    assert [(each.about, each.name, each.before, each.after) for each in listed] == [
        ("party", "UNTOC XE", "signed 2000-12-13", "signed 2000-12-13, bound 2026-10-01"),
        ("statements", "UNTOC XE", "", "LANGUAGE en"),
        ("state", "XI", "", "en fr"),
    ]


def test_a_fact_that_is_only_newer_is_no_change() -> None:
    old = shipped().parties[("UNTOC", "AD")]
    table = PartyTable(instrument="UNTOC", rows={"AD": (old.signed, old.bound, old.how)}, **FROM)
    new = pack(tables=(table,))
    assert (changes(shipped(), new), facts(new)) == ((), 1)
    assert shipped().over(new).parties[("UNTOC", "AD")].as_of == TODAY
