"""Reading everything, to find what the disk has changed (B.16 at rest).

* A database's own check does not see a flipped bit inside a value; opening every sealed row does.
* Rows are compared with the audit log, so that a row which is missing, or was put back older, is noticed as well.
* It changes nothing and goes on after every finding: the list is what a restore works from.
* Findings name tables, digests and files; never what is in them.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from rogatory_node.services.trust_store import get_meta
from rogatory_node.storage.blobs import BlobFolder, blob_name
from rogatory_node.storage.errors import DamagedError, StorageError
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import audit, blobs, cards, checkpoints, evidence, letters, log_leaves, statements
from rogatory_protocol import letter, parts
from rogatory_protocol.attachment import Entry, Opener
from rogatory_protocol.audit import append, parse_leaf
from rogatory_protocol.card import parse_card
from rogatory_protocol.errors import LocalProtocolError, RefusedError
from rogatory_protocol.evidence import parse as parse_evidence
from rogatory_protocol.merkle import Frontier, leaf_hash
from rogatory_protocol.rcbor import decode
from rogatory_protocol.statement import parse as parse_statement

ISSUED: Final = "evidence.issued"
HELD: Final = frozenset({"letter.sealed", "letter.stored"})  # after these a letter's row must be there
_WRONG: Final = (RefusedError, LocalProtocolError, DamagedError, AssertionError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it was written.

    Attributes:
        where: Table or folder.
        what: Digest, number or file.
        why: ``damaged``, ``missing`` or ``not-in-audit``.
    """

    where: str
    what: str
    why: str


@dataclass(slots=True, kw_only=True)
class Report:
    """What was read, and what was found.

    Attributes:
        read: How many of each were read.
        findings: What is wrong.
    """

    read: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)


def scrub(connection: Connection, sealer: RowSealer, folder: BlobFolder) -> Report:
    """Read everything. It blocks for as long as the disk takes."""
    report = Report()
    entries = _letters(connection, sealer, report)
    _evidence(connection, sealer, report)
    _audit(connection, report)
    _plain(connection, report)
    _logs(connection, report)
    _blobs(connection, folder, entries, report)
    return report


def _letters(connection: Connection, sealer: RowSealer, report: Report) -> dict[bytes, tuple[Entry, ...]]:
    """Open every letter; return the attachments that each names."""
    entries: dict[bytes, tuple[Entry, ...]] = {}

    def check(row: Any) -> None:
        unverified = letter.parse(sealer.open("letters", "raw_sealed", row.digest, row.raw_sealed))
        if unverified.object.digest != row.digest:
            raise DamagedError("letters", row.digest)
        raw = sealer.open("letters", "parts_sealed", row.digest, row.parts_sealed)
        body = unverified.body
        entries[row.digest] = parts.open_parts(raw, form=body.form, att=body.att).whole()[1]

    _each(connection, letters, lambda row: row.digest.hex(), check, report)
    return entries


def _evidence(connection: Connection, sealer: RowSealer, report: Report) -> None:
    def check(row: Any) -> None:
        parsed = parse_evidence(sealer.open("evidence", "raw_sealed", row.digest, row.raw_sealed))
        if (parsed.object.digest, parsed.content.letter) != (row.digest, row.letter):
            raise DamagedError("evidence", row.digest)

    _each(connection, evidence, lambda row: row.digest.hex(), check, report)


def _audit(connection: Connection, report: Report) -> None:
    """Grow the tree again from its leaves, and compare the rows with what the leaves tell."""
    frontiers: dict[int, Frontier] = {}
    told: Counter[tuple[str, bytes]] = Counter()
    for row in _rows(connection, select(audit).order_by(audit.c.epoch, audit.c.n)):
        report.read["audit"] += 1
        frontier = frontiers.get(row.epoch, Frontier())
        frontiers[row.epoch] = append(frontier, row.leaf)
        try:
            leaf = parse_leaf(row.leaf)
            good = (leaf.n, leaf.ev, leaf.obj, leaf.ts) == (row.n, row.ev, row.obj, row.ts) and leaf.n == frontier.size
        except RefusedError:
            good = False
        if not good:
            report.findings.append(Finding(where="audit", what=f"{row.epoch}/{row.n}", why="damaged"))
        if row.obj is not None:
            told[(row.ev, row.obj)] += 1
    kept = decode(get_meta(connection, "audit") or b"\xf6")
    newest = max(frontiers, default=0)
    grown = frontiers.get(newest, Frontier())
    if kept != [newest, grown.size, list(grown.nodes)]:
        report.findings.append(Finding(where="audit", what="head", why="damaged"))
    _compare(connection, told, report)


