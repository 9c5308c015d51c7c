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

# --- Sign-in ----------------------------------------------------------------------------------------------------------

# How a person proves who he is. ``mac`` finds the name that he types: a keyed hash, so that a thief cannot try names.
# ``step`` is the time of the last code that was used: no code counts twice.
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("person", LargeBinary(16), ForeignKey("people.id"), primary_key=True),
    Column("mac", LargeBinary(32), nullable=False),
    Column("name_sealed", LargeBinary, nullable=False),
    Column("password_sealed", LargeBinary, nullable=False),
    Column("totp_sealed", LargeBinary, nullable=False),
    Column("step", BigInteger, nullable=False),
    Column("set_at", BigInteger, nullable=False),
    UniqueConstraint("mac"),
)

# Codes on paper, for who lost his telephone; each works once.
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("mac", LargeBinary(32), primary_key=True),
    Column("person", LargeBinary(16), ForeignKey("people.id"), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=True),
    Index(None, "person"),
)

# ``id`` is the hash of what the device calls the key; ``counter`` grows with each use, or stays 0.
passkeys = Table(
    "passkeys",
    metadata,
    Column("id", LargeBinary(32), primary_key=True),
    Column("person", LargeBinary(16), ForeignKey("people.id"), nullable=False),
    Column("credential", LargeBinary, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("label_sealed", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=True),
    Index(None, "person"),
)

# By which somebody sets up his sign-in, once; only the hash of its words is kept.
sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("person", LargeBinary(16), ForeignKey("people.id"), nullable=False),
    Column("totp_sealed", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=True),
    Index(None, "person"),
)

