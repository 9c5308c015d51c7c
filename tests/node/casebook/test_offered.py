"""What is handed in is read as it was written, and its hash is the one that officers approve by the specification."""

import os

from office import XA, XB, form

from rogatory_node.casebook.offered import hash_of, offered_bytes, parse_offered
from rogatory_node.services.composing import Order, compose
from rogatory_protocol import letter
from rogatory_protocol.ids import Id16


def test_what_is_handed_in_is_read_as_it_was_written() -> None:
    order = Order(id=Id16(bytes(16)), to=(XB.aid,), form=form(), lang="en")
    draft = compose(order, me=XA.aid, random=os.urandom)
    assert parse_offered(offered_bytes(draft)) == draft
    assert hash_of(draft.body) == letter.approval_message(letter.body_bytes(draft.body))
