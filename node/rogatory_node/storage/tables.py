"""The tables of a node (B.12 delivery, B.13 evidence, B.14 audit log, B.6 logs of registries).

* Plain SQLAlchemy Core; the first migration was generated from this file and a test holds them equal.
* Tables with blobs keep their rowid: a table without it stores the row inside the key tree and reads it whole.
* Columns named ``…_sealed`` hold what ``seal.py`` made; identifiers, times, states and counters stay clear for queries
  (B.16 at rest).
* Times are whole seconds since 1970 (B.0).
* ``seen`` is kept for ever and has no reference to ``letters``: a letter may be erased, that it was here may not.
* A batch's signature is stored once in ``batches``; ``signature.py`` takes it out of an object and puts it back.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect

_NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
_HALF_UINT64: Final = 2**63

metadata: Final = MetaData(naming_convention=_NAMES)


class Uint64(TypeDecorator[int]):
    """An unsigned 64-bit counter in a signed column, moved down by 2^63 so that order is kept.

    A thief of a seal key may drive a card's number to its end (B.7); the column must hold it.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        """Move a counter down into the signed range."""
        return None if value is None else value - _HALF_UINT64

    def process_result_value(self, value: int | None, dialect: Dialect) -> int | None:
        """Move a stored counter back up."""
        return None if value is None else value + _HALF_UINT64


def _b(name: str, size: int, **options: Any) -> Column[bytes]:
    return Column(name, LargeBinary(size), nullable=options.pop("nullable", False), **options)


def _data(name: str, *, nullable: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=nullable)


