"""The memory of what was just queued: bounded by bytes, the oldest forgotten first."""

from rogatory_node.services import fresh
from rogatory_node.services.fresh import Fresh
from rogatory_protocol.envelope import Outgoing
from rogatory_protocol.ids import Digest

HALF = fresh.MOST_BYTES // 2


def letter(n: int, size: int) -> Outgoing:
    return Outgoing(letter=b"l", parts=bytes(size - 1), digest=Digest(bytes([n]) * 32), exp=0, urg=0)


def test_what_is_kept_is_found_again() -> None:
    memory, one = Fresh(), letter(1, 100)
    memory.keep([one])
    assert memory.get(one.digest) is one
    assert memory.get(letter(2, 1).digest) is None


def test_the_oldest_are_forgotten_when_there_is_no_room() -> None:
    memory, letters = Fresh(), [letter(n, HALF) for n in range(3)]
    memory.keep(letters)
    assert [memory.get(each.digest) for each in letters] == [None, letters[1], letters[2]]


def test_a_letter_larger_than_the_memory_is_not_kept() -> None:
    memory, large = Fresh(), letter(1, fresh.MOST_BYTES + 1)
    memory.keep([large, letter(2, HALF)])
    assert memory.get(large.digest) is None
    assert memory.get(letter(2, HALF).digest) is not None
