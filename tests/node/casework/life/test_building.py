from lifecase import XA, XB

from rogatory_node.casework.life.building import Thread, part


def test_what_is_asked_again_is_due_since_the_first_time() -> None:
    thread = Thread(digest="d", sender=XA, recipient=XB, ts=1, form={}, reference=None, parties=frozenset(), parts={})
    thread.owe("answer_status", "Q", letter="x", since=5)
    thread.owe("answer_status", "Q", letter="y", since=9, by="2031-01-01")
    (due,) = thread.freeze().dues
    assert (due.since, due.letter, due.asked, due.by) == (5, "x", 2, "2031-01-01")
    thread.settle("R", "answer_status")
    assert thread.dues
    thread.settle("Q", "answer_status")
    assert not thread.dues
    assert (thread.side(XA), thread.side(XB), thread.side("c")) == ("R", "Q", None)


def test_a_measure_begins_at_the_first_step_of_its_machine() -> None:
    assert (part("1", "data.preserve").machine, part("1", "data.preserve").sub) == ("preservation", "REQUESTED")
    assert (part("1", "other").machine, part("1", "other").sub) == (None, None)
