"""Questions that are open on a link, and how much of each kind may be (B.11.3, B.11.4).

* One `Asks` for our questions and one for the peer's; both count alike, so both ends agree on what is full.
* An OFFER is open until each of its letters is settled, a PULL until all its chunks came; any other until one answer.
* A frame that is no answer to an open question of its kind is refused and changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from rogatory_protocol import limits
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.fields import wrong
from rogatory_protocol.ids import Digest
from rogatory_protocol.link.frames import MAX_PIECE_BYTES, Chunk, Frame, Type
from rogatory_protocol.suite import ENCRYPTION_PUBLIC_BYTES

ANSWERS: Final[Mapping[Type, frozenset[Type]]] = MappingProxyType(
    {
        # Evidence carries a number of its own, since one EVID may answer several OFFERs: it settles by letter.
        Type.OFFER: frozenset({Type.ERROR}),
        Type.PULL: frozenset({Type.CHUNK, Type.ERROR}),
        Type.EVID: frozenset({Type.ACKD, Type.ERROR}),
        Type.GETKEYS: frozenset({Type.KEYS, Type.ERROR}),
        Type.GETCARD: frozenset({Type.CARD, Type.ERROR}),
        Type.CARD: frozenset({Type.ACKD, Type.ERROR}),
        Type.SYNC: frozenset({Type.LIST, Type.ERROR}),
        Type.FETCH: frozenset({Type.COPY, Type.ERROR}),
    }
)
"""Each question with the frames that may answer it."""

NOTICES: Final = frozenset({Type.READY, Type.BYE, Type.HEAD})
"""Frames that ask nothing and answer nothing; their number is 0."""

_KEPT: Final = frozenset({Type.PULL, Type.GETKEYS, Type.SYNC})
MAX_OPEN_ASKS: Final = 1_024  # a bound on memory: the windows below end every honest peer long before


@dataclass(slots=True, kw_only=True)
class Ask:
    """One open question.

    Attributes:
        frame: The question; its body only where an answer is judged by it.
        size: Bytes of the envelope offered.
        letters: Letters of an OFFER that are not settled yet.
        index: The chunk that a PULL waits for.
        offset: How much of that chunk has come.
        left: Bytes that a PULL still waits for.
    """

    frame: Frame
    size: int = 0
    letters: set[Digest] = field(default_factory=set)
    index: int = 0
    offset: int = 0
    left: int = 0


class Asks:
    """The open questions of one side."""

    def __init__(self, *, max_letters: int = limits.MAX_OFFERS) -> None:
        """Start with none open."""
        self.max_letters = max_letters
        self._open: dict[int, Ask] = {}
        self._offers: dict[Digest, set[int]] = {}
        self._letters = 0
        self._offered_bytes = 0
        self._pulled_chunks = 0

    def __len__(self) -> int:
        """Return how many are open."""
        return len(self._open)

    def __contains__(self, req: object) -> bool:
        """Tell whether a number is taken."""
        return req in self._open

    @property
    def letters(self) -> frozenset[Digest]:
        """The letters offered and not settled."""
        return frozenset(self._offers)

    @property
    def free_letters(self) -> int:
        """How many letters more may be offered."""
        return max(0, self.max_letters - self._letters)

    @property
    def free_offered_bytes(self) -> int:
        """How many bytes of envelopes more may be offered."""
        return limits.MAX_OFFERED_BYTES - self._offered_bytes

    @property
    def free_chunks(self) -> int:
        """How many chunks more may be pulled: 8 MiB of plaintext."""
        return limits.MAX_PULLED_BYTES // limits.CHUNK_BYTES - self._pulled_chunks

    def fits(self, frame: Frame, letters: Iterable[Digest] = ()) -> bool:
        """Tell whether a question may be opened now."""
        if len(self._open) >= MAX_OPEN_ASKS:
            return False
        if frame.type is Type.OFFER:
            return len(set(letters)) <= self.free_letters and len(frame.body) <= self.free_offered_bytes
        return frame.type is not Type.PULL or frame.body.count <= self.free_chunks

    def open(self, frame: Frame, letters: Iterable[Digest] = (), *, expect_bytes: int | None = None) -> None:
        """Count a question in; `fits` was asked before.

        Args:
            frame: The question.
            letters: Of an OFFER, the letters in it.
            expect_bytes: Of a PULL that ends with the last chunk of its blob, the sealed bytes asked for.
        """
        # Envelopes, evidence and cards are not kept: a peer could fill the memory with what it asks.
        kept = frame.body if frame.type in _KEPT else None
        ask = Ask(frame=Frame(type=frame.type, req=frame.req, body=kept))
        if frame.type is Type.OFFER:
            ask.size, ask.letters = len(frame.body), set(letters)
            for letter in ask.letters:
                self._offers.setdefault(letter, set()).add(frame.req)
            self._letters += len(ask.letters)
            self._offered_bytes += ask.size
        elif frame.type is Type.PULL:
            ask.index = frame.body.first
            ask.left = frame.body.count * MAX_PIECE_BYTES if expect_bytes is None else expect_bytes
            self._pulled_chunks += frame.body.count
        self._open[frame.req] = ask

    def settle(self, letters: Iterable[Digest], req: int | None = None) -> None:
        """Settle letters, in one OFFER or in every one that names them; unknown ones are ignored."""
        for letter in letters:
            named = set(self._offers.get(letter, ()))
            for number in named if req is None else named & {req}:
                self._drop(letter, number)

    def close(self, req: int) -> None:
        """Count a question out."""
        ask = self._open.pop(req, None)
        if ask is None:
            return
        for letter in ask.letters:
            self._forget(letter, req)
        self._letters -= len(ask.letters)
        self._offered_bytes -= ask.size
        if ask.frame.type is Type.PULL:
            self._pulled_chunks -= ask.frame.body.count

    def take(self, frame: Frame) -> tuple[Type, bool]:
        """Take an answer; return what it answers and whether the question is closed by it.

        Raises:
            RefusedError: MALFORMED: no such question is open, or it is not answered by such a frame.
        """
        ask = self.expecting(frame)
        asked = ask.frame.type
        takers, kind = (_TAKE_ERROR, asked) if frame.type is Type.ERROR else (_TAKE, frame.type)
        takers.get(kind, _close)(self, ask, frame.body)
        return asked, frame.req not in self._open

    def expecting(self, frame: Frame) -> Ask:
        """Return the open question that a frame answers.

        Raises:
            RefusedError: MALFORMED: there is none.
        """
        ask = self._open.get(frame.req)
        if ask is None or frame.type not in ANSWERS[ask.frame.type]:
            raise RefusedError(Code.MALFORMED, f"{frame.type.name} answers no open question")
        return ask

    def _drop(self, letter: Digest, req: int) -> None:
        ask = self._open[req]
        ask.letters.discard(letter)
        self._letters -= 1
        self._forget(letter, req)
        if not ask.letters:
            self.close(req)

    def _forget(self, letter: Digest, req: int) -> None:
        named = self._offers[letter]
        named.discard(req)
        if not named:
            del self._offers[letter]


def _close(asks: Asks, ask: Ask, _body: Any) -> None:
    asks.close(ask.frame.req)


def _take_offer_error(asks: Asks, ask: Ask, body: dict[str, Any]) -> None:
    """An ERROR concerns the letters that it names, or all of the OFFER."""
    if body["ld"] is None:
        asks.close(ask.frame.req)
    elif not ask.letters.issuperset(body["ld"]):
        raise wrong("ERROR", "names a letter that is not open in this OFFER")
    else:
        asks.settle(body["ld"], ask.frame.req)


def _take_chunk(asks: Asks, ask: Ask, chunk: Chunk) -> None:
    """Indices and offsets ascend from `first` and 0 without gap; only the last chunk asked for may be short."""
    if ask.offset == MAX_PIECE_BYTES:
        ask.index, ask.offset = ask.index + 1, 0
    if (chunk.index, chunk.offset) != (ask.index, ask.offset) or len(chunk.piece) > ask.left:
        raise wrong("CHUNK", "is not the next piece")
    ask.offset += len(chunk.piece)
    ask.left -= len(chunk.piece)
    if not ask.left:
        asks.close(ask.frame.req)


def _take_list(asks: Asks, ask: Ask, body: dict[str, Any]) -> None:
    following, asked = body["next"], ask.frame.body
    if (following is not None and following <= asked["cursor"]) or len(body["rows"]) > asked["max"]:
        raise wrong("LIST", "does not rise, or is longer than asked for")
    asks.close(ask.frame.req)


def _take_keys(asks: Asks, ask: Ask, body: tuple[bytes, bytes]) -> None:
    count, rest = divmod(len(body[1]), ENCRYPTION_PUBLIC_BYTES)
    if rest or not 1 <= count <= ask.frame.body:
        raise wrong("KEYS", "does not hold 1 to as many keys as asked for")
    asks.close(ask.frame.req)


_Taker = Callable[[Asks, Ask, Any], None]
_TAKE: Final[Mapping[Type, _Taker]] = {Type.CHUNK: _take_chunk, Type.LIST: _take_list, Type.KEYS: _take_keys}
_TAKE_ERROR: Final[Mapping[Type, _Taker]] = {Type.OFFER: _take_offer_error}
