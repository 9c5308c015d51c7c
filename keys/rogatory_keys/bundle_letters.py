"""The letters of an evidence bundle, their parts and the evidence about them (B.15 items 1 to 3).

* A letter is signed by a seal key of the authority that it names, over exactly these bytes and recipients.
* A key is judged at the letter's own date or at the date that a peer's evidence gives it, as a recipient does (B.8).
* A revocation never takes a letter back that a peer's evidence dates before it; without such a date, or dated after,
  it is disputed by its signer: left open, never void (B.5).
* Time-stamp tokens and officers' signatures are checked in ``bundle_stamps``; a token of a trusted authority dates too.
* Parts may be withheld, and it is said which; what is shown fits the letter to the last byte.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from cryptography.x509 import Certificate

from rogatory_keys.bundle_chains import Trust
from rogatory_keys.bundle_layout import Layout, Part, name_of
from rogatory_keys.bundle_stamps import Token, approvals, tokens
from rogatory_keys.bundle_verdict import Failed, Finding, Item, Status, What, judging
from rogatory_keys.bundle_zip import Container
from rogatory_protocol import evidence as e
from rogatory_protocol import letter as l
from rogatory_protocol.attachment import Entry
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.limits import FRESH_BLOCK_SECONDS, SKEW_REFUSE_SECONDS
from rogatory_protocol.signed import VerifiedMemory
from rogatory_protocol.statement import KeyStatus

_ITEMS: Final = {
    e.Level.STORED: (Item.DELIVERY, What.STORED),
    e.Level.COMPLETE: (Item.DELIVERY, What.COMPLETE),
    e.Level.TAKEN: (Item.TAKEN, What.TAKEN),
    e.Level.ACCEPTED: (Item.DECISION, What.ACCEPTED),
    e.Level.DECLINED: (Item.DECISION, What.DECLINED),
    e.Level.REFUSED: (Item.DELIVERY, What.REFUSED_BY),
    e.Level.MISSED: (Item.DELIVERY, What.MISSED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A letter of the bundle, verified, and the evidence about it.

    Attributes:
        file: Where it is.
        tokens: The time-stamp tokens about it.
        dated: The earliest time at which a peer's good evidence, or a token of a trusted authority, says it existed.
        by_peer: The same of evidence alone.
    """

    file: str
    letter: l.Letter
    evidence: tuple[tuple[str, e.Evidence], ...]
    tokens: tuple[Token, ...]
    dated: int | None
    by_peer: int | None


