"""The tables of the book of cases: people, drafts, and what the authority understood of its letters.

* They belong to the same metadata as those of ``tables.py`` and follow its rules: sealed columns end in ``_sealed``,
  times are whole seconds, tables with blobs keep their rowid.
* Codes of closed lists, identifiers, times and counters are clear, because lists and statistics read many at once;
  whatever a person wrote is sealed.
* A list of codes in one column is their words with a blank between.
* One section for each feature.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from rogatory_node.storage.tables import metadata

CODE: Final = 64
"""The longest code of a closed list."""

# --- People ---------------------------------------------------------------------------------------------------------

# Parts of the authority; what comes in goes to the first whose types and grades fit (``*`` is all).
units = Table(
    "units",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("name_sealed", LargeBinary, nullable=False),
    Column("types", Text, nullable=False),
    Column("grades", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger, nullable=True),
)

# Prosecutors, courts and police that hand in drafts and execute measures, with sign-ins of their own.
agencies = Table(
    "agencies",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("name_sealed", LargeBinary, nullable=False),
    Column("kind", String(CODE), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger, nullable=True),
)

people = Table(
    "people",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("name_sealed", LargeBinary, nullable=False),
    Column("roles", Text, nullable=False),
    Column("unit", LargeBinary(16), ForeignKey("units.id"), nullable=True),
    Column("agency", LargeBinary(16), ForeignKey("agencies.id"), nullable=True),
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_until", BigInteger, nullable=True),
    Column("added_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger, nullable=True),
    Index(None, "agency"),
    Index(None, "unit"),
)

# ``delegate`` acts in the name of ``principal``, with these of the principal's roles, between the dates.
delegations = Table(
    "delegations",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("principal", LargeBinary(16), ForeignKey("people.id"), nullable=False),
    Column("delegate", LargeBinary(16), ForeignKey("people.id"), nullable=False),
    Column("roles", Text, nullable=False),
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger, nullable=True),
    Index(None, "delegate", "principal"),
)

# Of a token only its hash is kept.
tokens = Table(
    "tokens",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("person", LargeBinary(16), ForeignKey("people.id"), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("label_sealed", LargeBinary, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger, nullable=True),
    Index(None, "person"),
)

# --- Drafts and approvals ---------------------------------------------------------------------------------------------

# ``version`` is the newest; ``offered`` the hash of the letter that waits for approval, null when none does;
# ``letter`` the digest of what it became.
drafts = Table(
    "drafts",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("author", LargeBinary(16), ForeignKey("people.id"), nullable=False),
    Column("unit", LargeBinary(16), ForeignKey("units.id"), nullable=True),
    Column("agency", LargeBinary(16), ForeignKey("agencies.id"), nullable=True),
    Column("state", String(CODE), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("kind", String(CODE), nullable=True),
    Column("type", String(CODE), nullable=True),
    Column("grade", String(CODE), nullable=True),
    Column("case", LargeBinary(16), ForeignKey("cases.id"), nullable=True),
    Column("made_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("offered", LargeBinary(32), nullable=True),
    Column("needed", SmallInteger, nullable=True),
    Column("letter", LargeBinary(32), nullable=True),
    Index(None, "state", "changed_at"),
    Index(None, "author"),
    UniqueConstraint("offered"),
)

# Every version that was saved, and who saved it; the words of a discarded draft are emptied, their hash stays.
draft_versions = Table(
    "draft_versions",
    metadata,
    Column("draft", LargeBinary(16), ForeignKey("drafts.id"), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("person", LargeBinary(16), ForeignKey("people.id"), nullable=False),
    Column("in_name_of", LargeBinary(16), ForeignKey("people.id"), nullable=True),
    Column("at", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("content_sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("draft", "version"),
)

# The sealed files of drafts: no letter carries them yet, and the sweep at start must not take them for left-overs.
draft_files = Table(
    "draft_files",
    metadata,
    Column("path", String(255), primary_key=True),
    Column("draft", LargeBinary(16), ForeignKey("drafts.id"), nullable=False),
    Index(None, "draft"),
)

# A letter as it was handed in for approval: exactly these bytes are approved and sent. ``hash`` is over them.
offers = Table(
    "offers",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("draft", LargeBinary(16), ForeignKey("drafts.id"), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("person", LargeBinary(16), ForeignKey("people.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("letter_sealed", LargeBinary, nullable=False),
    # How it ended: approved, voided by an edit, returned; null while it waits.
    Column("outcome", String(CODE), nullable=True),
    Column("reason_sealed", LargeBinary, nullable=True),
    Column("ended_at", BigInteger, nullable=True),
    Index(None, "draft"),
)

approvals = Table(
    "approvals",
    metadata,
    Column("hash", LargeBinary(32), ForeignKey("offers.hash"), nullable=False),
    Column("person", LargeBinary(16), ForeignKey("people.id"), nullable=False),
    Column("in_name_of", LargeBinary(16), ForeignKey("people.id"), nullable=True),
    Column("role", String(CODE), nullable=False),
    Column("alone", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("hash", "person"),
)

# Who has a case or one measure of it: a person, a unit or a home agency; exactly one of these.
assignments = Table(
    "assignments",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("case", LargeBinary(16), ForeignKey("cases.id"), nullable=False),
    Column("measure", SmallInteger, nullable=True),
    Column("person", LargeBinary(16), ForeignKey("people.id"), nullable=True),
    Column("unit", LargeBinary(16), ForeignKey("units.id"), nullable=True),
    Column("agency", LargeBinary(16), ForeignKey("agencies.id"), nullable=True),
    Column("made_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=True),
    Index(None, "case"),
    Index(None, "agency"),
    Index(None, "person"),
    Index(None, "unit"),
)
