"""Signed notes."""

import pytest

from rogatory_protocol import note as n
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError

# The example of the signed-note document.
EXAMPLE = """Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore \
NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
""".encode()


def test_text_ends_at_the_last_empty_line() -> None:
    note = n.parse(EXAMPLE)

    assert note.text.endswith("\n\ned è subito sera.\n")
    assert [line.name for line in note.lines] == ["quasimodo.example/salvatore"]
    assert len(note.lines[0].blob) == n.ED25519_SIGNATURE_BYTES


def test_note_is_written_as_it_was_read() -> None:
    assert n.compose(n.parse(EXAMPLE)) == EXAMPLE


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        EXAMPLE[:-1],
        EXAMPLE + b"\n",
        EXAMPLE.replace(b"quasimodo", b"quasi modo"),
        EXAMPLE.replace(b"quasimodo", b"quasi+modo"),
        EXAMPLE.replace(b"quasimodo", "quasi\u2003modo".encode()),
        EXAMPLE.replace(b"trafitto", b"tra\tfitto"),
        EXAMPLE.replace(b"trafitto", b"tra\xfffitto"),
        EXAMPLE.replace("—".encode(), b"-"),
        EXAMPLE.replace(b"tIc=", b"tId="),
        EXAMPLE.replace(b"tIc=", b"tIc"),
        b"text\n\n\xe2\x80\x94 name AAAAAA==\n",
        EXAMPLE + EXAMPLE.rpartition(b"\n\n")[2] * n.MAX_LINES,
    ],
)
def test_malformed_note_is_refused(data: bytes) -> None:
    with pytest.raises(RefusedError) as caught:
        n.parse(data)
    assert caught.value.code is Code.MALFORMED


def test_endless_note_is_refused() -> None:
    with pytest.raises(RefusedError) as caught:
        n.parse(b"a" * (n.MAX_NOTE_BYTES + 1))
    assert caught.value.code is Code.TOO_LARGE


def test_key_id_binds_name_type_and_key() -> None:
    ids = {
        n.key_id(name, kind, public)
        for name in ("log.xa.example", "log.xb.example")
        for kind in n.LineType
        for public in (bytes(32), bytes([1]) * 32)
    }
    assert len(ids) == 8


def test_subtree_message_has_the_published_layout() -> None:
    message = n.subtree_message("w", 7, "log", 5, b"r" * 32)

    assert message == (b"subtree/v1\n\x00\x01w\0\0\0\0\0\0\0\x07\x03log\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05" + b"r" * 32)


def test_small_order_key_is_refused() -> None:
    for public in (bytes(32), b"\1" + bytes(31), bytes(31), b"\xff" * 32):
        with pytest.raises(RefusedError):
            n.check_ed25519(public)


def test_text_without_a_newline_is_our_mistake() -> None:
    with pytest.raises(LocalProtocolError):
        n.compose(n.Note(text="text", lines=()))
