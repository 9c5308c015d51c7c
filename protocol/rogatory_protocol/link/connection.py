"""One link after its handshake: order, windows, endorsement and life of its frames (B.11.3, B.11.4).

* No I/O and no keys: give it frames and instants, take events and frames; `channel` seals what it gives, in that order.
* The listener's READY comes first. Until the owner endorses the peer's READY, nothing but READY and BYE leaves.
* Each question has a number of its asker's parity and is answered by it; evidence settles offers by letter.
* Send order: ERROR, EVID, ACKD; OFFER by urgency; the rest; CHUNK last and only as many as the transport has room for.
* What the peer asks beyond a window is answered ERROR 22; the link stays.
* A frame that answers what nobody asked, or comes before its time, ends the link and changes nothing else.
* The owner owes: the verification of READY and of evidence, the deadlines, a new link when `retiring`, the drop of
  one-time keys at the end. All instants are monotonic seconds.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType
from typing import Any, Final

from rogatory_protocol import limits
from rogatory_protocol.envelope import SealedEnvelope, parse
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.fields import wrong
from rogatory_protocol.ids import Digest
from rogatory_protocol.letter import MAX_URGENCY
from rogatory_protocol.link.asks import ANSWERS, NOTICES, Asks
from rogatory_protocol.link.frames import MAX_PIECE_BYTES, Frame, Type, write
from rogatory_protocol.link.liveness import Deadline, Life, next_deadline

CHUNKS_IN_TRANSPORT: Final = 2  # "at most two CHUNKs in the transport's buffer"
RETIRE_SECONDS: Final = limits.MAX_LINK_SECONDS - 600  # time to dial the next link and to end what is open on this one
MAX_REQUEST: Final = 2**32 - 1
RETIRE_REQUEST: Final = MAX_REQUEST - 2**20
GETKEYS_PER_SECOND: Final = 100
RETRY_SECONDS: Final = 1  # a window frees itself with the next answer
MAX_UNREAD: Final = 1_024  # answers that wait because the peer asks and does not read; then the link ends

_FIRST, _OFFER = 0, 1
_REST, _BYE, _CHUNK = (_OFFER + MAX_URGENCY + n for n in (1, 2, 3))
_RANKS: Final[Mapping[Type, int]] = MappingProxyType(
    {
        Type.READY: _FIRST,
        Type.ERROR: _FIRST,
        Type.EVID: _FIRST,
        Type.ACKD: _FIRST,
        Type.BYE: _BYE,
        Type.CHUNK: _CHUNK,
    }
)
"""Where each type stands in the send order; OFFERs stand by urgency, what is not named is the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A frame of the peer that fits the state of the link; what it carries is unverified.

    Attributes:
        frame: The frame; to a question, `answer` with its `req`.
        answers: The type of our question that it answers, or None.
        done: That question is closed by it.
        sealed: Of an OFFER, its envelope taken apart.
    """

    frame: Frame
    answers: Type | None = None
    done: bool = False
    sealed: SealedEnvelope | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """A frame that was answered with an ERROR already; for the log and the statistics."""

    req: int
    code: Code


Event = Received | Declined


class Stage(Enum):
    """How far a link is."""

    OPENING = auto()  # the peer's READY has not come
    UNENDORSED = auto()  # it has come; the owner verifies its one-time keys
    OPEN = auto()
    CLOSED = auto()


class Connection:
    """One side of a link."""

    def __init__(self, *, dialler: bool, now: float, max_offers: int = limits.MAX_OFFERS) -> None:
        """Start when the handshake has ended.

        Args:
            dialler: Whether we dialled.
            now: The instant.
            max_offers: How many letters the peer may have unanswered; the same as in our READY.
        """
        self.stage = Stage.OPENING
        self.ours: Final = Asks()
        self.theirs: Final = Asks(max_letters=max_offers)
        # The peer's largest envelope; from its READY.
        self.max_envelope_bytes = limits.MAX_ENVELOPE_BYTES
        self._dialler = dialler
        self._queues: tuple[deque[Frame], ...] = tuple(deque() for _ in range(_CHUNK + 1))
        self._said: set[Type] = set()
        # "odd: dialler, even: listener"; 0 stays free for notices.
        self._next_req = 1 if dialler else 2
        self._started = self._heard = self._beat = now
        self._busy_since: float | None = None
        # The instants of the newest GETKEYS of the peer.
        self._key_asks: deque[float] = deque(maxlen=GETKEYS_PER_SECOND)

    # Public methods for sending. After each, call `frames_to_send`.

    def ask(self, kind: Type, body: Any, *, settles: Iterable[Digest] = (), expect_bytes: int | None = None) -> int:
        """Queue a question; return its number.

        Args:
            kind: A type that is answered.
            body: What `frames` says.
            settles: Of an EVID, the letters of the peer's offers that it answers.
            expect_bytes: Of a PULL that ends with the last chunk of its blob, the sealed bytes asked for.

        Raises:
            LocalProtocolError: The link is not open, a window is full, or the body is wrong; nothing changed.
        """
        if kind not in ANSWERS:
            raise LocalProtocolError(f"{kind.name} asks nothing")
        self._require_open()
        if self._next_req > MAX_REQUEST:
            raise LocalProtocolError("the link has no number left")
        frame = Frame(type=kind, req=self._next_req, body=body)
        letters, rank = self._place(frame)
        _check_expected(frame, expect_bytes)
        write(frame)
        self.ours.open(frame, letters, expect_bytes=expect_bytes)
        self.theirs.settle(settles)
        self._next_req += 2
        self._queues[rank].append(frame)
        return frame.req

    def answer(self, req: int, kind: Type, body: Any, *, last: bool = True) -> None:
        """Queue an answer to a question of the peer; of a PULL, *last* is False until its last piece.

        Raises:
            LocalProtocolError: The link is not open, or no such question is; nothing changed.
        """
        self._require_open()
        frame = Frame(type=kind, req=req, body=body)
        try:
            asked = self.theirs.expecting(frame).frame.type
        except RefusedError as error:
            raise LocalProtocolError(error.what) from None
        if kind is not Type.CHUNK:
            # Its body shows now whether it can be written. A piece is not copied for that.
            write(frame)
        if kind is Type.ERROR:
            self._drop_chunks(req)
        self._queues[_RANKS.get(kind, _REST)].append(frame)
        if asked is Type.OFFER and body["ld"] is not None:
            self.theirs.settle(body["ld"], req)
        elif last:
            self.theirs.close(req)

    def notify(self, kind: Type, body: Any) -> None:
        """Queue READY, HEAD or BYE. When BYE has left, the link is closed.

        Raises:
            LocalProtocolError: It may not be said now; nothing changed.
        """
        if self.stage is Stage.CLOSED or Type.BYE in self._said or kind not in NOTICES:
            raise LocalProtocolError(f"{kind.name} is no notice, or the link has ended")
        early = self._dialler and self.stage is Stage.OPENING
        if kind is Type.READY and (early or kind in self._said):
            raise LocalProtocolError("READY is said once, by the dialler after the listener's")
        if kind is Type.HEAD:
            self._require_open()
        frame = Frame(type=kind, req=0, body=body)
        write(frame)
        self._said.add(kind)
        self._queues[_RANKS.get(kind, _REST)].append(frame)

    def frames_to_send(self, *, now: float, chunks: int = CHUNKS_IN_TRANSPORT) -> list[Frame]:
        """Return the frames to seal and send, in this order; *chunks* is how many CHUNKs the transport has room for."""
        self._note_work(now)
        frames: list[Frame] = []
        for rank, queue in enumerate(self._queues):
            room = chunks if rank == _CHUNK else len(queue)
            frames += (queue.popleft() for _ in range(min(room, len(queue))))
            if frames and frames[-1].type is Type.BYE:
                self.close()
        return frames

    # Public methods for receiving.

    def receive_frame(self, frame: Frame, *, now: float) -> list[Event]:
        """Take one frame; return what happened. Then act on it and call `frames_to_send`.

        After a READY, `endorse` or `close` before the next frame: until then the peer gets no answer.

        Raises:
            LocalProtocolError: The link has ended, or waits for `endorse`.
            RefusedError: The link is closed; drop the transport without detail.
        """
        if self.stage in {Stage.CLOSED, Stage.UNENDORSED}:
            raise LocalProtocolError(f"nothing is received while {self.stage.name.lower()}")
        self._heard = now
        try:
            event = self._take(frame, now)
        except RefusedError:
            self.close()
            raise
        self._note_work(now)
        return [event]

    def endorse(self) -> None:
        """Open the link: the one-time keys in the peer's READY are signed by a good seal key over our own th3.

        Raises:
            LocalProtocolError: There is no READY to endorse.
        """
        if self.stage is not Stage.UNENDORSED:
            raise LocalProtocolError("only a link with an unendorsed READY is endorsed")
        self.stage = Stage.OPEN

    def settle(self, letters: Iterable[Digest]) -> None:
        """Count our offers of these letters as answered: their evidence came and was verified."""
        self.ours.settle(letters)

    def close(self) -> None:
        """End the link without another frame; what is queued is dropped, `ours.letters` are offered elsewhere."""
        self.stage = Stage.CLOSED
        for queue in self._queues:
            queue.clear()

    # Public methods for time and load.

    def heard(self, *, now: float) -> None:
        """Note that bytes came which are no whole message: a pong, or a part of one."""
        self._heard = now

    def beaten(self, *, now: float) -> None:
        """Note that a ping was sent."""
        self._beat = now

    def next_timeout(self) -> Deadline:
        """Return the next instant at which something is due, and what."""
        life = Life(
            started=self._started,
            heard=self._heard,
            beat=self._beat,
            busy_since=self._busy_since,
            endorsed=self.stage is Stage.OPEN,
        )
        return next_deadline(life)

    def retiring(self, *, now: float) -> bool:
        """Tell whether a new link should take over before this one meets its end."""
        return now >= self._started + RETIRE_SECONDS or self._next_req > RETIRE_REQUEST

    def free_offers(self, urgency: int) -> int:
        """Return how many letters of an urgency may be offered now; one place is kept for urgency 3."""
        kept = 0 if urgency == MAX_URGENCY else limits.URGENT_OFFERS
        return max(0, self.ours.free_letters - kept) if self.stage is Stage.OPEN else 0

    @property
    def queued_chunks(self) -> int:
        """CHUNKs that wait here: the owner reads from its disk only while few do."""
        return len(self._queues[_CHUNK])

    # Private: sending.

    def _require_open(self) -> None:
        if self.stage is not Stage.OPEN or Type.READY not in self._said or Type.BYE in self._said:
            raise LocalProtocolError("the link is not open")

    def _place(self, frame: Frame) -> tuple[tuple[Digest, ...], int]:
        """Return the letters in a question and its rank in the send order, if its window has room."""
        letters: tuple[Digest, ...] = ()
        rank, fits = _RANKS.get(frame.type, _REST), True
        if frame.type is Type.OFFER:
            try:
                header = parse(frame.body).header
            except RefusedError as error:
                raise LocalProtocolError(error.what) from None
            letters, rank = header.ld, _OFFER + MAX_URGENCY - header.urg
            small = len(frame.body) <= self.max_envelope_bytes
            fits = small and len(letters) <= self.free_offers(header.urg) and self.ours.letters.isdisjoint(letters)
        if not fits or not self.ours.fits(frame, letters):
            raise LocalProtocolError(f"the window of {frame.type.name} has no room for this")
        return letters, rank

    def _drop_chunks(self, req: int) -> None:
        """Drop the queued CHUNKs of a PULL: an ERROR overtakes them, and they would answer a closed question."""
        kept = [frame for frame in self._queues[_CHUNK] if frame.req != req]
        self._queues[_CHUNK].clear()
        self._queues[_CHUNK].extend(kept)

    def _decline(self, req: int, code: Code) -> Declined:
        if len(self._queues[_FIRST]) >= MAX_UNREAD:
            raise RefusedError(Code.LINK_LIMIT, "the peer asks and does not read")
        body = {"code": int(code), "retry": RETRY_SECONDS, "note": "", "ld": None}
        self._queues[_FIRST].append(Frame(type=Type.ERROR, req=req, body=body))
        return Declined(req=req, code=code)

    def _note_work(self, now: float) -> None:
        if not len(self.ours) and not len(self.theirs):
            self._busy_since = None
        elif self._busy_since is None:
            self._busy_since = now

    # Private: receiving.

    def _take(self, frame: Frame, now: float) -> Event:
        if self.stage is Stage.OPENING and frame.type not in {Type.READY, Type.BYE}:
            raise wrong(frame.type.name, "comes before READY")
        if frame.type in NOTICES or (frame.type is Type.ERROR and not frame.req):
            return self._take_notice(frame)
        if frame.req and frame.req % 2 == (1 if self._dialler else 0):
            asked, done = self.ours.take(frame)
            return Received(frame=frame, answers=asked, done=done)
        return self._take_question(frame, now)

    def _take_notice(self, frame: Frame) -> Event:
        if frame.type is Type.READY:
            if self.stage is not Stage.OPENING:
                raise wrong("READY", "comes twice")
            self.stage = Stage.UNENDORSED
            self.ours.max_letters = frame.body["max_offers"]
            self.max_envelope_bytes = frame.body["max_env"]
        elif frame.type is Type.BYE:
            self.close()
        return Received(frame=frame)

    def _take_question(self, frame: Frame, now: float) -> Event:
        if not frame.req or frame.type not in ANSWERS or frame.req in self.theirs:
            raise wrong(frame.type.name, "has a number that it may not have")
        if frame.type is Type.GETKEYS and self._asks_too_often(now):
            return self._decline(frame.req, Code.LINK_LIMIT)
        sealed: SealedEnvelope | None = None
        letters: tuple[Digest, ...] = ()
        if frame.type is Type.OFFER:
            try:
                sealed = parse(frame.body)
            except RefusedError as error:
                return self._decline(frame.req, error.code)
            letters = sealed.header.ld
        if not self.theirs.fits(frame, letters):
            return self._decline(frame.req, Code.LINK_LIMIT)
        self.theirs.open(frame, letters)
        return Received(frame=frame, sealed=sealed)

    def _asks_too_often(self, now: float) -> bool:
        full = len(self._key_asks) == GETKEYS_PER_SECOND and now - self._key_asks[0] < 1
        if not full:
            self._key_asks.append(now)
        return full


def _check_expected(frame: Frame, expect_bytes: int | None) -> None:
    """Check that the bytes that a PULL is to bring fill all its chunks but the last."""
    if expect_bytes is None:
        return
    count = frame.body.count if frame.type is Type.PULL else 0
    if not (count - 1) * MAX_PIECE_BYTES < expect_bytes <= count * MAX_PIECE_BYTES:
        raise LocalProtocolError("so many bytes are not in so many chunks")
