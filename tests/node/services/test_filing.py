"""Cases: who joins, who opens one of their own."""

from sqlalchemy import Connection, select

from rogatory_node.services.filing import Filing, file
from rogatory_node.storage.tables import cases
from rogatory_node.storage.writer import Writer
from rogatory_protocol.ids import Aid, Id16

XA, XB, XC = (Aid(bytes((n,)) * 32) for n in (1, 2, 3))
CONV = Id16(b"c" * 16)


def filing(by: Aid, *parties: Aid, conv: Id16 = CONV) -> Filing:
    return Filing(conv=conv, parties=frozenset(parties), by=(by,))


def filed(writer: Writer, *letters: Filing) -> list[Id16]:
    def kind(connection: Connection, groups: list[tuple[Filing, ...]]) -> list[list[Id16]]:
        return [file(connection, group, now=7, random=lambda size: b"\x99" * size) for group in groups]

    return writer.submit(kind, letters).result()


def flags(writer: Writer) -> dict[bytes, bool]:
    def kind(connection: Connection, commands: list[None]) -> list[dict[bytes, bool]]:
        query = select(cases.c.id, cases.c.flagged)
        return [{row.id: row.flagged for row in connection.execute(query)} for _ in commands]

    return writer.submit(kind, None).result()


def test_a_new_conversation_opens_a_case_with_its_own_id(writer: Writer) -> None:
    assert filed(writer, filing(XA, XA, XB)) == [CONV]
    assert flags(writer) == {CONV: False}


def test_a_party_joins_in_the_same_group_and_later(writer: Writer) -> None:
    assert filed(writer, filing(XA, XA, XB), filing(XB, XA, XB)) == [CONV, CONV]
    assert filed(writer, filing(XB, XA, XB)) == [CONV]


def test_a_stranger_to_the_conversation_opens_a_flagged_case_and_stays_in_it(writer: Writer) -> None:
    filed(writer, filing(XA, XA, XB))
    stranger = Id16(b"\x99" * 16)
    assert filed(writer, filing(XC, XC, XB)) == [stranger]
    assert filed(writer, filing(XC, XC, XB)) == [stranger]
    assert filed(writer, filing(XA, XA, XB)) == [CONV]
    assert flags(writer) == {CONV: False, stranger: True}


def test_our_own_letter_to_somebody_new_joins_the_case_that_we_are_in(writer: Writer) -> None:
    filed(writer, filing(XA, XA, XB))
    ours = Filing(conv=CONV, parties=frozenset({XB, XC}), by=(XC, XB))
    assert filed(writer, ours) == [CONV]
    assert filed(writer, filing(XC, XC, XB)) == [CONV]


def test_nothing_to_file_is_nothing_done(writer: Writer) -> None:
    assert filed(writer) == []