# ``proved_at`` is when the person last proved who he is; ``seen_at`` is a minute old at most.
sessions = Table(
    "sessions",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("person", LargeBinary(16), ForeignKey("people.id"), nullable=False),
    Column("method", String(CODE), nullable=False),
    Column("agent_sealed", LargeBinary, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("proved_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=True),
    Index(None, "person"),
)

# What a call with a key of its caller answered, for a day: the same key again is the same answer. The operator, who is
# nobody's person, has sixteen zero bytes.
once = Table(
    "once",
    metadata,
    Column("person", LargeBinary(16), nullable=False),
    Column("key", String(128), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("answer_sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("person", "key"),
    Index(None, "at"),
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

# A letter as it was handed in for approval: exactly these bytes are approved and sent. ``hash`` is what an officer
# approves of its body (B.8).
offers = Table(
    "offers",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("draft", LargeBinary(16), ForeignKey("drafts.id"), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("person", LargeBinary(16), ForeignKey("people.id"), nullable=False),
    Column("in_name_of", LargeBinary(16), ForeignKey("people.id"), nullable=True),
    Column("at", BigInteger, nullable=False),
    Column("letter_sealed", LargeBinary, nullable=False),
    # How it ended: sent, voided by an edit, returned, recalled, discarded; null while it waits.
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

# --- What authorities published ---------------------------------------------------------------------------------------

# The newest of each: facts about treaties (``law``) and directory entries (``entry``), signed, for everybody to see.
publications = Table(
    "publications",
    metadata,
    Column("kind", String(CODE), nullable=False),
    Column("issuer", LargeBinary(32), nullable=False),
    Column("name", String(CODE), nullable=False),
    Column("kid", LargeBinary(16), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("signed_at", BigInteger, nullable=False),
    Column("taken_at", BigInteger, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    PrimaryKeyConstraint("kind", "issuer", "name"),
)

# --- Custody ----------------------------------------------------------------------------------------------------------

# What people noted of evidence, numbered within the case. ``item`` is a key that the program made, never a person's
# word; ``at`` is when it was done, ``noted_at`` when it was written down; ``who`` is a role or the digits of a person.
custody_notes = Table(
    "custody_notes",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("case", LargeBinary(16), ForeignKey("cases.id"), nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("item", String(CODE), nullable=False),
    Column("action", String(CODE), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("noted_at", BigInteger, nullable=False),
    Column("who", String(CODE), nullable=False),
    Column("words_sealed", LargeBinary, nullable=False),
    UniqueConstraint("case", "n"),
)

# --- Readings ---------------------------------------------------------------------------------------------------------

# Why an auditor opened a case or a draft; the leaf of the audit log beside it tells everybody that he did.
readings = Table(
    "readings",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("case", LargeBinary(16), ForeignKey("cases.id"), nullable=True),
    Column("draft", LargeBinary(16), ForeignKey("drafts.id"), nullable=True),
    Column("person", LargeBinary(16), ForeignKey("people.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("reason_sealed", LargeBinary, nullable=False),
    Index(None, "case"),
)

# --- Translations -----------------------------------------------------------------------------------------------------

# What was ordered: of which letter, into which language; ``outcome`` is done or cancelled, null while it waits.
translations = Table(
    "translations",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("case", LargeBinary(16), ForeignKey("cases.id"), nullable=False),
    Column("letter", LargeBinary(32), nullable=False),
    Column("language", String(CODE), nullable=False),
    Column("ordered_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=True),
    Column("ended_at", BigInteger, nullable=True),
    Column("outcome", String(CODE), nullable=True),
    Column("words_sealed", LargeBinary, nullable=False),
    Index(None, "case"),
)

# --- Partners that are not on the network -----------------------------------------------------------------------------

# ``id`` stands for the partner where an authority's id stands; ``aid`` is what it became when it joined.
partners = Table(
    "partners",
    metadata,
    Column("id", LargeBinary(32), primary_key=True),
    Column("cc", String(2), nullable=False),
    Column("name_sealed", LargeBinary, nullable=False),
    Column("aid", LargeBinary(32), nullable=True),
    Column("joined_at", BigInteger, nullable=True),
)

# Letters that came or went by other ways, as people entered them: nothing proves them.
recorded_letters = Table(
    "recorded_letters",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("case", LargeBinary(16), ForeignKey("cases.id"), nullable=False),
    Column("partner", LargeBinary(32), ForeignKey("partners.id"), nullable=False),
    Column("direction", String(3), nullable=False),
    Column("kind", String(CODE), nullable=False),
    Column("channel", String(CODE), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("who", String(CODE), nullable=False),
    Column("form_sealed", LargeBinary, nullable=False),
    Column("scan_sealed", LargeBinary, nullable=True),
    Column("scan_path", String(255), nullable=True),
    Index(None, "case"),
    Index(None, "partner"),
    Index(None, "scan_path"),
)

# --- What was understood of the letters -------------------------------------------------------------------------------
# Everything below is computed from letters and evidence, and may be thrown away and written anew.

# ``n`` is the place of the case in the audit log: a later case has a greater one. ``attention`` says who has to act:
# 2 we, 1 others, 0 nobody. ``rank`` orders by urgency, 0 first and 9 when nothing is open; ``due_at`` is the next
# deadline, or a time that never comes.
book_cases = Table(
    "book_cases",
    metadata,
    Column("case", LargeBinary(16), ForeignKey("cases.id"), primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("conv", LargeBinary(16), nullable=False),
    Column("counterpart", LargeBinary(32), nullable=True),
    Column("side", String(1), nullable=True),
    Column("type", String(CODE), nullable=True),
    Column("state", String(CODE), nullable=True),
    Column("grade", String(CODE), nullable=False),
    Column("attention", SmallInteger, nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("due_rule", String(CODE), nullable=True),
    Column("owes", Text, nullable=False),
    Column("letters", BigInteger, nullable=False),
    Column("unread", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("answered_at", BigInteger, nullable=True),
    Column("closed_at", BigInteger, nullable=True),
    Column("reference_sealed", LargeBinary, nullable=True),
    Column("summary_sealed", LargeBinary, nullable=True),
    Column("folded_sealed", LargeBinary, nullable=False),
    UniqueConstraint("n"),
    # The order of lists; then the same for each filter that leaves few of many.
    Index(None, "rank", "due_at", "n"),
    Index(None, "attention", "rank", "due_at", "n"),
    Index(None, "counterpart", "rank", "due_at", "n"),
    Index(None, "type", "rank", "due_at", "n"),
    Index(None, "state", "rank", "due_at", "n"),
)

# A measure of a request, with what its request says; times are those of the stages, null when not reached.
book_measures = Table(
    "book_measures",
    metadata,
    Column("letter", LargeBinary(32), nullable=False),
    Column("recipient", LargeBinary(32), nullable=False),
    Column("measure", String(CODE), nullable=False),
    Column("case", LargeBinary(16), ForeignKey("cases.id"), nullable=False),
    Column("counterpart", LargeBinary(32), nullable=False),
    Column("side", String(1), nullable=False),
    Column("type", String(CODE), nullable=False),
    Column("state", String(CODE), nullable=False),
    Column("outcome", String(CODE), nullable=True),
    Column("grounds", Text, nullable=False),
    Column("instruments", Text, nullable=False),
    Column("crimes", Text, nullable=False),
    Column("category", String(CODE), nullable=True),
    Column("grade_asked", String(CODE), nullable=False),
    Column("grade", String(CODE), nullable=False),
    Column("delays", Text, nullable=False),
    Column("questions", SmallInteger, nullable=False),
    Column("drafted_at", BigInteger, nullable=True),
    Column("sent_at", BigInteger, nullable=False),
    Column("stored_at", BigInteger, nullable=True),
    Column("acknowledged_at", BigInteger, nullable=True),
    Column("decided_at", BigInteger, nullable=True),
    Column("executed_at", BigInteger, nullable=True),
    Column("closed_at", BigInteger, nullable=True),
    Column("until_at", BigInteger, nullable=True),
    Column("followed", Boolean, nullable=False),
    PrimaryKeyConstraint("letter", "recipient", "measure"),
    Index(None, "case"),
    Index(None, "counterpart", "sent_at"),
    Index(None, "sent_at"),
)

# What runs towards an instant: ``side`` is who must act before it.
book_clocks = Table(
    "book_clocks",
    metadata,
    Column("case", LargeBinary(16), ForeignKey("cases.id"), nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("rule", String(CODE), nullable=False),
    Column("side", String(1), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=True),
    Column("state", String(CODE), nullable=False),
    PrimaryKeyConstraint("case", "place"),
    Index(None, "due_at"),
)

# A word as eight bytes of a keyed hash, and the number of a case that holds it. The row is its key and nothing else,
# so it may stand in the key's tree.
book_terms = Table(
    "book_terms",
    metadata,
    Column("mac", BigInteger, nullable=False),
    Column("n", BigInteger, nullable=False),
    PrimaryKeyConstraint("mac", "n"),
    sqlite_with_rowid=False,
)
