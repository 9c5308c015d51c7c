"""Words as the book keeps them."""

from rogatory_node.casebook.words import Macs
from rogatory_node.storage.seal import RowSealer


def test_a_word_has_one_number_under_one_key_and_another_under_another() -> None:
    mine, theirs = Macs(RowSealer(bytes(32))), Macs(RowSealer(b"1" * 32))
    assert mine.of({"letter", "case"}) == mine.of({"case"}) | mine.of({"letter"})
    assert len(mine.of({"letter", "case"}) | theirs.of({"letter", "case"})) == 4
    assert all(-(2**63) <= number < 2**63 for number in mine.of({str(n) for n in range(100)}))
    assert repr(mine) == "Macs(…)"


def test_half_a_character_is_a_word_too() -> None:
    assert len(Macs(RowSealer(bytes(32))).of({"\ud800"})) == 1
