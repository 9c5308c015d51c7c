"""One letter of authority A to B and C, with two attachments, and what is needed to judge it."""

from dataclasses import dataclass, replace

import pytest

from rogatory_protocol import attachment, parts
from rogatory_protocol import envelope as envelopes
from rogatory_protocol import letter as letters
from rogatory_protocol.audit import Head
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Digest, Id16, Kid
from rogatory_protocol.signed import Context, sign
from rogatory_protocol.suite import EncryptionKey, SigningKey

NOW = 1_800_000_000
DAY = 86_400
A, B, C = Aid(b"\x0a" * 32), Aid(b"\x0b" * 32), Aid(b"\x0c" * 32)
HEAD = Head(epoch=0, size=7, root=b"\x70" * 32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Everything about the sample letter; `letter` and `envelope` make variants of it."""

    a: Aid = A
    b: Aid = B
    c: Aid = C
    seal: SigningKey
    box: EncryptionKey
    head: Head = HEAD
    contents: tuple[bytes, ...] = (b"first exhibit", b"second " * 9_000)
    now: int = NOW

    @property
    def form_pair(self) -> tuple[bytes, bytes]:
        return b"\x51" * 32, parts.form_bytes(parts.Form(mt="application/json", data=b'{"what":"records"}'))

    @property
    def entries(self) -> tuple[attachment.Entry, ...]:
        return tuple(self.entry(n) for n in range(len(self.contents)))

    @property
    def entry_pairs(self) -> list[tuple[bytes, bytes]]:
        return [(bytes([n + 1]) * 32, attachment.entry_bytes(entry)) for n, entry in enumerate(self.entries)]

    @property
    def parts_raw(self) -> bytes:
        return parts.parts_bytes(self.form_pair, self.entry_pairs)

    @property
    def body(self) -> letters.Body:
        return letters.Body(
            id=Id16(b"\x1d" * 16),
            sender=self.a,
            to=(self.b, self.c),
            conv=Id16(b"\xc0" * 16),
            urg=1,
            kind="mla.request",
            lang="en",
            form=parts.commit(*self.form_pair),
            att=tuple(parts.commit(*pair) for pair in self.entry_pairs),
        )

    @property
    def core(self) -> letters.Core:
        return letters.Core(seq=1, prev=None, ts=NOW, exp=NOW + 30 * DAY, head=self.head)

    def entry(self, n: int) -> attachment.Entry:
        sealer = attachment.Sealer(self.blob_key(n))
        sealer.update(self.contents[n])
        list(sealer.finish())
        return attachment.Entry(
            id=Id16(bytes([0x60 + n]) * 16),
            n=sealer.n,
            sz=sealer.sz,
            h=sealer.h,
            k=self.blob_key(n),
            name=f"exhibit {n}.pdf",
            mt="application/pdf",
        )

    def blob_key(self, n: int) -> bytes:
        return attachment.blob_key(bytes([n]) * 32, Id16(bytes([0x60 + n]) * 16), NOW * 10**9, Id16(b"\xb0" * 16))

    def letter(self, *, body: dict[str, object] | None = None, core: dict[str, object] | None = None) -> bytes:
        payload = letters.payload(
            letters.core_bytes(replace(self.core, **(core or {}))),  # type: ignore[arg-type]
            letters.body_bytes(replace(self.body, **(body or {}))),  # type: ignore[arg-type]
        )
        return sign(self.seal, Context.LETTER, payload)

    @property
    def letter_raw(self) -> bytes:
        return self.letter()

    def keys(self, aid: Aid, kid: Kid, ts: int) -> bytes:
        if (aid, kid) != (self.a, self.seal.kid):
            raise RefusedError(Code.DIRECTORY_OLD, "key")
        return self.seal.public

    def accept(
        self, raw: bytes, parts_raw: bytes | None = None, *, me: Aid | None = None, now: int = NOW
    ) -> letters.Letter:
        return letters.accept(raw, parts_raw or self.parts_raw, me=me or self.b, suites=(1,), now=now, keys=self.keys)

    def outgoing(self, raw: bytes) -> envelopes.Outgoing:
        seen = letters.parse(raw)
        return envelopes.Outgoing(
            letter=raw,
            parts=self.parts_raw,
            digest=seen.digest,
            exp=seen.core.exp,
            urg=seen.body.urg,
            blobs=envelopes.blobs_of(self.entries),
        )

    def envelope(self, *items: envelopes.Outgoing, to: Aid | None = None) -> bytes:
        return envelopes.seal(
            items or (self.outgoing(self.letter()),), sender=self.a, to=to or self.b, public=self.box.public
        )

    def digest(self, raw: bytes) -> Digest:
        return letters.parse(raw).digest


@pytest.fixture(scope="session")
def sample() -> Sample:
    return Sample(seal=SigningKey(bytes(range(64))), box=EncryptionKey(bytes(range(32))))