@dataclass(slots=True, kw_only=True)
class Reader:
    """Checks the letters of one bundle."""

    container: Container
    layout: Layout
    trust: Trust
    roots: tuple[Certificate, ...] = ()
    memory: VerifiedMemory = field(default_factory=VerifiedMemory)

    def letters(self, findings: list[Finding]) -> list[Shown]:
        """Check every letter, in the order in which they were written; add to *findings*.

        Raises:
            Failed: The first thing that does not hold.
            BundleError: A file was changed.
        """
        parsed = [self._parsed(owner) for owner in self.layout.owners(Part.LETTER)]
        parsed.sort(key=lambda each: (each.core.ts, each.body.sender, each.core.seq, each.digest))
        found = []
        for each in parsed:
            found.append(self._letter(each))
            findings += self._about(found[-1])
        return found

    # --- Letters ------------------------------------------------------------------------------------------------------

    def _parsed(self, owner: str) -> l.UnverifiedLetter:
        file = name_of(Part.LETTER, owner)
        with judging(Item.ORIGIN, file):
            parsed = l.parse(self.container.read(file))
            if parsed.digest.hex() != owner:
                raise RefusedError(Code.DISAGREE, "letter is not what its place says")
        return parsed

    def _letter(self, parsed: l.UnverifiedLetter) -> Shown:
        # 1. Its signature, by a key of the authority that it names; parts that are shown fit.  2. The evidence.
        # 3. What the evidence dates it to, and whether its authority was admitted then.
        owner = parsed.digest.hex()
        file, parts_file = name_of(Part.LETTER, owner), name_of(Part.PARTS, owner)
        with judging(Item.ORIGIN, file):
            public = self.trust.public(parsed.body.sender, parsed.object.signatures[0].kid)
            verified_parts = self.container.read(parts_file)
            letter = self._verified(parsed, verified_parts, public, parts_file)
        evidence = tuple(self._evidence(letter, name, key) for key, name in self._files(Part.EVIDENCE, owner))
        by_peer = min((each.content.ts for _, each in evidence if self._dates(letter, each)), default=None)
        tokens = self._tokens(letter, evidence)
        dated = min((at for at in (by_peer, *(each.dates for each in tokens)) if at is not None), default=None)
        with judging(Item.ORIGIN, file):
            self.trust.check_admitted(letter.body.sender, letter.core.ts if dated is None else dated)
        return Shown(file=file, letter=letter, evidence=evidence, tokens=tokens, dated=dated, by_peer=by_peer)

    def _tokens(self, letter: l.Letter, evidence: tuple[tuple[str, e.Evidence], ...]) -> tuple[Token, ...]:
        files = (name for _, name in self._files(Part.TIMESTAMP, letter.digest.hex()))
        enclosed = ((name, self.container.read(name)) for name in files)
        quoted = ((name, each.content.tst) for name, each in evidence if each.content.tst is not None)
        return tuple(tokens(letter.digest, enclosed, quoted, self.roots))

    def _verified(self, parsed: l.UnverifiedLetter, parts: bytes, public: bytes, parts_file: str) -> l.Letter:
        try:
            return l.verify(parsed, parts, keys=lambda *_: public, memory=self.memory, disclosure=True)
        except RefusedError as refusal:
            # The signature is checked first, so whatever else is refused here is refused because of the parts.
            if refusal.code is Code.SIGNATURE:
                raise
            what = {"code": refusal.code.name.lower(), "why": refusal.what}
            raise Failed(Item.CONTENT, What.REFUSED, parts_file, **what) from None

    def _about(self, shown: Shown) -> Iterator[Finding]:
        letter = shown.letter
        kid, sender = letter.kid, letter.body.sender
        common: dict[str, str | int] = {"letter": letter.digest.hex(), "sender": self.trust.name(sender)}
        status = self.trust.status(sender, kid)
        yield _origin(shown, status, common | {"ts": letter.core.ts}, self._as_of())
        names = ", ".join(self.trust.name(each) for each in letter.body.to)
        yield Finding(
            item=Item.RECIPIENT,
            status=Status.HOLDS,
            what=What.ADDRESSED_TO,
            file=shown.file,
            args=common | {"names": names, "count": len(letter.body.to)},
        )
        yield from approvals(letter, shown.file, common)
        yield from self._content(shown, common)
        yield _time(shown, common)
        yield from _after_log(shown, common, self._as_of())
        yield from (each.finding(common) for each in shown.tokens)
        yield from self._levels(shown, common)

    # --- Parts --------------------------------------------------------------------------------------------------------

    def _content(self, shown: Shown, common: dict[str, str | int]) -> Iterator[Finding]:
        letter, owner = shown.letter, shown.letter.digest.hex()
        form_file = name_of(Part.FORM, owner)
        given = bool(self._files(Part.FORM, owner))
        form = letter.parts.form
        if given != (form is not None) or (form is not None and self.container.read(form_file) != form.data):
            raise Failed(Item.CONTENT, What.FORM_DIFFERS, form_file)
        what = What.FORM_SHOWN if given else What.FORM_WITHHELD
        status = Status.HOLDS if given else Status.STATED
        yield Finding(item=Item.CONTENT, status=status, what=what, file=form_file if given else "", args=common)
        files = self.layout.of(Part.ATTACHMENT, owner)
        for n, entry in enumerate(letter.parts.entries):
            yield self._attachment(n, entry, files.pop(f"{n:03d}", None), common)
        if files:
            raise Failed(Item.CONTENT, What.ATTACHMENT_DIFFERS, next(iter(files.values())))

    def _attachment(self, n: int, entry: Entry | None, file: str | None, common: dict[str, str | int]) -> Finding:
        args = common | {"index": n}
        if entry is None:
            if file is not None:
                raise Failed(Item.CONTENT, What.ATTACHMENT_DIFFERS, file)
            return Finding(item=Item.CONTENT, status=Status.STATED, what=What.ATTACHMENT_WITHHELD, args=args)
        args |= {"sha256": entry.h.hex(), "bytes": entry.sz}
        if file is None:
            return Finding(item=Item.CONTENT, status=Status.STATED, what=What.ATTACHMENT_ABSENT, args=args)
        total = hashlib.sha256()
        if self.container.entries[file].size != entry.sz:
            raise Failed(Item.CONTENT, What.ATTACHMENT_DIFFERS, file)
        for block in self.container.blocks(file):
            total.update(block)
        if total.digest() != entry.h:
            raise Failed(Item.CONTENT, What.ATTACHMENT_DIFFERS, file)
        return Finding(item=Item.CONTENT, status=Status.HOLDS, what=What.ATTACHMENT_SHOWN, file=file, args=args)

    # --- Evidence -----------------------------------------------------------------------------------------------------

    def _evidence(self, letter: l.Letter, name: str, key: str) -> tuple[str, e.Evidence]:
        # 1. Its name is its digest.  2. Its signature.  3. It is about this letter, between its two ends.
        # 4. Its issuer was admitted and its key within its time.
        with judging(Item.DELIVERY, name):
            evidence = e.verify(e.parse(self.container.read(name)), keys=self.trust.public, memory=self.memory)
            if evidence.digest.hex() != key:
                raise RefusedError(Code.DISAGREE, "evidence is not what its place says")
            content, body = evidence.content, letter.body
            e.check_fit(evidence, letter=letter.digest, sender=body.sender, recipients=body.to)
            self.trust.check_admitted(content.issuer, content.ts)
            status = self.trust.status(content.issuer, evidence.kid)
            if not status.since <= content.ts <= status.until:
                raise RefusedError(Code.NOT_GOOD, "key is not good at that time")
        return name, evidence

    def _dates(self, letter: l.Letter, evidence: e.Evidence) -> bool:
        """Tell whether an evidence dates its letter: by a peer, with a key that nobody revoked."""
        content = evidence.content
        status = self.trust.status(content.issuer, evidence.kid)
        return content.issuer != letter.body.sender and status.revoked is None

    def _levels(self, shown: Shown, common: dict[str, str | int]) -> Iterator[Finding]:
        held: dict[Aid, dict[Digest, e.Mark]] = {}
        in_time = sorted(shown.evidence, key=lambda pair: (pair[1].content.ts, pair[1].content.lvl, pair[1].digest))
        for name, evidence in in_time:
            marks = held.setdefault(evidence.content.issuer, {})
            contradicts = e.weigh(marks, evidence.digest, evidence.mark) is e.Weight.CONTRADICTION
            marks[evidence.digest] = evidence.mark
            yield self._level(name, evidence, common, contradicts=contradicts)
        shown_by = {evidence.content.issuer for _, evidence in in_time}
        for aid in shown.letter.body.to:
            if aid not in shown_by:
                args = common | {"issuer": self.trust.name(aid)}
                yield Finding(item=Item.DELIVERY, status=Status.STATED, what=What.NOTHING_SHOWN, args=args)

    def _level(self, name: str, evidence: e.Evidence, common: dict[str, str | int], *, contradicts: bool) -> Finding:
        content = evidence.content
        item, what = _ITEMS[content.lvl]
        status = Status.HOLDS
        if contradicts:
            status, what = Status.OPEN, What.CONTRADICTION
        elif self.trust.status(content.issuer, evidence.kid).revoked is not None:
            # Nobody but its signer dates an evidence, and who stole the key may date it as he likes.
            status, what = Status.OPEN, What.KEY_REVOKED
        args: dict[str, str | int] = common | {
            "issuer": self.trust.name(content.issuer),
            "aid": content.issuer.hex(),
            "to": self.trust.name(content.to),
            "level": int(content.lvl),
            "ts": content.ts,
            "code": "" if content.code is None else content.code,
            "role": content.role or "",
            "digest": evidence.digest.hex(),
        }
        return Finding(item=item, status=status, what=what, file=name, args=args)

    def _files(self, part: Part, owner: str) -> list[tuple[str, str]]:
        return list(self.layout.of(part, owner).items())

    def _as_of(self) -> int:
        return max(registry.head.time for registry in self.trust.registries.values())


