"""Cases with partners that are not on the network: letters as people entered them, in the same book.

* A letter is entered with its way, its date and, if there is one, a scan. Nothing proves it, and everything that shows
  it says so. It cannot be changed; what was wrong is corrected by another letter.
* The fold, clocks, lists, search and statistics read such letters like others; the log says when one was entered.
* A partner has an id of its own, made from its State and name. When it joins the network it keeps its cases: from then
  on its letters count as those of the authority that it became, and the case goes on over the network.
* Several letters are entered whole or not at all.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import urandom
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, select, update

from rogatory_node.casebook.actors import Acting, event, load, require
from rogatory_node.casebook.opening import Opened
from rogatory_node.casework.channels import CHANNELS
from rogatory_node.casework.codes import GRADES
from rogatory_node.casework.kinds.register import CODES
from rogatory_node.casework.life.events import Letter
from rogatory_node.casework.roles import Action
from rogatory_node.services.intake import Taken
from rogatory_node.storage import audit_log
from rogatory_node.storage.book_tables import partners, recorded_letters
from rogatory_node.storage.rows import add_new
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import cases, parties
from rogatory_protocol.attachment import Entry, entry_bytes, parse_entry
from rogatory_protocol.ids import Aid, Digest, Id16, digest_of
from rogatory_protocol.limits import MAX_FORM_BYTES

EVENT: Final = "letter.recorded"
JOINED: Final = "letter.partner-joined"
MAX_NAME: Final = 300
_ID_BYTES: Final = 16
_CC: Final = 2


class OffNetworkError(Exception):
    """A letter cannot be entered, or a partner cannot join."""

    code: ClassVar[str] = "offnetwork"


class LetterUnfitError(OffNetworkError):
    """What was entered does not fit; the field is named.

    Attributes:
        field: Which.
    """

    code: ClassVar[str] = "offnetwork.unfit"

    def __init__(self, field: str) -> None:
        """Note the field."""
        super().__init__(field)
        self.field = field


class PartnerUnknownError(OffNetworkError):
    """There is no such partner."""

    code: ClassVar[str] = "offnetwork.partner"


class CaseOfAnotherError(OffNetworkError):
    """The case is not one with this partner, or there is none."""

    code: ClassVar[str] = "offnetwork.case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A partner: its State, its name, and the authority that it became, if it joined."""

    id: Aid
    cc: str
    name: str
    aid: Aid | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A letter as somebody enters it.

    Attributes:
        cc: The State of the partner.
        name: The partner.
        outgoing: It is ours.
        form: What it says, with its kind.
        channel: A code of ``CHANNELS``.
        at: When it was sent, or came.
        scan: The scanned paper.
    """

    cc: str
    name: str
    outgoing: bool
    form: Mapping[str, Any] = field(repr=False)
    channel: str
    at: int
    scan: Taken | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Letters of one case are entered.

    Attributes:
        case: A case that is there, or None for a new one.
        letters: The letters, oldest first; each after the first answers the first unless it says otherwise.
        role: The role of the officer, for the audit log, where no person is known.
        own_ref: This authority's reference for a new case, or None.
        by: The person, who must be allowed to acknowledge what comes in; None: the operator at the node's socket.
    """

    case: Id16 | None
    letters: tuple[Entered, ...]
    role: str
    own_ref: str | None = None
    by: Acting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """A partner joined the network as this authority."""

    partner: Aid
    aid: Aid
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A letter that was entered, as it is shown: unproved."""

    digest: Digest
    case: Id16
    partner: Partner
    outgoing: bool
    kind: str
    channel: str
    at: int
    recorded_at: int
    role: str
    form: Mapping[str, Any]
    scan: Entry | None
    path: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OffNetwork:
    """What is done with partners that are not on the network.

    Attributes:
        me: This authority.
        sealer: Seals and opens rows.
        wall: The clock.
        random: Randomness for identifiers and audit leaves.
    """

    me: Aid
    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = urandom

    def record(self, connection: Connection, commands: Sequence[Sequence[Recording]]) -> list[list[Id16]]:
        """Enter letters: each command whole or not at all; return the cases.

        Raises:
            LetterUnfitError: A field does not fit.
            CaseOfAnotherError: A case is not one with that partner, or there is none.
            ActorError: Who does it is unknown or may not.
        """
        now, rows, events, told = int(self.wall()), [], [], []
        for command in commands:
            found = []
            for each in command:
                who = self._who(connection, each, now)
                case = self._case(connection, each, now)
                made = self._rows(connection, case, each, who, now)
                rows += made
                events += [replace(who, obj=Digest(row["digest"])) for row in made]
                found.append(case)
            told.append(found)
        if rows:
            connection.execute(recorded_letters.insert(), rows)
        audit_log.append(connection, events, now=now, random=self.random)
        return told

    def join(self, connection: Connection, commands: Sequence[Joining]) -> list[int]:
        """Move the cases of partners to the authorities that they became; return how many each had.

        Raises:
            PartnerUnknownError: There is no such partner, or it joined as another.
        """
        now, counts, events = int(self.wall()), [], []
        for each in commands:
            known = self.partner(connection, each.partner)
            if known is None or known.aid not in (None, each.aid):
                raise PartnerUnknownError("partner")
            connection.execute(
                update(partners).where(partners.c.id == each.partner).values(aid=each.aid, joined_at=now)
            )
            query = select(recorded_letters.c.case, recorded_letters.c.digest)
            found = connection.execute(query.where(recorded_letters.c.partner == each.partner)).all()
            first = {row.case: row.digest for row in reversed(found)}
            add_new(connection, parties, [{"case": case, "aid": each.aid} for case in first])
            # The log names each case again, so that the book reads it again.
            events += [audit_log.Event(ev=JOINED, obj=Digest(digest), who=each.role) for digest in first.values()]
            counts.append(len(first))
        audit_log.append(connection, events, now=now, random=self.random)
        return counts

    # --- Reading ------------------------------------------------------------------------------------------------------

    def partner(self, connection: Connection, partner: Aid) -> Partner | None:
        """Return a partner by its id."""
        row = connection.execute(select(partners).where(partners.c.id == partner)).one_or_none()
        return None if row is None else self._partner(row)

    def listed(self, connection: Connection) -> list[Partner]:
        """Return all partners, by State."""
        return [
            self._partner(row) for row in connection.execute(select(partners).order_by(partners.c.cc, partners.c.id))
        ]

    def shown(self, connection: Connection, case: Id16) -> list[Shown]:
        """Return the letters of a case that were entered, in their order."""
        known = {each.id: each for each in self.listed(connection)}
        return [self._shown(row, known[Aid(row.partner)]) for row in rows_of(connection, case)]

    def _shown(self, row: Any, partner: Partner) -> Shown:
        scan = None
        if row.scan_sealed is not None:
            scan = parse_entry(self.sealer.open("recorded_letters", "scan_sealed", row.digest, row.scan_sealed))
        return Shown(
            digest=Digest(row.digest),
            case=Id16(row.case),
            partner=partner,
            outgoing=row.direction == "out",
            kind=row.kind,
            channel=row.channel,
            at=row.at,
            recorded_at=row.recorded_at,
            role=row.who,
            form=json.loads(self.sealer.open("recorded_letters", "form_sealed", row.digest, row.form_sealed)),
            scan=scan,
            path=row.scan_path,
        )

    def _partner(self, row: Any) -> Partner:
        return Partner(
            id=Aid(row.id),
            cc=row.cc,
            name=self.sealer.open("partners", "name_sealed", row.id, row.name_sealed).decode(),
            aid=None if row.aid is None else Aid(row.aid),
        )

    # --- Entering -----------------------------------------------------------------------------------------------------

    def _who(self, connection: Connection, each: Recording, now: int) -> audit_log.Event:
        """Return the leaf that says who enters something, without what it is about."""
        if each.by is None:
            return audit_log.Event(ev=EVENT, obj=None, who=each.role)
        actor = load(connection, each.by, now=now)
        return event(EVENT, actor, role=require(actor, Action.CASE_ACKNOWLEDGE).role)

    def _case(self, connection: Connection, each: Recording, now: int) -> Id16:
        if not each.letters:
            raise LetterUnfitError("letters")
        if each.case is not None:
            partner = partner_of(each.letters[0].cc, each.letters[0].name)
            query = select(recorded_letters.c.digest).where(
                recorded_letters.c.case == each.case, recorded_letters.c.partner == partner
            )
            if connection.execute(query.limit(1)).one_or_none() is None:
                raise CaseOfAnotherError("case")
            return each.case
        case = Id16(self.random(_ID_BYTES))
        if each.own_ref is not None:
            taken = select(cases.c.id).where(cases.c.own_ref == each.own_ref)
            if not each.own_ref.isprintable() or len(each.own_ref) > 128 or connection.execute(taken).first():
                raise LetterUnfitError("own_ref")
        row = {"id": case, "conv": case, "own_ref": each.own_ref, "opened_at": now, "flagged": False}
        connection.execute(cases.insert(), [row])
        return case

    def _rows(
        self, connection: Connection, case: Id16, each: Recording, who: audit_log.Event, now: int
    ) -> list[dict[str, Any]]:
        answered = self._request(connection, case)
        rows = []
        for entered in each.letters:
            check(entered, now)
            form = dict(entered.form)
            if answered is not None and form["kind"] != "request":
                form.setdefault("in_reply_to", answered.hex())
            row = self._row(connection, case, entered, form, _short(each, who), now)
            if form["kind"] == "request" and answered is None:
                answered = Digest(row["digest"])
            rows.append(row)
        return rows

    def _request(self, connection: Connection, case: Id16) -> Digest | None:
        order = (recorded_letters.c.at, recorded_letters.c.digest)
        query = select(recorded_letters.c.digest).where(
            recorded_letters.c.case == case, recorded_letters.c.kind == "request"
        )
        found = connection.execute(query.order_by(*order).limit(1)).scalar_one_or_none()
        return None if found is None else Digest(found)

    def _row(
        self, connection: Connection, case: Id16, entered: Entered, form: Mapping[str, Any], role: str, now: int
    ) -> dict[str, Any]:
        raw = json.dumps(form, ensure_ascii=False).encode()
        digest = digest_of(b"rogatory/1 recorded\0" + self.random(_ID_BYTES) + raw)
        partner = partner_of(entered.cc, entered.name)
        name = self.sealer.seal("partners", "name_sealed", partner, entered.name.strip().encode())
        add_new(connection, partners, [{"id": partner, "cc": entered.cc, "name_sealed": name}])
        scan = None
        if entered.scan is not None:
            scan = self.sealer.seal("recorded_letters", "scan_sealed", digest, entry_bytes(entered.scan.entry))
        return {
            "digest": digest,
            "case": case,
            "partner": partner,
            "direction": "out" if entered.outgoing else "in",
            "kind": form["kind"],
            "channel": entered.channel,
            "at": entered.at,
            "recorded_at": now,
            "who": role,
            "form_sealed": self.sealer.seal("recorded_letters", "form_sealed", digest, raw),
            "scan_sealed": scan,
            "scan_path": None if entered.scan is None else entered.scan.blob,
        }


def _short(each: Recording, who: audit_log.Event) -> str:
    """Return who entered a letter, as its row says it: the digits of a person, or a role."""
    return who.who if each.by is None or each.by.person is None else each.by.person.hex()


def check(entered: Entered, now: int) -> None:
    """Refuse a letter that does not fit.

    Raises:
        LetterUnfitError: A field does not fit.
    """
    kind, name = entered.form.get("kind"), entered.name.strip()
    fits = {
        "partner": len(entered.cc) == _CC and entered.cc.isascii() and entered.cc.isupper() and entered.cc.isalpha(),
        "name": 1 <= len(name) <= MAX_NAME and name.isprintable(),
        "channel": entered.channel in CHANNELS,
        "kind": isinstance(kind, str) and kind in CODES,
        "on": 0 < entered.at <= now,
        "form": len(json.dumps(dict(entered.form), ensure_ascii=False).encode()) <= MAX_FORM_BYTES,
    }
    wrong = next((field for field, good in fits.items() if not good), None)
    if wrong is not None:
        raise LetterUnfitError(wrong)


def partner_of(cc: str, name: str) -> Aid:
    """Return the id of a partner: the same for the same State and name, written with other spaces or letters."""
    even = " ".join(name.casefold().split())
    return Aid(digest_of(b"rogatory/1 partner\0" + cc.encode() + b"\0" + even.encode()))


# --- For the book -----------------------------------------------------------------------------------------------------


def rows_of(connection: Connection, case: Id16) -> list[Any]:
    """Return the rows of the letters of a case that were entered, with the authority that the partner became."""
    order = (recorded_letters.c.at, recorded_letters.c.recorded_at, recorded_letters.c.digest)
    query = (
        select(recorded_letters, partners.c.aid)
        .join(partners, partners.c.id == recorded_letters.c.partner)
        .where(recorded_letters.c.case == case)
    )
    return list(connection.execute(query.order_by(*order)).all())


def cases_of(connection: Connection, digests: Iterable[bytes]) -> dict[bytes, Id16]:
    """Return the cases of letters that were entered."""
    query = select(recorded_letters.c.digest, recorded_letters.c.case)
    found = connection.execute(query.where(recorded_letters.c.digest.in_(list(digests))))
    return {digest: Id16(case) for digest, case in found}


def opened(sealer: RowSealer, me: str, rows: Iterable[Any]) -> list[Opened]:
    """Open such rows as the book reads letters."""
    return [_opened(sealer, me, row) for row in rows]


def _opened(sealer: RowSealer, me: str, row: Any) -> Opened:
    form = json.loads(sealer.open("recorded_letters", "form_sealed", row.digest, row.form_sealed))
    other = (row.partner if row.aid is None else row.aid).hex()
    sender, to = (me, other) if row.direction == "out" else (other, me)
    urgency = form.get("urgency")
    grade = urgency.get("grade") if isinstance(urgency, dict) else None
    letter = Letter(digest=row.digest.hex(), kind=row.kind, sender=sender, to=(to,), ts=row.at, payload=form)
    return Opened(
        digest=Digest(row.digest),
        outgoing=row.direction == "out",
        sender=sender,
        to=(to,),
        urg=GRADES[grade].urg if isinstance(grade, str) and grade in GRADES else 0,
        ts=row.at,
        stored_at=row.recorded_at,
        letter=letter,
        why=None,
    )


def unproved(connection: Connection, wanted: Iterable[Id16]) -> frozenset[Id16]:
    """Return which of these cases hold letters that nothing proves."""
    query = select(recorded_letters.c.case).where(recorded_letters.c.case.in_(list(wanted))).distinct()
    return frozenset(Id16(each) for each in connection.execute(query).scalars())
