"""How people prove who they are: by a link, used once; a name with a password; codes of a telephone, codes on paper.

* A link sets everything anew and ends everything that was before: sessions, passkeys, codes. It is made by who manages
  people, never for himself, and used once within its time.
* The name that somebody types is found by a keyed hash of its folded form; what is kept of it is sealed.
* A code of the telephone counts once: its time must be later than that of the last one. A code on paper is used up.
* Nothing here says whether a name exists: the caller spends the same work on one that does not.
"""

import hashlib
import hmac
import time
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from os import urandom
from typing import ClassVar, Final

from sqlalchemy import Connection, Row, delete, select, update

from rogatory_node.casebook.actors import OPERATOR, Acting, event, load, name_of_object, require
from rogatory_node.casebook.people import SelfError
from rogatory_node.casework.roles import Action
from rogatory_node.storage import audit_log
from rogatory_node.storage.book_tables import passkeys, recovery_codes, sessions, sign_in_links, sign_ins
from rogatory_node.storage.seal import RowSealer
from rogatory_protocol.ids import Id16
from rogatory_protocol.limits import DAY_SECONDS

LINK_SECONDS: Final = 3 * DAY_SECONDS  # long enough to reach a colleague on Monday
MAX_NAME: Final = 100
CODES: Final = 8
_SECRET_BYTES: Final = 32
_TOTP_BYTES: Final = 20  # what authenticator apps expect (RFC 4226)
_CODE_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE_LETTERS: Final = 10  # 49 bits, of a keyed hash: nobody tries them offline without the key
_PURPOSE: Final = "book.sign-in"


class SignInError(Exception):
    """Somebody cannot sign in so, or not be given a sign-in."""

    code: ClassVar[str] = "sign-in"


class LinkUnknownError(SignInError):
    """The link is none of ours, was used, or is too old. Which, is not said."""

    code: ClassVar[str] = "sign-in.link"


class NameTakenError(SignInError):
    """Somebody else signs in under this name."""

    code: ClassVar[str] = "sign-in.name-taken"


class SignInNameUnfitError(SignInError):
    """The name to sign in with is empty, too long, or not one line."""

    code: ClassVar[str] = "sign-in.name-unfit"


class CodeUsedError(SignInError):
    """The code was used before."""

    code: ClassVar[str] = "sign-in.code-used"


