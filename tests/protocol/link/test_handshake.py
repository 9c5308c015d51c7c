"""Two nodes find out who the other is; whoever stands between them learns and changes nothing."""

import hashlib
from collections.abc import Callable

import pytest

from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Kid
from rogatory_protocol.link.handshake import Initiator, LinkKeys, Responder
from rogatory_protocol.rcbor import decode, encode
from rogatory_protocol.suite import SigningKey

NAMES = ("XA", "XB", "XC")
AIDS = {name: Aid(hashlib.sha256(name.encode()).digest()) for name in NAMES}
KEYS = {name: SigningKey(hashlib.sha512(name.encode()).digest()) for name in NAMES}
GOOD = {(AIDS[name], KEYS[name].kid): KEYS[name].public for name in NAMES}


def node_key(aid: Aid, kid: Kid) -> bytes:
    try:
        return GOOD[aid, kid]
    except KeyError:
        raise RefusedError(Code.NOT_GOOD, "no such node key") from None


def source(seed: str) -> Callable[[int], bytes]:
    """A different stream for each seed, the same on every run."""
    count = iter(range(1_000))
    return lambda n: hashlib.shake_256(f"{seed} {next(count)}".encode()).digest(n)


def dial(me: str = "XA", peer: str = "XB", seed: str = "dial") -> Initiator:
    return Initiator(me=AIDS[me], signer=KEYS[me], peer=AIDS[peer], node_key=node_key, random=source(seed))


def listen(me: str = "XB", seed: str = "listen", keys: str | None = None) -> Responder:
    return Responder(me=AIDS[me], signer=KEYS[keys or me], node_key=node_key, random=source(seed))


def shake(dialler: Initiator, listener: Responder) -> tuple[LinkKeys, LinkKeys]:
    last, ours = dialler.finish(listener.answer(dialler.hello))
    return ours, listener.finish(last)


def test_both_sides_hold_the_same_keys_and_names() -> None:
    a, b = shake(dial(), listen())
    assert (a.send, a.receive, a.th3) == (b.receive, b.send, b.th3)
    assert a.send != a.receive
    assert (a.peer, b.peer) == (AIDS["XB"], AIDS["XA"])
    assert (a.dialler, b.dialler) == (True, False)


def test_sizes_are_those_of_the_specification() -> None:
    dialler, listener = dial(), listen()
    answer = listener.answer(dialler.hello)
    last, _ = dialler.finish(answer)
    assert (len(dialler.hello), len(answer), len(last)) == (1_256, 4_653, 3_444)


def test_keys_do_not_show_in_a_representation() -> None:
    a, _ = shake(dial(), listen())
    assert a.send.hex()[:8] not in repr(a)
    assert repr(a.send) not in repr(a)


def test_LNK_02_another_authority_at_the_address_is_refused() -> None:
    dialler = dial(peer="XB")
    with pytest.raises(RefusedError) as caught:
        dialler.finish(listen("XC").answer(dialler.hello))
    assert caught.value.code is Code.NOT_GOOD


def test_LNK_02_a_listener_without_the_key_of_its_name_is_refused() -> None:
    dialler = dial()
    with pytest.raises(RefusedError):
        dialler.finish(listen("XB", keys="XC").answer(dialler.hello))


def test_LNK_03_reflection_is_refused() -> None:
    dialler, mirror = dial("XA", peer="XA"), listen("XA")
    last, _ = dialler.finish(mirror.answer(dialler.hello))
    with pytest.raises(RefusedError):
        mirror.finish(last)
    other = dial()
    with pytest.raises(RefusedError):
        other.finish(other.hello)


def test_LNK_04_old_messages_are_refused() -> None:
    old_dialler, old_listener = dial(seed="old"), listen(seed="old listener")
    old_answer = old_listener.answer(old_dialler.hello)
    old_last, _ = old_dialler.finish(old_answer)

    with pytest.raises(RefusedError):
        dial(seed="new").finish(old_answer)
    fresh = listen(seed="new listener")
    fresh.answer(old_dialler.hello)
    with pytest.raises(RefusedError):
        fresh.finish(old_last)


def test_LNK_04_each_message_is_taken_once() -> None:
    dialler, listener = dial(), listen()
    answer = listener.answer(dialler.hello)
    last, _ = dialler.finish(answer)
    listener.finish(last)
    with pytest.raises(RefusedError):
        dialler.finish(answer)
    with pytest.raises(RefusedError):
        listener.finish(last)


def test_LNK_05_sessions_cannot_be_crossed() -> None:
    one, two = dial(seed="one"), dial("XC", seed="two")
    first, second = listen(seed="first"), listen(seed="second")
    last_one, _ = one.finish(first.answer(one.hello))
    last_two, _ = two.finish(second.answer(two.hello))
    for listener, last in ((first, last_two), (second, last_one)):
        with pytest.raises(RefusedError):
            listener.finish(last)


def test_LNK_07_no_name_leaves_before_the_listener_proved_its_own() -> None:
    dialler = dial()
    assert AIDS["XA"] not in dialler.hello
    answer = listen().answer(dialler.hello)
    last, _ = dialler.finish(answer)
    assert AIDS["XB"] not in answer
    assert AIDS["XA"] not in last


def test_LET_01_any_changed_byte_is_refused() -> None:
    good, listener = dial(), listen()
    answer = listener.answer(good.hello)
    last, _ = good.finish(answer)
    for at in range(0, len(answer), 97):
        with pytest.raises(RefusedError):
            dial().finish(flip(answer, at))
    for at in range(0, len(last), 97):
        again = listen()
        again.answer(good.hello)
        with pytest.raises(RefusedError):
            again.finish(flip(last, at))


def test_a_changed_hello_makes_the_answer_useless() -> None:
    for at in range(3, 1_256, 97):
        dialler = dial()
        with pytest.raises(RefusedError):
            dialler.finish(listen().answer(flip(dialler.hello, at)))


@pytest.mark.parametrize(("version", "suite", "code"), [(2, 1, Code.VERSION), (1, 2, Code.SUITE), (1, 0, Code.SUITE)])
def test_LET_11_other_versions_and_suites_are_refused(version: int, suite: int, code: Code) -> None:
    items = decode(dial().hello)
    assert isinstance(items, list)
    with pytest.raises(RefusedError) as caught:
        listen().answer(encode([version, suite, *items[2:]]))
    assert caught.value.code is code


def test_KEY_09_a_cloned_listener_gives_two_callers_two_secrets() -> None:
    """Both clones draw the same bytes; the caller's message makes the secrets differ."""
    a, _ = shake(dial(seed="one"), listen(seed="same"))
    b, _ = shake(dial(seed="two"), listen(seed="same"))
    assert a.send != b.send


@pytest.mark.parametrize("raw", [b"", b"\x80", bytes(20_000), b"\x84\1\1\x40\x40"])
def test_ENC_12_junk_is_refused(raw: bytes) -> None:
    with pytest.raises(RefusedError):
        listen().answer(raw)
    with pytest.raises(RefusedError):
        dial().finish(raw)
    with pytest.raises(RefusedError):
        listen().finish(raw)


def flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
