"""The chain: both authorities see the same from letters and evidence; notes are added, contradictions marked."""

import random

import pytest
from evidence_of import AT, FILE, XA, XB, answer

from rogatory_node.casework.custody.chain import ALL, Note, custody, overdue

SENT = answer(
    {"evidence": [{"name": "mail.zip", "acquired_at": "2031-02-01T10:00:00Z", "acquired_by": "Police"}]}, FILE
)
KEY = f"{SENT.digest[:16]}.0"


def note(action: str, at: int, item: str = KEY, **words: str) -> Note:
    return Note(n=at - AT, item=item, action=action, at=at, noted_at=at, role="custodian", words=words)


def test_letters_and_evidence_make_the_chain() -> None:
    made = custody([SENT])
    assert [(each.action, each.by, each.proved) for each in made.links] == [
        ("acquired", "Police", False),
        ("sent", XB, True),
        ("stored", XA, True),
        ("verified", XA, True),
        ("taken", XA, True),
    ]


def test_the_order_of_what_is_given_makes_no_difference() -> None:
    other = answer({}, FILE, ts=AT + 500)
    notes = [note("copied", AT + 100), note("examined", AT + 200, why="search"), note("kept", AT + 90, place="safe")]
    whole = custody([SENT, other], notes)
    shuffled = notes[:]
    random.Random(7).shuffle(shuffled)
    assert custody([SENT, other], shuffled).links == whole.links


def test_an_object_entered_by_hand_is_an_item() -> None:
    made = custody([SENT], [note("recorded", AT, "own.1", description="Ledger", seal="S-1")])
    assert [each.name for each in made.items] == ["mail.zip", "Ledger"]
    assert made.items[1].told["seal"] == "S-1"


def test_a_hold_on_everything_covers_what_comes_later_and_ends_only_as_a_whole() -> None:
    hold = note("held", AT + 1, ALL, why="trial")
    assert KEY in custody([SENT], [hold]).held
    assert KEY in custody([SENT], [hold, note("hold-ended", AT + 2, why="x")]).held
    assert custody([SENT], [hold, note("hold-ended", AT + 2, ALL, why="x")]).held == frozenset()


def test_a_step_after_the_end_and_another_hash_are_kept_and_marked() -> None:
    made = custody([SENT], [note("copied", AT + 70, sha256="0" * 64), note("erased", AT + 80, why="law")])
    assert {each.action: each.odd for each in made.links}["copied"] == "hash"
    after = custody([SENT], [note("erased", AT + 80, why="law"), note("examined", AT + 90, why="late")])
    assert after.links[-1].odd == "after_end"
    assert after.gone == {KEY}


def test_what_must_be_returned_is_owed_until_it_is_returned() -> None:
    thing = answer({"items": [{"description": "Disk", "return_by": "2031-06-30"}]}, kind="evidence.handover")
    key = custody([thing]).items[0].key
    assert custody([thing]).to_return == ((key, "2031-06-30"),)
    assert custody([thing]).links[0].action == "handed-over"
    assert custody([thing], [note("returned", AT + 9, key, to="XB")]).to_return == ()


def test_that_a_letter_about_an_object_arrived_says_nothing_of_the_object() -> None:
    thing = answer({"items": [{"description": "Disk"}]}, kind="evidence.handover")
    assert [each.action for each in custody([thing]).links] == ["handed-over"]


@pytest.mark.parametrize(
    ("by", "late"),
    [("2027-01-15", True), ("2027-01-16", False), ("2027-01-15T07:59:59Z", True), ("soon", False), ("", False)],
)
def test_a_day_ends_with_its_last_second(by: str, late: bool) -> None:
    assert overdue(by, 1_800_057_600 + 3) is late  # 2027-01-16 00:00:03 UTC
