"""Cards and one-time keys: what members tell each other beside the log (B.7).

* A card holds addresses and the duty roster; it is mutable, for members only, never logged.
* The highest (statement version, sequence) wins and a node never takes a lower one: a new statement so cures a
  sequence that a thief drove to its end.
* One-time keys are for one peer on one link; the signed object names both and commits to the keys beside it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rogatory_protocol import fields as f
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Aid, Id16
from rogatory_protocol.limits import MAX_CARD_BYTES, MAX_CARD_LIFE_SECONDS, MAX_KEYS_PER_OBJECT, SKEW_REFUSE_SECONDS
from rogatory_protocol.rcbor import Value, decode, encode
from rogatory_protocol.signed import Context, SignedObject, verify_one
from rogatory_protocol.signed import parse as parse_signed
from rogatory_protocol.suite import ENCRYPTION_PUBLIC_BYTES, SUITE

MAX_URL_BYTES: Final = 512
MAX_CONTACTS: Final = 64
MAX_CHANNELS: Final = 16
MAX_LANGUAGES: Final = 16
MAX_TEXT_BYTES: Final = 200
MAX_OTKEYS_BYTES: Final = 8_192  # the signature is 3.4 kB, the fields 300 B, an extension up to 4 kB
_LISTED_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One way to reach a contact."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A point of contact: a role and how to reach whoever has it, not a person."""

    role: str
    languages: tuple[str, ...]
    hours: str
    zone: str
    channels: tuple[Channel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The fields of a card."""

    aid: Aid
    ver: int
    seq: int
    ts: int
    exp: int
    urls: tuple[str, ...]
    rv: tuple[str, ...] = ()
    pins: tuple[bytes, ...] = ()
    contacts: tuple[Contact, ...] = ()

    @property
    def rank(self) -> tuple[int, int]:
        """What decides between two cards of one authority."""
        return (self.ver, self.seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnverifiedCard:
    """A card whose fields are in order; its signature is not checked yet."""

    object: SignedObject
    content: Card


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeKeys:
    """The fields of a one-time key object."""

    aid: Aid
    peer: Aid
    link: bytes
    boot: Id16
    ts: int
    kh: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UnverifiedOneTimeKeys:
    """A one-time key object whose fields are in order; its signature is not checked yet."""

    object: SignedObject
    content: OneTimeKeys


def _url(value: Value, what: str) -> str:
    url: str = f.text(MAX_URL_BYTES)(value, what)
    if not url.startswith("wss://") or not url.isascii() or any(c <= " " or c == "\x7f" for c in url):
        raise f.wrong(what, "is not a wss address")
    return url


def _channel(value: Value, what: str) -> Channel:
    return Channel(**f.take(value, {"kind": f.ascii_name(32), "value": f.text(MAX_TEXT_BYTES)}, what))


_CONTACT: Final[f.Table] = {
    "role": f.ascii_name(64),
    "languages": f.array(f.ascii_name(35), 0, MAX_LANGUAGES),
    "hours": f.text(MAX_TEXT_BYTES, 0),
    "zone": f.text(64, 0),
    "channels": f.array(_channel, 0, MAX_CHANNELS),
}


def _contact(value: Value, what: str) -> Contact:
    return Contact(**f.take(value, _CONTACT, what))


_CARD: Final[f.Table] = {
    "v": f.const(1),
    "typ": f.const("card"),
    "aid": f.b(32),
    "ver": f.uint(1),
    "seq": f.uint(),
    "ts": f.uint(),
    "exp": f.uint(),
    "urls": f.array(_url, 0, 8),
    "rv": f.array(_url, 0, 4),
    "pins": f.array(f.b(32), 0, 4),
    "contacts": f.array(_contact, 0, MAX_CONTACTS),
    # "Reserved: who signs the inner letter is still to be defined" (B.20.3); so nobody may list one yet.
    "units": f.array(f.extension, 0, 0),
    "x": f.extension,
}
_OTKEYS: Final[f.Table] = {
    "v": f.const(1),
    "typ": f.const("otkeys"),
    "aid": f.b(32),
    "suite": f.const(SUITE),
    "peer": f.b(32),
    "link": f.b(32),
    "boot": f.b(16),
    "ts": f.uint(),
    "kh": f.b(_LISTED_BYTES),
}


def build_card(card: Card) -> bytes:
    """Build the payload that a seal key signs.

    Raises:
        RefusedError: Every node would refuse it.
    """
    payload = encode({
        "v": 1, "typ": "card", "aid": card.aid, "ver": card.ver, "seq": card.seq, "ts": card.ts, "exp": card.exp,
        "urls": list(card.urls), "rv": list(card.rv), "pins": list(card.pins),
        "contacts": [_plain_contact(contact) for contact in card.contacts], "units": [], "x": {},
    })  # fmt: skip
    _read_card(payload)
    return payload


def parse_card(raw: bytes) -> UnverifiedCard:
    """Read a card without verifying it; ``aid`` and the signature's ``kid`` say which key to look for.

    Raises:
        RefusedError: TOO_LARGE or MALFORMED.
    """
    obj = parse_signed(raw, max_bytes=MAX_CARD_BYTES)
    return UnverifiedCard(object=obj, content=_read_card(obj.payload))


def accept_card(unverified: UnverifiedCard, public: bytes, held: Card | None, *, ver: int, now: int) -> Card:
    """Accept a card in place of the one that we hold.

    Args:
        unverified: What came.
        public: The seal key that the directory names for its aid and kid, good now.
        held: The card of the same authority that we hold, if any.
        ver: The newest statement version of the authority in the directory.
        now: The time.

    Raises:
        RefusedError: SIGNATURE; NOT_GOOD: not above what we hold; EXPIRED; FUTURE; DIRECTORY_OLD: of a
            statement that our directory does not know.
    """
    card = unverified.content
    verify_one(unverified.object, public, Context.CARD)
    if held is not None and (card.aid != held.aid or (card.rank <= held.rank and card != held)):
        raise RefusedError(Code.NOT_GOOD, "card is not newer than the one held")
    if card.exp < now:
        raise RefusedError(Code.EXPIRED, "card")
    # A version ahead of the directory is a thief's as likely as a faster peer's; it is asked for again later.
    if card.ver > ver:
        raise RefusedError(Code.DIRECTORY_OLD, "card of a statement not yet known")
    if card.ts > now + SKEW_REFUSE_SECONDS:
        raise RefusedError(Code.FUTURE, "card")
    return card


def build_one_time_keys(content: OneTimeKeys) -> bytes:
    """Build the payload that a seal key signs; ``kh`` is ``keys_hash`` of the keys that go beside it."""
    return encode({
        "v": 1, "typ": "otkeys", "aid": content.aid, "suite": SUITE, "peer": content.peer, "link": content.link,
        "boot": content.boot, "ts": content.ts, "kh": content.kh,
    })  # fmt: skip


def parse_one_time_keys(raw: bytes) -> UnverifiedOneTimeKeys:
    """Read a one-time key object without verifying it.

    Raises:
        RefusedError: TOO_LARGE or MALFORMED.
    """
    obj = parse_signed(raw, max_bytes=MAX_OTKEYS_BYTES)
    taken = f.take(decode(obj.payload), _OTKEYS, "one-time keys")
    for constant in ("v", "typ", "suite"):
        del taken[constant]
    return UnverifiedOneTimeKeys(object=obj, content=OneTimeKeys(**taken))


def verify_one_time_keys(
    unverified: UnverifiedOneTimeKeys, public: bytes, *, giver: Aid, receiver: Aid, link: bytes
) -> OneTimeKeys:
    """Verify that a peer's seal key gave these keys to us on this link; the object so endorses the link.

    Raises:
        RefusedError: SIGNATURE; DISAGREE: for another peer or link.
    """
    content = unverified.content
    verify_one(unverified.object, public, Context.OTKEYS)
    if (content.aid, content.peer, content.link) != (giver, receiver, link):
        raise RefusedError(Code.DISAGREE, "one-time keys of another link")
    return content


def split_keys(content: OneTimeKeys, keys: bytes, *, most: int = MAX_KEYS_PER_OBJECT) -> list[bytes]:
    """Take apart the public keys that came beside a verified object.

    Raises:
        RefusedError: MALFORMED: none, too many, twice the same; DISAGREE: not those that the object commits to.
    """
    count, rest = divmod(len(keys), ENCRYPTION_PUBLIC_BYTES)
    if rest or not 1 <= count <= most:
        raise f.wrong("one-time keys", f"are not 1 to {most} keys")
    if keys_hash(keys) != content.kh:
        raise RefusedError(Code.DISAGREE, "one-time keys are not those signed")
    publics = [keys[n : n + ENCRYPTION_PUBLIC_BYTES] for n in range(0, len(keys), ENCRYPTION_PUBLIC_BYTES)]
    if len(set(publics)) != count:
        raise f.wrong("one-time keys", "repeat")
    return publics


def join_keys(publics: Sequence[bytes]) -> bytes:
    """Put public keys back to back.

    Raises:
        LocalProtocolError: None, too many, or not keys.
    """
    if not 1 <= len(publics) <= MAX_KEYS_PER_OBJECT or any(len(p) != ENCRYPTION_PUBLIC_BYTES for p in publics):
        raise LocalProtocolError("an object has 1 to 64 one-time keys")
    return b"".join(publics)


def keys_hash(keys: bytes) -> bytes:
    """Hash the keys beside an object."""
    return hashlib.sha256(keys).digest()


def _read_card(payload: bytes) -> Card:
    taken: dict[str, Any] = f.take(decode(payload), _CARD, "card")
    for constant in ("v", "typ", "units", "x"):
        del taken[constant]
    card = Card(**taken)
    if not 0 < card.exp - card.ts <= MAX_CARD_LIFE_SECONDS:
        raise f.wrong("card", "lives for nothing or more than 90 days")
    return card


def _plain_contact(contact: Contact) -> dict[str, Value]:
    channels: list[Value] = [{"kind": channel.kind, "value": channel.value} for channel in contact.channels]
    plain: Mapping[str, Value] = {
        "role": contact.role,
        "languages": list(contact.languages),
        "hours": contact.hours,
        "zone": contact.zone,
        "channels": channels,
    }
    return dict(plain)