def _n(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _small(name: str, *, nullable: bool = False, default: int | None = None) -> Column[int]:
    server_default = None if default is None else str(default)
    return Column(name, SmallInteger, nullable=nullable, server_default=server_default)


def _word(name: str, most: int, *, nullable: bool = False) -> Column[str]:
    return Column(name, String(most), nullable=nullable)


def _signature() -> list[Column[Any]]:
    """Where a stored object's signature is: in ``batches`` and cut out at this place, or both null and inside it."""
    return [
        Column("batch", LargeBinary(16), ForeignKey("batches.id"), nullable=True),
        Column("cut", Integer, nullable=True),
    ]


# What there is one of: incarnation, boot, audit frontier, revision of formats. Values are RCBOR or plain bytes.
meta = Table("meta", metadata, Column("key", String(64), primary_key=True), _data("value"))

# Every start of this authority's nodes (B.12.4): a boot shown to us that is not here is a clone.
boots = Table("boots", metadata, _b("boot", 16, primary_key=True), _n("started_at"))

batches = Table("batches", metadata, _b("id", 16, primary_key=True), _data("sig"))

# A case is a conversation as this authority files it; a letter of a stranger to the conversation opens one of its own,
# flagged (B.8).
cases = Table(
    "cases",
    metadata,
    _b("id", 16, primary_key=True),
    _b("conv", 16),
    _word("own_ref", 128, nullable=True),
    _n("opened_at"),
    Column("flagged", Boolean, nullable=False, server_default="0"),
    UniqueConstraint("own_ref"),
    Index(None, "conv"),
)

# Who was ``from`` or ``to`` of a letter of the case.
parties = Table(
    "parties",
    metadata,
    Column("case", LargeBinary(16), ForeignKey("cases.id"), nullable=False),
    _b("aid", 32),
    PrimaryKeyConstraint("case", "aid"),
)

letters = Table(
    "letters",
    metadata,
    _b("digest", 32, primary_key=True),
    _word("direction", 3),
    _b("from_aid", 32),
    _b("letter_id", 16),
    _b("conv", 16),
    Column("case", LargeBinary(16), ForeignKey("cases.id"), nullable=False),
    _n("seq"),
    _b("prev", 32, nullable=True),
    _small("urg"),
    _n("ts"),
    _n("exp"),
    _data("raw_sealed"),
    _data("parts_sealed"),
    _n("stored_at"),
    *_signature(),
    UniqueConstraint("from_aid", "letter_id"),
    Index(None, "conv", "seq"),
    Index(None, "case", "stored_at"),
    Index(None, "direction", "stored_at"),
)

# The number of our last letter to the same recipients in a conversation (B.8 ``seq``); ``to_hash`` is over their aids.
sequences = Table(
    "sequences",
    metadata,
    _b("conv", 16),
    _b("to_hash", 32),
    _n("seq"),
    _b("digest", 32),
    PrimaryKeyConstraint("conv", "to_hash"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("letter", LargeBinary(32), ForeignKey("letters.digest"), nullable=False),
    _b("aid", 32),
    _word("state", 16),
    _n("next_attempt"),
    _small("urg"),
    _small("last_code", nullable=True),
    _n("exp"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("letter", "aid"),
    # A peer's queue, urgent first; and who has anything to send at all, and when.
    Index(None, "aid", "state", "urg", "next_attempt"),
    Index(None, "state", "exp"),
)

seen = Table(
    "seen",
    metadata,
    _b("from_aid", 32),
    _b("digest", 32),
    # Null for what was refused before its letter could be read.
    _b("letter_id", 16, nullable=True),
    _n("seen_at"),
    PrimaryKeyConstraint("from_aid", "digest"),
    UniqueConstraint("from_aid", "letter_id"),
)

evidence = Table(
    "evidence",
    metadata,
    _b("digest", 32, primary_key=True),
    _word("direction", 3),
    _b("letter", 32),
    _small("lvl"),
    _b("from_aid", 32),
    _b("to_aid", 32),
    _n("ts"),
    _word("code", 64, nullable=True),
    _data("raw_sealed"),
    Column("ackd", Boolean, nullable=False, server_default="0"),
    _n("stored_at"),
    *_signature(),
    # Not unique: two of one level by one authority contradict each other, and both are kept (B.13).
    Index(None, "letter", "from_aid"),
    Index(None, "to_aid", "ackd"),
)

blobs = Table(
    "blobs",
    metadata,
    Column("letter", LargeBinary(32), ForeignKey("letters.digest"), nullable=False),
    _small("idx"),
    # Chosen by the sender and never a key: blobs are not de-duplicated by id (B.9).
    _b("blob_id", 16),
    _word("direction", 3),
    _n("n"),
    _n("stored_bytes"),
    _n("next_index"),
    Column("verified", Boolean, nullable=False, server_default="0"),
    Column("path", Text, nullable=False),
    PrimaryKeyConstraint("letter", "idx"),
    Index(None, "verified", "direction"),
)

audit = Table(
    "audit",
    metadata,
    _n("epoch"),
    _n("n"),
    _data("leaf"),
    _b("obj", 32, nullable=True),
    _word("ev", 32),
    _n("ts"),
    PrimaryKeyConstraint("epoch", "n"),
    Index(None, "obj"),
)

log_leaves = Table(
    "log_leaves",
    metadata,
    _b("registry", 32),
    _n("n"),
    _data("leaf"),
    PrimaryKeyConstraint("registry", "n"),
)

# The notes under which each log was taken. Two roots of one size are the proof of a fork; that is in meta (B.6.3).
# ``text`` is the first note of its size, which dates what it holds; ``newest`` a later one of the same tree.
checkpoints = Table(
    "checkpoints",
    metadata,
    _b("registry", 32),
    _n("size"),
    _b("root", 32),
    Column("text", Text, nullable=False),
    Column("newest", Text, nullable=True),
    _n("seen_at"),
    PrimaryKeyConstraint("registry", "size", "root"),
)

statements = Table(
    "statements",
    metadata,
    _b("aid", 32),
    Column("ver", Uint64, nullable=False),
    _b("digest", 32, unique=True),
    _data("raw"),
    PrimaryKeyConstraint("aid", "ver"),
)

# The newest card of each authority only: they are mutable and never logged (B.7).
cards = Table(
    "cards",
    metadata,
    _b("aid", 32, primary_key=True),
    Column("ver", Uint64, nullable=False),
    Column("seq", Uint64, nullable=False),
    _data("raw"),
)

# What a peer last showed of itself, and the newest head of its audit log that it quoted (B.14).
peers = Table(
    "peers",
    metadata,
    _b("aid", 32, primary_key=True),
    _b("inc", 16, nullable=True),
    _b("boot", 16, nullable=True),
    _n("last_auth", nullable=True),
    # Where it dialled from when it last did: such networks are let in before strangers (B.18).
    _word("network", 43, nullable=True),
    _n("head_epoch", nullable=True),
    _n("head_size", nullable=True),
    _b("head_root", 32, nullable=True),
    # The own head that it claimed and that our log does not have, once it was asked for what we lost (B.12.4).
    _n("claimed_epoch", nullable=True),
    _n("claimed_size", nullable=True),
    # Since when we know that we were restored and that this peer may hold what we lost (B.12.4); null when it is back.
    _n("unsynced", nullable=True),
)

# Letters that a peer asked back and that are too old to be given without an officer's release (B.12.4).
releases = Table(
    "releases",
    metadata,
    Column("letter", LargeBinary(32), ForeignKey("letters.digest"), nullable=False),
    _b("aid", 32),
    _n("asked_at"),
    _n("released_at", nullable=True),
    PrimaryKeyConstraint("letter", "aid"),
)

# Conversations in which an officer lets letters go although their recipients gave nothing back yet (B.12.4).
overrides = Table("overrides", metadata, _b("conv", 16, primary_key=True), _n("at"))

# First statements that wait for a decision of this registry (B.6.5).
applications = Table(
    "applications",
    metadata,
    _b("digest", 32, primary_key=True),
    _b("aid", 32),
    _data("raw"),
    _n("received_at"),
    _word("status", 16),
)
