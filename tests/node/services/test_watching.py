"""The glance at the traffic: what it shows, and that it shows no content."""

from dataclasses import asdict

from sqlalchemy import Connection

from rogatory_node.services.watching import Mark, passing
from rogatory_node.storage.tables import blobs, cases, evidence, letters, outbox
from rogatory_node.storage.writer import Writer

XA, XB = bytes((1,)) * 32, bytes((2,)) * 32


def letter(digest: bytes, *, direction: str, ts: int, urg: int = 1) -> dict[str, object]:
    return {
        "digest": digest,
        "direction": direction,
        "from_aid": XA,
        "letter_id": digest[:16],
        "conv": b"c" * 16,
        "case": b"c" * 16,
        "seq": 1,
        "prev": None,
        "urg": urg,
        "ts": ts,
        "exp": ts + 9,
        "raw_sealed": b"secret",
        "parts_sealed": b"secret",
        "stored_at": ts,
    }


def blob(idx: int, *, n: int, next_index: int, verified: bool) -> dict[str, object]:
    return {
        "letter": b"b" * 32,
        "idx": idx,
        "blob_id": bytes(16),
        "direction": "in",
        "n": n,
        "stored_bytes": 100 * n,
        "next_index": next_index,
        "verified": verified,
        "path": "",
    }


def mark(lvl: int, ts: int) -> dict[str, object]:
    digest = bytes((lvl,)) * 32
    about = {"letter": b"b" * 32, "from_aid": XB, "to_aid": XA, "raw_sealed": b"secret"}
    return about | {"digest": digest, "direction": "out", "lvl": lvl, "ts": ts, "code": None, "stored_at": ts}


def fill(connection: Connection, commands: list[None]) -> list[None]:
    case = {"id": b"c" * 16, "conv": b"c" * 16, "own_ref": None, "opened_at": 1, "flagged": False}
    connection.execute(cases.insert(), [case])
    both = [letter(b"a" * 32, direction="out", ts=5), letter(b"b" * 32, direction="in", ts=6, urg=3)]
    connection.execute(letters.insert(), both)
    sent = {"letter": b"a" * 32, "aid": XB, "state": "queued", "next_attempt": 0, "urg": 1, "exp": 9}
    connection.execute(outbox.insert(), [sent])
    files = [blob(0, n=4, next_index=1, verified=False), blob(1, n=1, next_index=0, verified=True)]
    connection.execute(blobs.insert(), files)
    connection.execute(evidence.insert(), [mark(40, 8), mark(30, 7)])
    return commands


def test_the_newest_letters_come_first_with_states_progress_and_marks(writer: Writer) -> None:
    writer.submit(fill, None).result()

    def look(connection: Connection, commands: list[int]) -> list[object]:
        return [passing(connection, most=most) for most in commands]

    incoming, outgoing = writer.submit(look, 9).result()
    assert outgoing.states == ((XB, "queued"),)
    assert outgoing.outgoing
    assert not outgoing.marks
    assert (incoming.urg, incoming.blobs, incoming.stored_bytes, incoming.arrived_bytes) == (3, 2, 500, 200)
    assert incoming.marks == (Mark(lvl=30, issuer=XB, at=7), Mark(lvl=40, issuer=XB, at=8))
    assert b"secret" not in repr(asdict(incoming)).encode()
    assert len(writer.submit(look, 1).result()) == 1
