"""What officers decided comes back from the store as it was said."""

from rogatory_node.services.officers_word import Word, read, written
from rogatory_protocol.ids import Aid, Digest


def test_a_word_comes_back_whole_and_nothing_said_is_nothing() -> None:
    one, other = Aid(bytes(32)), Aid(bytes(31) + b"\1")
    word = Word(
        confirmed=frozenset({(one, "XA", "mla"), (other, "XB", "extradition")}),
        settled=frozenset({(one, Digest(bytes(range(32))))}),
        old_until=1_900_000_000,
    )
    assert read(written(word)) == word
    assert read(written(Word())) == read(None) == Word()
