"""Rows of the book from letters and evidence."""

import json
from typing import Any

import pytest
from lifecase import XA, XB, Talk

from rogatory_node.casebook.entries import NEVER
from rogatory_node.casebook.opening import FORM, Opened
from rogatory_node.casebook.understanding import Stored, Understood, understand
from rogatory_node.casework.life.events import Fact, Letter
from rogatory_node.storage.seal import RowSealer
from rogatory_protocol.ids import Digest

SEALER, CASE = RowSealer(bytes(32)), bytes(16)


def said(talk: Talk, me: str, **more: Any) -> Understood:
    letters = tuple(
        Opened(
            digest=Digest(bytes.fromhex(each.digest)), outgoing=each.sender == me, sender=each.sender, to=each.to,
            urg=0, ts=each.ts, stored_at=each.ts, letter=each, why=None,
        )
        for each in talk.events
        if isinstance(each, Letter)
    )  # fmt: skip
    facts = tuple(each for each in talk.events if isinstance(each, Fact))
    return understand(SEALER, me, Stored(case=CASE, conv=CASE, n=7, opened_at=5, letters=letters, facts=facts, **more))


def text(row: dict[str, Any], column: str) -> str:
    return SEALER.open("book_cases", column, CASE, row[column]).decode()


def test_both_sides_of_one_talk() -> None:
    talk = Talk()
    asked = talk.ask(references={"sender": "XA-1"}, urgency={"grade": "EMERGENCY"}, purpose="the mail " * 40)
    ours, theirs = said(talk, XA).case, said(talk, XB).case
    assert (ours["side"], ours["attention"], ours["owes"]) == ("R", 1, "")
    assert (theirs["side"], theirs["attention"], theirs["owes"]) == ("Q", 2, "acknowledge take")
    assert (ours["counterpart"].hex(), theirs["counterpart"].hex()) == (XB, XA)
    assert (ours["grade"], ours["rank"], ours["due_at"]) == ("EMERGENCY", 0, NEVER)
    assert text(ours, "reference_sealed") == "XA-1"
    assert len(text(ours, "summary_sealed")) <= 162
    talk.say("acknowledgement", XB, on=asked, reference="XB-9")
    talk.say("info.request", XB, on=asked, questions=["Which?"], due="2030-01-02")
    ours = said(talk, XA).case
    assert (ours["attention"], ours["owes"], ours["due_rule"]) == (2, "answer_info", "answer_info")
    assert "R" in {each["side"] for each in said(talk, XB).clocks if each["rule"] == "answer_info"}


def test_the_stages_of_a_measure_and_the_end() -> None:
    talk = Talk()
    asked = talk.ask("data.content", "data.traffic")
    talk.prove(30, asked, XB)
    talk.prove(40, asked, XB, role="duty")
    talk.say("acknowledgement", XB, on=asked, reference="XB-9")
    answer = talk.say("response.final", XB, on=asked, outcome="EXECUTED_FULL")
    talk.prove(35, answer, XA)
    talk.say("closure", XA, on=asked, reason="DONE")
    found = said(talk, XA, drafted={asked: 3})
    first, second = found.measures
    times = [first[name] for name in ("drafted_at", "sent_at", "stored_at", "acknowledged_at", "executed_at")]
    assert times == sorted(times)
    assert (first["category"], second["category"]) == ("content", "traffic")
    assert first["decided_at"] == first["executed_at"]
    assert first["outcome"] == "EXECUTED_FULL"
    assert found.case["answered_at"] == first["executed_at"]
    assert found.case["rank"] == 9
    assert found.case["closed_at"] == first["closed_at"] is not None


def test_what_is_preserved_runs_out_for_who_asked() -> None:
    talk = Talk()
    asked = talk.acknowledged("data.preserve")
    talk.say("preservation.confirm", XB, on=asked, outcome="PRESERVED", until="2031-01-01")
    found = said(talk, XA)
    clock = next(each for each in found.clocks if each["rule"] == "preservation.end")
    assert (clock["state"], clock["due_at"]) == ("RUNNING", 1_924_992_000 + 86_400)
    assert (found.case["due_at"], found.case["due_rule"]) == (clock["due_at"], "preservation.end")


def test_an_urgent_letter_that_cannot_be_read_is_urgent() -> None:
    unread = Opened(
        digest=Digest(bytes(32)), outgoing=False, sender=XB, to=(XA,), urg=3, ts=9, stored_at=9, letter=None, why=FORM
    )
    line = understand(SEALER, XA, Stored(case=CASE, conv=CASE, n=1, opened_at=5, letters=(unread,), facts=())).case
    assert (line["rank"], line["attention"], line["unread"], line["owes"]) == (0, 2, 1, "take")
    assert json.loads(text(line, "folded_sealed"))["unread"] == {"00" * 32: "form"}


@pytest.mark.parametrize("word", ["x" * 65, "two words", "\u0000", "né"])
def test_what_is_no_code_is_replaced(word: str) -> None:
    talk = Talk()
    talk.ask(word)
    assert said(talk, XB).measures[0]["type"].startswith("#")
