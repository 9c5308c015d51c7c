"""What a recipient does with an offered letter and with its blobs (B.12.2).

* `before_opening` and `after_opening` say what the answer is; `ROWS` says what goes into its transaction.
* Evidence is signed before the commit and sent after it; a repeat is answered with the stored bytes.
* Nothing is stored unopened: a core that cannot open now answers ERROR 17.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from rogatory_protocol.delivery import REACTIONS
from rogatory_protocol.errors import Code, LocalProtocolError
from rogatory_protocol.evidence import Level


class Known(Enum):
    """What the recipient has under (``from``, ``ld``)."""

    NEW = "new"
    STORED = "stored"
    REFUSED = "refused"


class Kind(Enum):
    """How an offer is answered."""

    REPEAT = "the stored evidence bytes: the first as the answer, each later one not yet ACKD in an EVID"
    COMMIT = "evidence 30 or 35"
    REFUSE = "evidence 90"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a recipient does with one offered letter.

    Attributes:
        kind: How it answers.
        level: The level to sign, where it signs.
        code: The code of the refusal.
        alarm: It should never happen between correct nodes.
    """

    kind: Kind
    level: Level | None = None
    code: Code | None = None
    alarm: bool = False


class Row(Enum):
    """What a recipient writes; the rows of one letter are all in one transaction or none is."""

    LETTER = "letter"
    PARTS = "parts"
    DEDUPE_DIGEST = "from and digest"
    DEDUPE_ID = "from and id"
    BLOBS = "blobs"
    AUDIT = "audit leaf"
    EVIDENCE = "signed evidence"


ROWS: Final[Mapping[Kind, tuple[Row, ...]]] = MappingProxyType(
    {
        Kind.REPEAT: (),
        Kind.COMMIT: tuple(Row),
        # The digest is what the header called it, so that a repeat gets the same refusal without being opened.
        Kind.REFUSE: (Row.DEDUPE_DIGEST, Row.AUDIT, Row.EVIDENCE),
        Kind.ERROR: (Row.AUDIT,),
    }
)


def before_opening(*, from_is_peer: bool, known: Known) -> Reply | None:
    """Return the answer that needs no opening (B.12.2 steps 1 and 2), or None: open it."""
    if not from_is_peer:
        return Reply(kind=Kind.ERROR, code=Code.DISAGREE, alarm=True)
    if known is not Known.NEW:
        return Reply(kind=Kind.REPEAT)
    return None


def after_opening(
    *, failure: Code | None, id_taken: bool, attachments: bool, authority_removed: bool = False, from_file: bool = False
) -> Reply:
    """Return the answer to a letter that was opened and judged (B.12.2 steps 2 to 4).

    Args:
        failure: Why letter.accept or envelope.agree refused it, or None.
        id_taken: (``from``, ``id``) is known with a different digest.
        attachments: The letter has attachments.
        authority_removed: With NOT_GOOD: the authority is not admitted; otherwise only its key is not good.
        from_file: It came as a file, which nobody has authenticated before the signature verified.
    """
    if failure is not None:
        return _refusal(failure, authority_removed=authority_removed, from_file=from_file)
    if id_taken:
        return Reply(kind=Kind.REFUSE, level=Level.REFUSED, code=Code.ID_REUSED, alarm=True)
    return Reply(kind=Kind.COMMIT, level=Level.STORED if attachments else Level.COMPLETE)


_BEFORE_SIGNATURE: Final = frozenset({Code.NOT_RECIPIENT, Code.PADDING, Code.SIGNATURE, Code.NOT_GOOD})


def _refusal(code: Code, *, authority_removed: bool, from_file: bool) -> Reply:
    # A key that is not good makes the sender sign the same payload again: a stored 90 would answer that for ever.
    signed = REACTIONS[code].signed and (code is not Code.NOT_GOOD or authority_removed)
    if signed and not (from_file and code in _BEFORE_SIGNATURE):
        return Reply(kind=Kind.REFUSE, level=Level.REFUSED, code=code, alarm=REACTIONS[code].alarm)
    return Reply(kind=Kind.ERROR, code=code, alarm=REACTIONS[code].alarm)


# Each blob


class BlobState(Enum):
    """Where a blob stands; the next index is the only other state."""

    PULLING = "pulling"
    RETRYING = "retrying"
    VERIFIED = "verified"
    BROKEN = "broken"


class BlobEvent(Enum):
    """What happens to a blob."""

    CHUNK = "a chunk verified and stored"
    BAD_CHUNK = "a chunk refused"
    WHOLE = "the hash of the true bytes verified"
    BAD_HASH = "the hash of the true bytes is wrong"


class BlobAction(Enum):
    """What to do next."""

    PULL = "pull the next chunks"
    PULL_AGAIN = "pull the same chunk once more"
    CHECK_ALL = "when every blob of the letter is verified: evidence 35"
    REFUSE = "evidence 90 code 15"


BLOBS: Final[Mapping[BlobState, Mapping[BlobEvent, tuple[BlobState, BlobAction]]]] = MappingProxyType(
    {
        BlobState.PULLING: {
            BlobEvent.CHUNK: (BlobState.PULLING, BlobAction.PULL),
            BlobEvent.BAD_CHUNK: (BlobState.RETRYING, BlobAction.PULL_AGAIN),
            BlobEvent.WHOLE: (BlobState.VERIFIED, BlobAction.CHECK_ALL),
            BlobEvent.BAD_HASH: (BlobState.BROKEN, BlobAction.REFUSE),
        },
        BlobState.RETRYING: {
            BlobEvent.CHUNK: (BlobState.PULLING, BlobAction.PULL),
            BlobEvent.BAD_CHUNK: (BlobState.BROKEN, BlobAction.REFUSE),
        },
        BlobState.VERIFIED: {},
        BlobState.BROKEN: {},
    }
)


def advance_blob(state: BlobState, event: BlobEvent) -> tuple[BlobState, BlobAction]:
    """Return the next state of a blob and what to do.

    Raises:
        LocalProtocolError: The table has no such move.
    """
    try:
        return BLOBS[state][event]
    except KeyError:
        raise LocalProtocolError(f"{event.name} cannot happen to a blob {state.value}") from None