def _after_log(shown: Shown, common: dict[str, str | int], as_of: int) -> Iterator[Finding]:
    """Say that something is dated after the state of the registry that the bundle shows.

    A quiet log may be a day old; with one older than 14 days no node would have acted (B.6.4).
    """
    latest = max([shown.letter.core.ts, *(each.content.ts for _, each in shown.evidence)])
    if latest > as_of + SKEW_REFUSE_SECONDS:
        status = Status.STATED if latest <= as_of + FRESH_BLOCK_SECONDS else Status.OPEN
        args = common | {"ts": as_of, "latest": latest}
        yield Finding(item=Item.TIME, status=status, what=What.AFTER_LOG, file=shown.file, args=args)


def _origin(shown: Shown, status: KeyStatus, args: dict[str, str | int], as_of: int) -> Finding:
    ts, dated = shown.letter.core.ts, shown.dated
    times = [ts] if dated is None else [ts, dated]
    if not any(status.since <= at <= status.until for at in times):
        raise Failed(
            Item.ORIGIN, What.REFUSED, shown.file, code=Code.NOT_GOOD.name.lower(), why="key is not good at that time"
        )
    verdict, what = Status.HOLDS, What.SIGNED_BY
    if status.revoked is not None and (dated is None or dated >= status.revoked):
        verdict, what = Status.OPEN, What.KEY_REVOKED
    elif dated is None and status.until < as_of:
        verdict, what = Status.OPEN, What.KEY_UNDATED
    return Finding(item=Item.ORIGIN, status=verdict, what=what, file=shown.file, args=args)


def _time(shown: Shown, common: dict[str, str | int]) -> Finding:
    if shown.by_peer is None:
        args = common | {"ts": shown.letter.core.ts}
        return Finding(item=Item.TIME, status=Status.STATED, what=What.CLAIMED_AT, file=shown.file, args=args)
    args = common | {"ts": shown.by_peer}
    return Finding(item=Item.TIME, status=Status.HOLDS, what=What.EXISTED_BY, file=shown.file, args=args)
