"""A wait ends when every recipient has said enough, or when one never will."""

import pytest
from sqlalchemy import Connection

from rogatory_node.services.awaiting import REACHED_BY, Outcome, outcome, outcome_of_all, standing
from rogatory_node.storage.engine import open_writing
from rogatory_node.storage.tables import cases, evidence, letters, outbox
from rogatory_protocol.delivery import State
from rogatory_protocol.evidence import Level
from rogatory_protocol.ids import Digest

WAITING, REACHED, REFUSED = Outcome.WAITING, Outcome.REACHED, Outcome.REFUSED
S, C, T, A, D = Level.STORED, Level.COMPLETE, Level.TAKEN, Level.ACCEPTED, Level.DECLINED


@pytest.mark.parametrize(
    ("held", "state", "found"),
    [
        # for 30, 35, 40 and 50
        ([], State.QUEUED, (WAITING, WAITING, WAITING, WAITING)),
        ([S], State.STORED, (REACHED, WAITING, WAITING, WAITING)),
        ([C], State.COMPLETE, (REACHED, REACHED, WAITING, WAITING)),
        ([S, T], State.STORED, (REACHED, WAITING, REACHED, WAITING)),
        ([S, A], State.STORED, (REACHED, WAITING, REACHED, REACHED)),
        ([C, T, A], State.COMPLETE, (REACHED, REACHED, REACHED, REACHED)),
        ([S, D], State.STORED, (REACHED, WAITING, REFUSED, REFUSED)),
        ([C, T, D], State.COMPLETE, (REACHED, REACHED, REACHED, REFUSED)),
        ([Level.REFUSED], State.REJECTED, (REFUSED, REFUSED, REFUSED, REFUSED)),
        ([S, Level.REFUSED], State.INCOMPLETE, (REACHED, REFUSED, WAITING, WAITING)),
        ([Level.MISSED], State.EXPIRED, (REFUSED, REFUSED, REFUSED, REFUSED)),
    ],
)
def test_each_level_is_reached_or_refused_by_its_evidence(
    held: list[Level], state: State, found: tuple[Outcome, ...]
) -> None:
    assert tuple(outcome(level, held, state) for level in REACHED_BY) == found


@pytest.mark.parametrize(
    ("each", "all_"),
    [
        ([REACHED, REACHED], REACHED),
        ([REACHED, WAITING], WAITING),
        ([WAITING, REFUSED, REACHED], REFUSED),
    ],
)
def test_several_recipients_are_judged_together(each: list[Outcome], all_: Outcome) -> None:
    assert outcome_of_all(each) is all_


def test_where_a_letter_stands_is_read_for_each_recipient(database: str) -> None:
    digest, xa, xb, xc = (bytes((n,)) * 32 for n in (9, 1, 2, 3))
    letter = {
        "digest": digest, "direction": "out", "from_aid": xa, "letter_id": bytes(16), "conv": bytes(16),
        "case": bytes(16), "seq": 1, "prev": None, "urg": 0, "ts": 1, "exp": 9, "raw_sealed": b"", "parts_sealed": b"",
        "stored_at": 1,
    }  # fmt: skip
    said = {"letter": digest, "from_aid": xb, "to_aid": xa, "ts": 2, "code": None, "raw_sealed": b"", "stored_at": 2}
    rows = [(30, "in"), (40, "in"), (91, "out")]

    def store(connection: Connection) -> None:
        queued = {"letter": digest, "next_attempt": 1, "urg": 0, "last_code": None, "exp": 9}
        with connection.begin():
            case = {"id": bytes(16), "conv": bytes(16), "own_ref": None, "opened_at": 1, "flagged": False}
            connection.execute(cases.insert(), case)
            connection.execute(letters.insert(), letter)
            connection.execute(
                outbox.insert(), [queued | {"aid": a, "state": s} for a, s in ((xb, "stored"), (xc, "queued"))]
            )
            connection.execute(
                evidence.insert(), [said | {"digest": bytes((n,)) * 32, "lvl": n, "direction": d} for n, d in rows]
            )

    opened = open_writing(database)
    opened.run(store)
    found = opened.run(lambda connection: standing(connection, Digest(digest)))
    none = opened.run(lambda connection: standing(connection, Digest(xc)))
    opened.close()
    assert found == {xb: (State.STORED, (S, T)), xc: (State.QUEUED, ())}
    assert none == {}
