"""The list of actions: complete, and a note needs its words."""

from rogatory_node.casework.custody.actions import ACTIONS, NOTED, WORDS, lacking


def test_what_a_note_needs_is_a_word_that_notes_have() -> None:
    assert {name for each in ACTIONS.values() for name in each.needs} <= WORDS
    assert "erased" not in NOTED
    assert {ACTIONS[code].by for code in NOTED} == {"note"}


def test_a_blank_word_is_no_word() -> None:
    assert lacking("transferred", {"to": "  "}) == ("to",)
    assert lacking("unsealed", {"seal": "B-7"}) == ("why",)
    assert lacking("copied", {}) == ()
