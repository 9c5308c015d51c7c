import random

from lifecase import XA, XB, Talk, name

from rogatory_node.casework.life.events import Fact, Letter, answered, in_order


def test_a_letter_comes_after_what_it_answers_whatever_the_clocks_said() -> None:
    talk = Talk()
    first = talk.say("request", XA, wait=1000)
    second = talk.say("acknowledgement", XB, on=first, wait=-900)
    third = talk.say("status", XB, after=[second], wait=-900)
    talk.prove(30, first, XB)
    for seed in range(5):
        random.Random(seed).shuffle(talk.events)
        found = in_order(talk.events).events
        assert [each.digest for each in found if isinstance(each, Letter)] == [first, second, third]
        assert isinstance(found[0], Letter)
        assert any(isinstance(each, Fact) for each in found[1:])


def test_a_circle_is_named_and_comes_last() -> None:
    one, two = name("one"), name("two")
    talk = Talk()
    talk.say("status", XA, on=two, key="one")
    talk.say("status", XA, on=one, key="two")
    free = talk.say("request", XA)
    found = in_order(talk.events)
    assert found.circular == {one, two}
    assert isinstance(found.events[0], Letter)
    assert found.events[0].digest == free


def test_evidence_about_a_letter_that_is_not_here_waits() -> None:
    assert in_order([Fact(level=30, letter=name("x"), issuer=XB, ts=1)]).events == ()


def test_what_a_form_answers_is_read_in_both_spellings() -> None:
    assert answered({"in_reply_to": "x"}) == ("x",)
    assert answered({"in_reply_to": ["x", 3, "y"]}) == ("x", "y")
    assert answered({"letters": ["z"]}) == ("z",)
    assert answered({"in_reply_to": 3}) == answered({}) == ()
