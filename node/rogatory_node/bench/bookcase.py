"""A book of many made-up cases, written straight into its tables: what a busy authority has after years.

* Everything follows from a seed, so that two runs measure the same book; references and summaries are really sealed,
  words really hashed.
* Words are as uneven as in language: a few stand in most cases, most stand in a few.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from rogatory_node.casebook.entries import NEVER, sealed
from rogatory_node.casebook.words import Macs
from rogatory_node.storage.book_tables import book_cases, book_clocks, book_measures, book_terms
from rogatory_node.storage.engine import WritingConnection
from rogatory_node.storage.rows import add
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import cases
from rogatory_protocol.limits import DAY_SECONDS

NOW: Final = 1_800_000_000
PARTNERS: Final = 60
WORDS: Final = 8_000
WORDS_IN_CASE: Final = 30
TYPES: Final = (
    ("data.subscriber", "subscriber"), ("data.traffic", "traffic"), ("data.content", "content"),
    ("data.preserve", None), ("records.financial", "financial"), ("evidence.statement", None),
    ("service.documents", None), ("extradition", None),
)  # fmt: skip
GRADES: Final = ("EMERGENCY", "VOLATILE", "TIME_CRITICAL", "PRIORITY", "ROUTINE")
_GRADE_WEIGHTS: Final = (1, 4, 10, 25, 60)
_OPEN: Final = ("DELIVERED", "ACKNOWLEDGED", "UNDER_REVIEW", "INFO_REQUESTED", "IN_EXECUTION", "POSTPONED")
_ENDED: Final = ("CLOSED", "CLOSED", "CLOSED", "REFUSED", "WITHDRAWN")
_INSTRUMENTS: Final = ("BC", "UNTOC", "UNCAC", "UNCC", "EIO")
_CRIMES: Final = ("cybercrime", "corruption", "money_laundering", "drug_offences", "terrorism")
_GROUNDS: Final = ("FORM", "DUAL_CRIMINALITY", "DE_MINIMIS")
_DELAYS: Final = ("", "", "WORKLOAD", "COURT_ORDER", "TRANSLATION")
_OUTCOMES: Final = ("EXECUTED_FULL", "EXECUTED_PARTIAL", "NO_RECORDS")
_CHUNK: Final = 20_000

Rows = list[dict[str, Any]]


@dataclass(slots=True)
class _Filled:
    cases: Rows = field(default_factory=list)
    book: Rows = field(default_factory=list)
    measures: Rows = field(default_factory=list)
    clocks: Rows = field(default_factory=list)
    terms: list[tuple[int, int]] = field(default_factory=list)


def partner(n: int) -> bytes:
    """Return the identifier of a made-up authority."""
    return n.to_bytes(32, "big")


def word(n: int) -> str:
    """Return a made-up word; a small number is a frequent one."""
    return f"w{n}x"


def reference(n: int) -> str:
    """Return the reference of a case."""
    return f"XB-{n:07d}"


def fill(connection: WritingConnection, sealer: RowSealer, count: int, *, seed: int = 1) -> None:
    """Write a book of *count* cases into the empty tables of a database."""
    made = _made(sealer, count, random.Random(seed))  # noqa: S311 - it measures, it keeps no secret
    terms = [{"mac": mac, "n": n} for mac, n in sorted(made.terms)]
    tables = ((cases, made.cases), (book_cases, made.book), (book_measures, made.measures), (book_clocks, made.clocks))
    for table, rows in (*tables, (book_terms, terms)):
        for begin in range(0, len(rows), _CHUNK):
            connection.run(partial(_write, table, rows[begin : begin + _CHUNK]))


def _write(table: Any, rows: Rows, connection: Connection) -> None:
    with connection.begin():
        add(connection, table, rows)


def _made(sealer: RowSealer, count: int, chance: random.Random) -> _Filled:
    made, macs = _Filled(), Macs(sealer)
    vocabulary = [next(iter(macs.of({word(n)}))) for n in range(WORDS)]
    ages = sorted((chance.random() for _ in range(count)), reverse=True)
    for n, age in enumerate(ages):
        opened_at = NOW - int(age * 5 * 365 * DAY_SECONDS)
        is_open = age < 0.2 or chance.random() < 0.05
        _one(made, sealer, n, opened_at, chance, is_open=is_open)
        numbers = {int(WORDS ** chance.random()) - 1 for _ in range(WORDS_IN_CASE)}
        made.terms += [(vocabulary[number], n) for number in numbers]
        made.terms += [(mac, n) for mac in macs.of({reference(n).lower()})]
    return made


def _one(made: _Filled, sealer: RowSealer, n: int, opened_at: int, chance: random.Random, *, is_open: bool) -> None:
    case = n.to_bytes(16, "big")
    grade = chance.choices(range(5), _GRADE_WEIGHTS)[0]
    state = chance.choice(_OPEN if is_open else _ENDED)
    side, counterpart = chance.choice("RQ"), partner(int(PARTNERS * chance.random() ** 2))
    due_at = NOW + chance.randint(-20, 60) * DAY_SECONDS if is_open and chance.random() < 0.6 else NEVER
    made.cases.append({"id": case, "conv": case, "own_ref": None, "opened_at": opened_at, "flagged": False})
    kinds = chance.sample(TYPES, 1 + (chance.random() < 0.2))
    closed_at = None if is_open else opened_at + chance.randint(5, 300) * DAY_SECONDS
    made.book.append({
        "case": case, "n": n, "conv": case, "counterpart": counterpart, "side": side, "type": kinds[0][0],
        "state": state, "grade": GRADES[grade], "attention": chance.choice((1, 2)) if is_open else 0,
        "rank": grade if is_open else 9, "due_at": due_at, "due_rule": None if due_at == NEVER else "answer_info",
        "owes": "decide" if is_open else "", "letters": 4, "unread": 0, "opened_at": opened_at,
        "changed_at": opened_at + DAY_SECONDS, "answered_at": closed_at, "closed_at": closed_at,
        "reference_sealed": sealed(sealer, "reference_sealed", case, reference(n)),
        "summary_sealed": sealed(sealer, "summary_sealed", case, "A made-up case"),
        "folded_sealed": sealed(sealer, "folded_sealed", case, "{}"),
    })  # fmt: skip
    if due_at != NEVER:
        made.clocks.append({
            "case": case, "place": 0, "rule": "answer_info", "side": side, "started_at": opened_at, "due_at": due_at,
            "state": "running",
        })  # fmt: skip
    shared = {"case": case, "counterpart": counterpart, "side": side, "state": state, "grade": GRADES[grade]}
    made.measures += _measures(shared, n, kinds, opened_at, chance, is_open=is_open)


def _measures(
    shared: dict[str, Any],
    n: int,
    kinds: Sequence[tuple[str, str | None]],
    opened_at: int,
    chance: random.Random,
    *,
    is_open: bool,
) -> Iterator[dict[str, Any]]:
    refused = shared["state"] == "REFUSED"
    for place, (kind, category) in enumerate(kinds):
        stages = [opened_at]
        for most in (5, 3, 40, 90, 30):
            stages.append(stages[-1] + chance.randint(1, most * DAY_SECONDS))
        yield {
            **shared, "letter": n.to_bytes(32, "big"), "recipient": shared["counterpart"], "measure": str(place + 1),
            "type": kind, "category": category, "outcome": _outcome(chance, refused=refused, is_open=is_open),
            "grounds": chance.choice(_GROUNDS) if refused else "", "instruments": chance.choice(_INSTRUMENTS),
            "crimes": chance.choice(_CRIMES), "grade_asked": shared["grade"],
            "questions": chance.choice((0, 0, 0, 1, 2)), "delays": chance.choice(_DELAYS) if is_open else "",
            "drafted_at": opened_at - DAY_SECONDS,
            "sent_at": stages[0], "stored_at": stages[1], "acknowledged_at": stages[2],
            "decided_at": None if is_open else stages[3], "executed_at": None if is_open or refused else stages[4],
            "closed_at": None if is_open else stages[5],
            "until_at": stages[4] if kind == "data.preserve" else None, "followed": chance.random() < 0.5,
        }  # fmt: skip


def _outcome(chance: random.Random, *, refused: bool, is_open: bool) -> str | None:
    if is_open:
        return None
    return "REFUSED" if refused else chance.choice(_OUTCOMES)