@dataclass(frozen=True, slots=True, kw_only=True)
class Linking:
    """Somebody is given a link."""

    person: Id16
    by: Acting = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A new link: its secret words, which nobody can read again, and until when it works."""

    person: Id16
    words: str = field(repr=False)
    expires_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a link that works says: for whom, and the secret of his telephone's codes."""

    hash: bytes = field(repr=False)
    person: Id16
    totp: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Somebody sets up his sign-in by a link.

    Attributes:
        words: Of the link.
        name: Under which he will sign in.
        password: As the password hash writes it.
        step: The time of the code by which he showed that his telephone has the secret.
    """

    words: str = field(repr=False)
    name: str = field(repr=False)
    password: str = field(repr=False)
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """Who is set up, and his codes on paper, which are shown once."""

    person: Id16
    codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of somebody who signs in with a password."""

    person: Id16
    name: str = field(repr=False)
    password: str = field(repr=False)
    totp: bytes = field(repr=False)
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A code that is used up: of the telephone by its time, or the one on paper."""

    person: Id16
    step: int | None = None
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What is done with sign-ins.

    Attributes:
        sealer: Seals names, password hashes and secrets.
        wall: The clock.
        random: Randomness for links, secrets, codes and audit leaves.
    """

    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = urandom

    # --- Links --------------------------------------------------------------------------------------------------------

    def link(self, connection: Connection, commands: Sequence[Linking]) -> list[Linked]:
        """Make links.

        Raises:
            ActorError: Who makes them is unknown or may not, or the person may not act.
            SelfError: It is for himself.
        """
        now, made, events = int(self.wall()), [], []
        for each in commands:
            actor = load(connection, each.by, now=now)
            permit = require(actor, Action.PEOPLE_MANAGE)
            if each.person in actor.selves:
                raise SelfError("self")
            load(connection, Acting(person=each.person), now=now)
            secret, totp = self.random(_SECRET_BYTES), self.random(_TOTP_BYTES)
            linked = Linked(
                person=each.person, words=urlsafe_b64encode(secret).rstrip(b"=").decode(), expires_at=now + LINK_SECONDS
            )
            digest = _link_hash(secret)
            row = {
                "hash": digest,
                "person": each.person,
                "totp_sealed": self.sealer.seal("sign_in_links", "totp_sealed", digest, totp),
                "made_at": now,
                "expires_at": linked.expires_at,
                "used_at": None,
            }
            connection.execute(sign_in_links.insert(), row)
            made.append(linked)
            events.append(event("sign-in.link", actor, name_of_object("person", each.person), role=permit.role))
        audit_log.append(connection, events, now=now, random=self.random)
        return made

    def link_of(self, connection: Connection, words: str) -> Link:
        """Return what a link says.

        Raises:
            LinkUnknownError: It is none of ours, was used, or is too old.
        """
        try:
            secret = urlsafe_b64decode(words.encode("ascii") + b"=")
        except ValueError:
            raise LinkUnknownError("link") from None
        digest = _link_hash(secret)
        row = connection.execute(select(sign_in_links).where(sign_in_links.c.hash == digest)).one_or_none()
        if row is None or row.used_at is not None or row.expires_at <= int(self.wall()):
            raise LinkUnknownError("link")
        totp = self.sealer.open("sign_in_links", "totp_sealed", digest, row.totp_sealed)
        return Link(hash=digest, person=Id16(row.person), totp=totp)

    def set(self, connection: Connection, commands: Sequence[Setting]) -> list[Set]:
        """Set up sign-ins by links, and end what was before.

        Raises:
            ActorError: The person may not act now.
            LinkUnknownError: The link does not work.
            NameTakenError: Somebody else has the name.
            SignInNameUnfitError: The name is empty, too long, or not one line.
        """
        now, done, events = int(self.wall()), [], []
        for each in commands:
            link = self.link_of(connection, each.words)
            actor = load(connection, Acting(person=link.person), now=now)
            mac = self._name_mac(each.name)
            taken = select(sign_ins.c.person).where(sign_ins.c.mac == mac, sign_ins.c.person != link.person)
            if connection.execute(taken).one_or_none() is not None:
                raise NameTakenError("name")
            _forget(connection, link.person, now)
            connection.execute(update(sign_in_links).where(sign_in_links.c.person == link.person).values(used_at=now))
            connection.execute(sign_ins.insert(), self._row(each, link, mac, now))
            codes = self._new_codes(connection, link.person, now)
            done.append(Set(person=link.person, codes=codes))
            events.append(event("sign-in.set", actor, name_of_object("person", link.person)))
        audit_log.append(connection, events, now=now, random=self.random)
        return done

    # --- Proving ------------------------------------------------------------------------------------------------------

    def known(self, connection: Connection, name: str) -> Known | None:
        """Return what is known of who signs in under a name; of nobody it takes as long."""
        try:
            mac = self._name_mac(name)
        except SignInNameUnfitError:
            mac = bytes(32)
        return self._known(connection.execute(select(sign_ins).where(sign_ins.c.mac == mac)).one_or_none())

    def known_person(self, connection: Connection, person: Id16) -> Known | None:
        """Return what is known of a person, or None when he has no password."""
        return self._known(connection.execute(select(sign_ins).where(sign_ins.c.person == person)).one_or_none())

    def use(self, connection: Connection, commands: Sequence[Proof]) -> list[None]:
        """Use codes up.

        Raises:
            CodeUsedError: A code, or a later one, was used before, or it is none of the person's.
        """
        now = int(self.wall())
        for each in commands:
            if each.step is not None:
                table, values = sign_ins, {"step": each.step}
                wanted = (sign_ins.c.person == each.person, sign_ins.c.step < each.step)
            else:
                table, values = recovery_codes, {"used_at": now}
                mac = self._code_mac(each.person, each.code)
                wanted = (recovery_codes.c.mac == mac, recovery_codes.c.used_at.is_(None))
            if connection.execute(update(table).where(*wanted).values(values)).rowcount != 1:
                raise CodeUsedError("code")
        return [None for _ in commands]

    def renew_codes(self, connection: Connection, commands: Sequence[Acting]) -> list[tuple[str, ...]]:
        """Give people new codes on paper; the old ones end.

        Raises:
            ActorError: The person may not act now.
        """
        now, made, events = int(self.wall()), [], []
        for each in commands:
            actor = load(connection, each, now=now)
            assert each.person is not None  # the operator has no codes
            connection.execute(delete(recovery_codes).where(recovery_codes.c.person == each.person))
            made.append(self._new_codes(connection, each.person, now))
            events.append(event("sign-in.codes", actor, name_of_object("person", each.person)))
        audit_log.append(connection, events, now=now, random=self.random)
        return made

    def codes_left(self, connection: Connection, person: Id16) -> int:
        """Return how many codes on paper still work."""
        unused = (recovery_codes.c.person == person, recovery_codes.c.used_at.is_(None))
        return len(connection.execute(select(recovery_codes.c.mac).where(*unused)).all())

    def name_key(self, name: str) -> bytes:
        """Return by what failures under a name are counted, whether anybody has it or not."""
        return self._mac(b"try", _folded(name).encode())

    # --- Private ------------------------------------------------------------------------------------------------------

    def _known(self, row: Row[tuple[object, ...]] | None) -> Known | None:
        if row is None:
            return None
        person = Id16(row.person)

        def opened(column: str) -> bytes:
            return self.sealer.open("sign_ins", column, person, getattr(row, column))

        return Known(
            person=person,
            name=opened("name_sealed").decode(),
            password=opened("password_sealed").decode(),
            totp=opened("totp_sealed"),
            step=row.step,
        )

    def _row(self, setting: Setting, link: Link, mac: bytes, now: int) -> dict[str, object]:
        def sealed(column: str, value: bytes) -> bytes:
            return self.sealer.seal("sign_ins", column, link.person, value)

        return {
            "person": link.person,
            "mac": mac,
            "name_sealed": sealed("name_sealed", setting.name.encode()),
            "password_sealed": sealed("password_sealed", setting.password.encode()),
            "totp_sealed": sealed("totp_sealed", link.totp),
            "step": setting.step,
            "set_at": now,
        }

    def _new_codes(self, connection: Connection, person: Id16, now: int) -> tuple[str, ...]:
        codes = tuple(self._new_code() for _ in range(CODES))
        rows = [
            {"mac": self._code_mac(person, code), "person": person, "made_at": now, "used_at": None} for code in codes
        ]
        connection.execute(recovery_codes.insert(), rows)
        return codes

    def _new_code(self) -> str:
        number, letters = int.from_bytes(self.random(_SECRET_BYTES), "big"), []
        for _ in range(_CODE_LETTERS):
            number, place = divmod(number, len(_CODE_ALPHABET))
            letters.append(_CODE_ALPHABET[place])
        half = _CODE_LETTERS // 2
        return f"{''.join(letters[:half])}-{''.join(letters[half:])}"

    def _name_mac(self, name: str) -> bytes:
        folded = _folded(name)
        if not 1 <= len(folded) <= MAX_NAME or not folded.isprintable():
            raise SignInNameUnfitError("name")
        return self._mac(b"name", folded.encode())

    def _code_mac(self, person: Id16, code: str) -> bytes:
        plain = "".join(letter for letter in code.lower() if letter in _CODE_ALPHABET)
        return self._mac(b"code", person + plain.encode())

    def _mac(self, what: bytes, value: bytes) -> bytes:
        return hmac.digest(self.sealer.derived(_PURPOSE), what + b"\0" + value, hashlib.sha256)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _link_hash(secret: bytes) -> bytes:
    return hashlib.sha256(b"rogatory/1 sign-in link\0" + secret).digest()


def _forget(connection: Connection, person: Id16, now: int) -> None:
    """End all by which a person signed in before."""
    for table in (sign_ins, recovery_codes, passkeys):
        connection.execute(delete(table).where(table.c.person == person))
    open_ones = (sessions.c.person == person, sessions.c.ended_at.is_(None))
    connection.execute(update(sessions).where(*open_ones).values(ended_at=now))
