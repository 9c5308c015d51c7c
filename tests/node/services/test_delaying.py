"""An ERROR moves a letter by the table; a key of ours that is no longer good signs the same payload anew."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import pytest
from pairs import AIDS, SEALS, draft
from sqlalchemy import Connection, select, update

from rogatory_node.services.delaying import Delayed, Delaying, Refusal
from rogatory_node.services.sending import NEVER, Sending
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import WritingConnection, open_writing
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import audit, outbox
from rogatory_protocol import letter
from rogatory_protocol.delivery import Action, State
from rogatory_protocol.errors import Code
from rogatory_protocol.ids import Digest
from rogatory_protocol.suite import SigningKey

R = TypeVar("R")
NOW = 1_800_000_000
XB = AIDS["XB"]


def sending(signer: SigningKey = SEALS["XA"], now: int = NOW) -> Sending:
    return Sending(me=AIDS["XA"], signer=signer, sealer=RowSealer(bytes(32)), wall=lambda: float(now))


def transact(opened: WritingConnection, work: Callable[[Connection], R]) -> R:
    def whole(conn: Connection) -> R:
        with conn.begin():
            return work(conn)

    return opened.run(whole)


@pytest.fixture
def connection(database: str) -> Iterator[WritingConnection]:
    opened = open_writing(database)
    transact(opened, partial(audit_log.found, now=NOW, random=bytes))
    yield opened
    opened.close()


def queue(connection: WritingConnection) -> Digest:
    return transact(connection, lambda conn: sending().queue(conn, [draft(1)]))[0]


def refuse(
    connection: WritingConnection, digest: Digest, code: Code, *, by: Sending | None = None, **changes: Any
) -> Delayed | None:
    refusal = Refusal(**{"letter": digest, "peer": XB, "code": code, "retry": 30, **changes})
    delaying = Delaying(sending=by or sending())
    return transact(connection, lambda conn: delaying.refused(conn, [refusal]))[0]


def row(connection: WritingConnection) -> Any:
    return transact(connection, lambda conn: conn.execute(select(outbox)).one())


def leaves(connection: WritingConnection) -> list[str]:
    query = select(audit.c.ev).order_by(audit.c.n)
    return list(transact(connection, lambda conn: conn.execute(query).scalars().all()))[2:]


def test_a_delay_is_durable_and_one_leaf_is_written_for_a_code(connection: WritingConnection) -> None:
    digest = queue(connection)
    for code in (Code.BUSY, Code.BUSY, Code.QUOTA):
        refuse(connection, digest, code)
    held = row(connection)
    assert (held.state, held.next_attempt, held.attempts, held.last_code) == ("queued", NOW + 30, 3, Code.QUOTA)
    assert leaves(connection) == ["letter.delayed", "letter.delayed"]
    assert transact(connection, lambda conn: sending().due(conn, XB)) == []
    assert transact(connection, lambda conn: sending().next_attempt(conn, XB)) == NOW + 30
    assert len(transact(connection, lambda conn: sending(now=NOW + 30).due(conn, XB))) == 1


def test_a_letter_that_may_be_offered_again_at_once_waits_a_second_all_the_same(connection: WritingConnection) -> None:
    refuse(connection, queue(connection), Code.BUSY, retry=0)
    assert row(connection).next_attempt == NOW + 1


def test_DLV_10_keys_lost_again_and_again_slow_the_sender_down(connection: WritingConnection) -> None:
    digest = queue(connection)
    waits = []
    for _ in range(6):
        refuse(connection, digest, Code.KEY_UNKNOWN)
        waits.append(row(connection).next_attempt - NOW)
    assert waits == [0, 0, 0, 3, 4, 5]


def test_a_letter_is_signed_anew_with_the_same_digest_by_a_good_key(connection: WritingConnection) -> None:
    digest = queue(connection)
    successor = SigningKey(bytes(64))
    done = refuse(connection, digest, Code.NOT_GOOD, by=sending(successor))
    assert done is not None
    assert Action.REFRESH in done.actions
    (item,) = transact(connection, lambda conn: sending(successor, NOW + 30).waiting(conn, XB))
    parsed = letter.parse(item.letter)
    assert (parsed.digest, parsed.object.signatures[0].kid) == (digest, successor.kid)
    assert leaves(connection) == ["letter.resigned", "letter.delayed"]
    # With the key that signed it already, there is nothing to sign.
    refuse(connection, digest, Code.NOT_GOOD, by=sending(successor))
    assert leaves(connection).count("letter.resigned") == 1


@pytest.mark.parametrize("code", [Code.MALFORMED, Code.VERSION, Code.SUITE, Code.TOO_LARGE])
def test_what_cannot_be_read_is_the_end(connection: WritingConnection, code: Code) -> None:
    done = refuse(connection, queue(connection), code)
    assert done is not None
    assert done.state is State.REJECTED
    assert leaves(connection) == ["letter.rejected"]


@pytest.mark.parametrize("state", ["stored", "complete", "incomplete", "rejected"])
def test_an_error_about_another_offer_of_an_answered_letter_means_nothing(
    connection: WritingConnection, state: str
) -> None:
    digest = queue(connection)
    transact(connection, lambda conn: conn.execute(update(outbox).values(state=state)))
    for code in (Code.BUSY, Code.KEY_UNKNOWN, Code.NOT_GOOD, Code.MALFORMED):
        refuse(connection, digest, code)
    assert row(connection).state == state


def test_an_expired_letter_that_is_delayed_is_not_offered_a_third_time(connection: WritingConnection) -> None:
    digest = queue(connection)
    transact(connection, lambda conn: conn.execute(update(outbox).values(state="expired")))
    done = refuse(connection, digest, Code.EXPIRED)
    assert done is not None
    assert done.state is State.SETTLED
    assert (row(connection).state, row(connection).next_attempt) == ("expired", NEVER)
    assert transact(connection, lambda conn: sending().next_attempt(conn, XB)) is None


def test_a_letter_that_is_not_to_that_peer_is_left_alone(connection: WritingConnection) -> None:
    digest = queue(connection)
    assert refuse(connection, digest, Code.MALFORMED, peer=AIDS["XC"]) is None
    assert row(connection).state == "queued"
