from lifecase import XA, XB

from rogatory_node.casework.life.building import Thread
from rogatory_node.casework.life.events import Letter
from rogatory_node.casework.life.state import Book


def test_a_letter_is_remembered_with_its_requests_only() -> None:
    book = Book()
    letter = Letter(digest="l", kind="status", sender=XA, to=(XB,), ts=1)
    thread = Thread(digest="d", sender=XA, recipient=XB, ts=1, form={}, reference=None, parties=frozenset(), parts={})
    book.remember(letter, [])
    assert book.about == {}
    book.remember(letter, [thread])
    assert book.about == {"l": (("d", XB),)}
    book.keep(letter, "state", "x" * 100)
    assert len(book.kept[0].detail) == 64