def _compare(connection: Connection, told: Counter[tuple[str, bytes]], report: Report) -> None:
    there = set(connection.execute(select(letters.c.digest)).scalars())
    heard = {obj for _event, obj in told}
    held = {obj for event, obj in told if event in HELD}
    report.findings += (Finding(where="letters", what=each.hex(), why="missing") for each in sorted(held - there))
    report.findings += (Finding(where="letters", what=each.hex(), why="not-in-audit") for each in sorted(there - heard))
    of = select(evidence.c.letter).where(evidence.c.direction == "out")
    issued = Counter(connection.execute(of).scalars())
    leaves = Counter({obj: count for (event, obj), count in told.items() if event == ISSUED})
    lost, unheard = leaves - issued, issued - leaves
    report.findings += (Finding(where="evidence", what=each.hex(), why="missing") for each in sorted(lost))
    report.findings += (Finding(where="evidence", what=each.hex(), why="not-in-audit") for each in sorted(unheard))


def _plain(connection: Connection, report: Report) -> None:
    """Read what is not sealed but must still be what it was."""

    def statement(row: Any) -> None:
        if parse_statement(row.raw).object.digest != row.digest:
            raise DamagedError("statements", row.digest)

    def card(row: Any) -> None:
        found = parse_card(row.raw).content
        if (found.aid, found.ver, found.seq) != (row.aid, row.ver, row.seq):
            raise DamagedError("cards", row.aid)

    _each(connection, statements, lambda row: f"{row.aid.hex()}/{row.ver}", statement, report)
    _each(connection, cards, lambda row: row.aid.hex(), card, report)


def _logs(connection: Connection, report: Report) -> None:
    """Grow the logs of registries again, and compare the roots with the checkpoints that this node took."""
    wanted: dict[tuple[bytes, int], list[bytes]] = {}
    for row in connection.execute(select(checkpoints.c.registry, checkpoints.c.size, checkpoints.c.root)):
        wanted.setdefault((row.registry, row.size), []).append(row.root)
    frontiers: dict[bytes, Frontier] = {}
    for row in _rows(connection, select(log_leaves).order_by(log_leaves.c.registry, log_leaves.c.n)):
        report.read["log_leaves"] += 1
        grown = frontiers[row.registry] = frontiers.get(row.registry, Frontier()).extend([leaf_hash(row.leaf)])
        roots = wanted.pop((row.registry, grown.size), [grown.root()])
        if grown.root() not in roots:
            what = f"{row.registry.hex()}/{row.n}"
            report.findings.append(Finding(where="log_leaves", what=what, why="damaged"))
    report.findings += (
        Finding(where="log_leaves", what=f"{registry.hex()}/{size - 1}", why="missing") for registry, size in wanted
    )


def _blobs(connection: Connection, folder: BlobFolder, entries: dict[bytes, tuple[Entry, ...]], report: Report) -> None:
    for row in connection.execute(select(blobs).where(blobs.c.verified).order_by(blobs.c.letter, blobs.c.idx)).all():
        report.read["blobs"] += 1
        name = row.path or blob_name(row.letter, row.idx)
        known = entries.get(row.letter, ())
        if row.idx >= len(known):
            continue  # its letter is among the findings already
        try:
            _read_blob(folder, name, row.stored_bytes, known[row.idx])
        except (StorageError, *_WRONG) as error:
            why = "damaged" if isinstance(error, _WRONG) else "missing"
            report.findings.append(Finding(where="blobs", what=name, why=why))


def _read_blob(folder: BlobFolder, name: str, stored_bytes: int, entry: Entry) -> None:
    opener = Opener(entry)
    with folder.read(name, stored_bytes=stored_bytes) as reader:
        for index in range(entry.n):
            opener.take(index, reader.chunk(index))
    opener.finish()


def _each(
    connection: Connection,
    table: Table,
    name: Callable[[Any], str],
    check: Callable[[Any], None],
    report: Report,
) -> None:
    for row in _rows(connection, select(table)):
        report.read[table.name] += 1
        try:
            check(row)
        except _WRONG:
            report.findings.append(Finding(where=table.name, what=name(row), why="damaged"))


def _rows(connection: Connection, query: Any) -> Iterator[Any]:
    # A hundred at a time: a table may be larger than the memory.
    yield from connection.execute(query.execution_options(yield_per=100))
