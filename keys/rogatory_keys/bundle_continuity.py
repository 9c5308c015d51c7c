"""Continuity of what an evidence bundle shows: numbers of letters, and audit heads (B.15 item 4, B.14).

* Letters of one sender, conversation and recipient list are numbered without gaps and name the one before.
  A bundle may hold chosen letters only, so a gap is said; a wrong predecessor or a number used twice is a failure.
* Two heads of one authority with one epoch and size have one root, and later heads are not shorter.
* An authority that exports shows that each head which it quoted grows out of the one before, and where its leaves lie.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rogatory_keys.bundle_chains import Trust
from rogatory_keys.bundle_layout import Layout, Part, name_of
from rogatory_keys.bundle_letters import Shown
from rogatory_keys.bundle_verdict import Failed, Finding, Item, Status, What, judging
from rogatory_protocol import audit
from rogatory_protocol import fields as f
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid
from rogatory_protocol.merkle import HASH_BYTES, check_consistency, leaf_hash, root_from_path
from rogatory_protocol.rcbor import Value, decode, encode

Read = Callable[[str], bytes]
MAX_HEADS = 4_096
_PROOF = f.array(f.b(HASH_BYTES), 0, 128)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """A head, and the proof that it grew out of the one listed before it in the same epoch."""

    head: audit.Head
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Included:
    """An audit leaf, and the proof that it lies under the listed head of this size in its epoch."""

    leaf: bytes
    size: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A head as a signed object quotes it."""

    aid: Aid
    ts: int
    head: audit.Head
    file: str


def heads_bytes(heads: Sequence[Grown]) -> bytes:
    """Encode the heads of an authority, ascending."""
    rows: list[Value] = [[*each.head.value(), list(each.proof)] for each in heads]
    return encode(rows)


def leaf_file_bytes(included: Included) -> bytes:
    """Encode a leaf with its proof."""
    return encode([included.leaf, included.size, list(included.path)])


def leaf_key(epoch: int, n: int) -> str:
    """Return the key under which a leaf's file is named."""
    return f"{epoch:010d}-{n:019d}"


def continuity(layout: Layout, read: Read, letters: Sequence[Shown], trust: Trust) -> Iterator[Finding]:
    """Check numbers and heads.

    Raises:
        Failed: The first thing that does not hold.
        BundleError: A file was changed.
    """
    yield from _numbers(letters, trust)
    quoted = list(_quoted(letters))
    back = list(_one_history(quoted, trust))
    yield from back
    listed = set(layout.owners(Part.HEADS))
    for aid in sorted({each.aid for each in quoted}):
        mine = [each for each in quoted if each.aid == aid]
        if aid.hex() in listed:
            yield from _grown(layout, read, aid, mine, letters, trust)
        else:
            args: dict[str, str | int] = {"name": trust.name(aid), "count": len({each.head for each in mine})}
            yield Finding(item=Item.CONTINUITY, status=Status.STATED, what=What.HEADS_ALONE, args=args)
    strangers = listed - {each.aid.hex() for each in quoted}
    if strangers:
        file = name_of(Part.HEADS, min(strangers))
        raise Failed(Item.CONTINUITY, What.REFUSED, file, code=Code.NOT_FOUND.name.lower(), why="heads of a stranger")


# Numbers


def _numbers(letters: Sequence[Shown], trust: Trust) -> Iterator[Finding]:
    def line(shown: Shown) -> tuple[Aid, bytes, tuple[Aid, ...]]:
        return shown.letter.body.sender, shown.letter.body.conv, shown.letter.body.to

    for (sender, conv, _), group in itertools.groupby(sorted(letters, key=line), key=line):
        chain = sorted(group, key=lambda each: each.letter.core.seq)
        for each in chain:
            if (each.letter.core.seq == 1) != (each.letter.core.prev is None):
                raise Failed(Item.CONTINUITY, What.BROKEN, each.file)
        gap = chain[0].letter.core.seq > 1
        for before, after in itertools.pairwise(chain):
            step = after.letter.core.seq - before.letter.core.seq
            if step == 0 or (step == 1 and after.letter.core.prev != before.letter.digest):
                raise Failed(Item.CONTINUITY, What.BROKEN, after.file)
            gap |= step > 1
        args: dict[str, str | int] = {
            "sender": trust.name(sender),
            "conv": conv.hex(),
            "first": chain[0].letter.core.seq,
            "last": chain[-1].letter.core.seq,
            "count": len(chain),
        }
        status, what = (Status.STATED, What.GAP) if gap else (Status.HOLDS, What.NUMBERED)
        yield Finding(item=Item.CONTINUITY, status=status, what=what, args=args)


# Heads


