"""The book of an authority: its parts work over the same rows, with the rules of its settings."""

from office import XA

from rogatory_node.casebook.book import book
from rogatory_node.config import parse
from rogatory_node.services.sending import Sending
from rogatory_node.storage.seal import RowSealer


def test_the_settings_say_how_many_persons_approve_what() -> None:
    sealer = RowSealer(bytes(32))
    config = parse('name = "XA"\n[[approval]]\ntype = "extradition"\npersons = 2\n')
    made = book(sealer, Sending(me=XA.aid, signer=XA.seal, sealer=sealer), config, wall=lambda: 5.0)
    (rule,) = made.approvals.rules
    assert (rule.type, rule.grade, rule.persons) == ("extradition", "*", 2)
    assert made.approvals.book is made.drafts
    assert {each.wall() for each in (made.people, made.units, made.tokens, made.drafts)} == {5.0}
