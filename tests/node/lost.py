"""What a node had before its disk was replaced by an older one: signed letters and evidence without a database."""

import hashlib
from collections.abc import Callable
from typing import Any

from pairs import AIDS, SEALS, draft, key_of
from sqlalchemy import Connection

from rogatory_node.services.resyncing import Role
from rogatory_node.services.returning import Returned, judge
from rogatory_node.storage import audit_log
from rogatory_node.storage.writer import Writer
from rogatory_protocol import letter
from rogatory_protocol.audit import Head, Leaf, leaf_bytes
from rogatory_protocol.copies import Copy
from rogatory_protocol.evidence import Content, Level, payload
from rogatory_protocol.ids import Aid, Digest, digest_of
from rogatory_protocol.merkle import leaf_hash
from rogatory_protocol.signed import Context, sign

TS = 1_800_000_000
XA, XB, XC = (AIDS[name] for name in ("XA", "XB", "XC"))
KEYS = key_of(SEALS)


def head(size: int, epoch: int = 0) -> Head:
    if (size, epoch) == (1, 0):  # the one that `founded` makes
        leaf = Leaf(n=0, ts=1, ev="log.founded", obj=None, who="node", salt=bytes(16))
        return Head(epoch=0, size=1, root=leaf_hash(leaf_bytes(leaf)))
    return Head(epoch=epoch, size=size, root=hashlib.sha256(bytes((epoch, size))).digest())


def written(n: int, *, size: int = 1) -> tuple[Digest, bytes, bytes]:
    """Letter *n* of XA to XB, with that number in its conversation: digest, bytes and parts."""
    made = draft(n)
    core = letter.Core(seq=n, prev=None if n == 1 else Digest(bytes(32)), ts=TS, exp=TS + 86_400, head=head(size))
    payload_ = letter.payload(letter.core_bytes(core), letter.body_bytes(made.body))
    return digest_of(payload_), sign(SEALS["XA"], Context.LETTER, payload_), made.parts


def said(digest: Digest, level: Level, *, size: int = 1, ts: int = TS + 5, by: str = "XB", to: Aid = XA) -> bytes:
    """Evidence about a letter."""
    content = Content(
        lvl=level,
        letter=digest,
        issuer=AIDS[by],
        to=to,
        ts=ts,
        code={Level.REFUSED: 5, Level.MISSED: 0}.get(level),
        role="duty" if level is Level.TAKEN else None,
        head=head(size),
    )
    return sign(SEALS[by], Context.EVIDENCE, payload(content))


def returned(n: int, *levels: Level, role: Role = Role.RECIPIENT, size: int = 1, whole: bool = True) -> Returned:
    """A copy of letter *n* as a peer gives it back, judged."""
    digest, raw, parts = written(n, size=size)
    proofs = tuple(said(digest, level, size=size) for level in levels)
    copy = Copy(letter=raw, parts=parts, evidence=proofs) if whole else Copy(evidence=proofs)
    me, peer = (XB, XA) if role is Role.RECIPIENT else (XA, XB)
    return judge(copy, me=me, peer=peer, role=role, digest=digest, keys=KEYS)


async def read(writer: Writer, look: Callable[[Connection], Any]) -> Any:
    return await writer.execute(lambda connection, commands: [look(connection) for _ in commands], None)


async def founded(writer: Writer) -> None:
    await read(writer, lambda connection: audit_log.found(connection, now=1, random=lambda n: bytes(n)))