def _quoted(letters: Iterable[Shown]) -> Iterator[Quoted]:
    for shown in letters:
        core = shown.letter.core
        yield Quoted(aid=shown.letter.body.sender, ts=core.ts, head=core.head, file=shown.file)
        for name, evidence in shown.evidence:
            content = evidence.content
            yield Quoted(aid=content.issuer, ts=content.ts, head=content.head, file=name)


def _one_history(quoted: Sequence[Quoted], trust: Trust) -> Iterator[Finding]:
    roots: dict[tuple[Aid, int, int], bytes] = {}
    longest: dict[Aid, Quoted] = {}
    for each in sorted(quoted, key=lambda one: (one.ts, one.head.epoch, one.head.size)):
        place = (each.aid, each.head.epoch, each.head.size)
        if roots.setdefault(place, each.head.root) != each.head.root:
            raise Failed(Item.CONTINUITY, What.HEADS_FORKED, each.file, name=trust.name(each.aid))
        before = longest.get(each.aid)
        if before is not None and before.head.is_longer_than(each.head):
            args = {"name": trust.name(each.aid)}
            yield Finding(item=Item.CONTINUITY, status=Status.OPEN, what=What.HEADS_BACK, file=each.file, args=args)
        else:
            longest[each.aid] = each


def _grown(
    layout: Layout, read: Read, aid: Aid, quoted: Sequence[Quoted], letters: Sequence[Shown], trust: Trust
) -> Iterator[Finding]:
    # 1. Each head listed grows out of the one before.  2. Every head quoted is listed.  3. Every leaf lies under a
    # listed head, is about something in the bundle, and is bound when a signed object quotes a head beyond it.
    file = name_of(Part.HEADS, aid.hex())
    with judging(Item.CONTINUITY, file):
        heads = _listed(read(file))
        missing = {each.head for each in quoted} - set(heads)
        if missing:
            raise RefusedError(Code.DISAGREE, "a head that was quoted is not listed")
    args: dict[str, str | int] = {"name": trust.name(aid), "count": len(heads)}
    yield Finding(item=Item.CONTINUITY, status=Status.HOLDS, what=What.HEADS_CONSISTENT, file=file, args=args)
    known = {shown.letter.digest for shown in letters}
    known |= {evidence.digest for shown in letters for _, evidence in shown.evidence}
    longest = max(((each.head.epoch, each.head.size) for each in quoted), default=(0, 0))
    for key, name in layout.of(Part.LEAF, aid.hex()).items():
        with judging(Item.CONTINUITY, name):
            leaf, epoch = _included(read(name), key, heads)
            if leaf.obj not in known:
                raise RefusedError(Code.NOT_FOUND, "leaf about nothing in the bundle")
        bound = (epoch, leaf.n + 1) <= longest
        status, what = (Status.HOLDS, What.LEAF_BOUND) if bound else (Status.STATED, What.LEAF_UNQUOTED)
        about: dict[str, str | int] = {"name": trust.name(aid), "event": leaf.ev, "ts": leaf.ts, "n": leaf.n}
        yield Finding(item=Item.CONTINUITY, status=status, what=what, file=name, args=about)


def _listed(raw: bytes) -> list[audit.Head]:
    rows = decode(raw)
    if not isinstance(rows, list) or not 0 < len(rows) <= MAX_HEADS:
        raise f.wrong("heads", "are no list of heads")
    heads: list[audit.Head] = []
    for row in rows:
        if not isinstance(row, list) or len(row) != 4:
            raise f.wrong("heads", "hold something else")
        head, proof = audit.head(row[:3], "heads"), _PROOF(row[3], "heads")
        before = heads[-1] if heads else None
        if before is not None and not head.is_longer_than(before):
            raise f.wrong("heads", "do not ascend")
        if before is not None and before.epoch == head.epoch:
            check_consistency(before.size, before.root, head.size, head.root, proof)
        elif proof:
            raise f.wrong("heads", "hold a proof from nothing")
        heads.append(head)
    return heads


def _included(raw: bytes, key: str, heads: Sequence[audit.Head]) -> tuple[audit.Leaf, int]:
    value = decode(raw)
    if not isinstance(value, list) or len(value) != 3:
        raise f.wrong("leaf", "is not leaf, size and path")
    data, size, path = f.data(2**16)(value[0], "leaf"), f.uint()(value[1], "size"), _PROOF(value[2], "path")
    leaf = audit.parse_leaf(data)
    epoch = int(key.partition("-")[0])
    if leaf_key(epoch, leaf.n) != key:
        raise RefusedError(Code.DISAGREE, "leaf is not what its place says")
    root = root_from_path(leaf.n, size, leaf_hash(data), path)
    if audit.Head(epoch=epoch, size=size, root=root) not in heads:
        raise RefusedError(Code.DISAGREE, "leaf is not under a listed head")
    return leaf, epoch
