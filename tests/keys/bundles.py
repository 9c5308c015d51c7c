"""Evidence bundles made with real keys: two authorities, a stranger, a registry, a request and its reply."""

import dataclasses
import hashlib
import io
from collections.abc import Callable, Mapping
from functools import cache

from rogatory_keys.bundle_continuity import Grown, Included, heads_bytes, leaf_file_bytes, leaf_key
from rogatory_keys.bundle_zip import ContainerWriter
from rogatory_protocol import attachment, audit, parts, tlog_proof
from rogatory_protocol import decision as d
from rogatory_protocol import evidence as e
from rogatory_protocol import letter as l
from rogatory_protocol.checkpoint import LogKeys, sign
from rogatory_protocol.ids import Aid, Digest, Id16, digest_of
from rogatory_protocol.merkle import consistency, leaf_hash, path, root
from rogatory_protocol.signed import Context, sign_many
from rogatory_protocol.signed import sign as sign_object
from rogatory_protocol.statement import Statement, accept
from rogatory_protocol.statement_fields import Content, Log, Period, Root, build
from rogatory_protocol.suite import SigningKey
from rogatory_protocol.tiles import LeafKind, encode_leaf

DAY = 86_400
NOW = 1_800_000_000


@cache
def key(name: str) -> SigningKey:
    """The key of a name, made once."""
    return SigningKey(hashlib.sha512(name.encode()).digest())


class Authority:
    """An authority: its chain of statements and its audit log."""

    def __init__(self, name: str, cc: str, roles: tuple[str, ...] = ("mla",), log: Log | None = None) -> None:
        self.name = name
        content = Content(
            ver=1,
            prev=None,
            ts=NOW,
            exp=NOW + 365 * DAY,
            name={"en": f"Authority {name}"},
            cc=cc,
            roles=roles,
            root=Root(k=1, keys=(key(f"{name} root").public,)),
            seal=(Period(pub=key(f"{name} seal").public, nb=NOW - DAY, na=NOW + 300 * DAY),),
            node=(Period(pub=key(f"{name} node").public, nb=NOW - DAY, na=NOW + 300 * DAY),),
            log=log,
        )
        raw = sign_many([key(f"{name} root")], Context.AUTHORITY, build(content))
        self.chain = [accept(raw, None, latest=NOW)]
        self.leaves: list[bytes] = []
        self.audit("log.founded", None)

    @property
    def aid(self) -> Aid:
        return self.chain[0].aid

    @property
    def seal(self) -> SigningKey:
        return key(f"{self.name} seal")

    @property
    def head(self) -> audit.Head:
        hashes = [leaf_hash(leaf) for leaf in self.leaves]
        return audit.Head(epoch=0, size=len(hashes), root=root(hashes))

    def renew(self, **changes: object) -> Statement:
        before = self.chain[-1]
        follow = {"ver": before.content.ver + 1, "prev": before.digest, "ts": before.content.ts + DAY, "revoked": ()}
        content = dataclasses.replace(before.content, **(follow | changes))  # type: ignore[arg-type]
        raw = sign_many([key(f"{self.name} root")], Context.AUTHORITY, build(content))
        self.chain.append(accept(raw, before, latest=2**62))
        return self.chain[-1]

    def audit(self, ev: str, obj: Digest | None) -> None:
        n = len(self.leaves)
        self.leaves.append(audit.leaf_bytes(audit.Leaf(n=n, ts=NOW, ev=ev, obj=obj, who="node", salt=bytes(16))))


class World:
    """Two authorities, a registry that admitted both, and what passed between them; tests change what they like."""

    def __init__(self) -> None:
        self.log_keys = LogKeys("log.example", hashlib.sha512(b"log").digest())
        log = Log(public=self.log_keys.public, quorum=0, witnesses=(), scope=("*",), peers=())
        self.registry = Authority("R", "XI", ("registry",), log)
        self.a, self.b, self.stranger = Authority("A", "XA"), Authority("B", "XB"), Authority("S", "XC")
        self.log: list[tuple[LeafKind, bytes]] = []
        self.state(self.registry)
        self.clock = NOW + 300 * DAY
        self.files: dict[str, bytes] = {"README.txt": b"How to check this by hand\n"}

    @staticmethod
    def key(name: str) -> SigningKey:
        return key(name)

    @staticmethod
    def first_root(of: Authority) -> bytes:
        return leaf_hash(of.leaves[0])

    # --- The log ------------------------------------------------------------------------------------------------------

    def state(self, *authorities: Authority) -> None:
        known = {raw for _, raw in self.log}
        for each in authorities:
            self.log += [(LeafKind.STATEMENT, one.raw) for one in each.chain if one.raw not in known]

    def decide(self, about: Authority, act: d.Act = d.Act.ADMIT, *, ts: int = NOW, **changes: object) -> bytes:
        content = about.chain[-1].content
        decision = d.Decision(
            reg=self.registry.aid, act=act, aid=about.aid, stmt=about.chain[-1].digest, cc=content.cc,
            roles=content.roles, ts=ts,
        )  # fmt: skip
        decision = dataclasses.replace(decision, **changes)  # type: ignore[arg-type]
        raw = sign_object(self.registry.seal, Context.DECISION, d.build(decision))
        self.log.append((LeafKind.DECISION, raw))
        return raw

    @property
    def log_leaves(self) -> list[bytes]:
        return [encode_leaf(kind, raw) for kind, raw in self.log]

    def checkpoint(self) -> bytes:
        hashes = [leaf_hash(leaf) for leaf in self.log_leaves]
        return sign(self.log_keys, len(hashes), root(hashes), self.clock)

    # --- Letters ------------------------------------------------------------------------------------------------------

    def letter(
        self, sender: Authority, *to: Authority, contents: tuple[bytes, ...] = (), seq: int = 1,
        prev: Digest | None = None, ts: int = NOW + DAY, signer: SigningKey | None = None, n: int = 1,
        approve: Callable[[bytes], l.Approval] | None = None, **core: object,
    ) -> Digest:  # fmt: skip
        form = (bytes([n]) * 32, parts.form_bytes(parts.Form(mt="application/json", data=b'{"what":"records %d"}' % n)))
        pairs = [
            (bytes([n, i]) * 16, attachment.entry_bytes(self.entry(n, i, each))) for i, each in enumerate(contents)
        ]
        body = l.Body(
            id=Id16(bytes([n]) * 16),
            sender=sender.aid,
            to=tuple(sorted(each.aid for each in to)),
            conv=Id16(b"\xc0" * 16),
            urg=1,
            kind="mla.request",
            lang="en",
            form=parts.commit(*form),
            att=tuple(parts.commit(*pair) for pair in pairs),
        )
        known = l.Core(seq=seq, prev=prev, ts=ts, exp=ts + 30 * DAY, head=sender.head)
        known = dataclasses.replace(known, **core)  # type: ignore[arg-type]
        raw = l.body_bytes(body)
        payload = l.payload(l.core_bytes(known), raw, () if approve is None else (approve(raw),))
        digest = digest_of(payload)
        sender.audit("letter.sealed", digest)
        folder = f"letters/{digest.hex()}"
        self.files[f"{folder}/letter.rcbor"] = sign_object(signer or sender.seal, Context.LETTER, payload)
        self.files[f"{folder}/parts.rcbor"] = parts.parts_bytes(form, pairs)
        self.files[f"{folder}/form.bin"] = b'{"what":"records %d"}' % n
        for i, each in enumerate(contents):
            self.files[f"{folder}/att/{i:03d}"] = each
        return digest

    @staticmethod
    def entry(n: int, i: int, content: bytes) -> attachment.Entry:
        sealer = attachment.Sealer(bytes([n, i]) * 16)
        sealer.update(content)
        list(sealer.finish())
        return attachment.Entry(
            id=Id16(bytes([n, i]) * 8), n=sealer.n, sz=sealer.sz, h=sealer.h, k=bytes([n, i]) * 16, name="x", mt="a/b"
        )  # fmt: skip

    def evidence(
        self, issuer: Authority, to: Authority, letter: Digest, lvl: e.Level, ts: int = NOW + 2 * DAY, **changes: object
    ) -> str:
        content = e.Content(lvl=lvl, letter=letter, issuer=issuer.aid, to=to.aid, ts=ts, head=issuer.head)
        if lvl is e.Level.TAKEN:
            content = dataclasses.replace(content, role="duty officer")
        content = dataclasses.replace(content, **changes)  # type: ignore[arg-type]
        payload = e.payload(content)
        issuer.audit("evidence.issued", letter)
        name = f"letters/{letter.hex()}/evidence/{digest_of(payload).hex()}.rcbor"
        self.files[name] = sign_object(issuer.seal, Context.EVIDENCE, payload)
        return name

    # --- The bundle ---------------------------------------------------------------------------------------------------

    def chains(self, *authorities: Authority) -> None:
        """Put the registry's folder and the chains of authorities into the bundle."""
        checkpoint = self.checkpoint()
        hashes = [leaf_hash(leaf) for leaf in self.log_leaves]
        places = {raw: n for n, (_, raw) in enumerate(self.log)}

        def put(name: str, raw: bytes) -> None:
            n = places[raw]
            proof = tlog_proof.TlogProof(index=n, path=tuple(path(n, hashes)), checkpoint=checkpoint)
            self.files[f"{name}.rcbor"], self.files[f"{name}.tlog-proof"] = raw, tlog_proof.compose(proof)

        registry = f"decisions/{self.registry.aid.hex()}"
        self.files[f"{registry}/checkpoint"] = checkpoint
        for n, each in enumerate(self.registry.chain, 1):
            put(f"{registry}/statement-{n:04d}", each.raw)
        for one in authorities:
            for n, each in enumerate(one.chain, 1):
                put(f"authorities/{one.aid.hex()}/statement-{n:04d}", each.raw)
        shown = {one.aid for one in authorities}
        for kind, raw in self.log:
            if kind is LeafKind.DECISION and d.parse(raw).content.aid in shown:
                put(f"{registry}/{d.parse(raw).object.digest.hex()}", raw)

    def heads(self, of: Authority, *sizes: int) -> None:
        """Put the audit heads of an authority into the bundle, and its leaves about letters under the largest."""
        hashes = [leaf_hash(leaf) for leaf in of.leaves]
        grown, before = [], 0
        for size in sizes:
            head = audit.Head(epoch=0, size=size, root=root(hashes[:size]))
            proof = tuple(consistency(before, hashes[:size])) if before else ()
            grown.append(Grown(head=head, proof=proof))
            before = size
        self.files[f"audit/{of.aid.hex()}/heads.rcbor"] = heads_bytes(grown)
        for n, leaf in enumerate(of.leaves[:before]):
            if audit.parse_leaf(leaf).obj is not None:
                included = Included(leaf=leaf, size=before, path=tuple(path(n, hashes[:before])))
                self.files[f"audit/{of.aid.hex()}/leaf-{leaf_key(0, n)}.rcbor"] = leaf_file_bytes(included)

    def zip(self, files: Mapping[str, bytes] | None = None) -> io.BytesIO:
        return packed(self.files if files is None else files)


def packed(files: Mapping[str, bytes]) -> io.BytesIO:
    """Write a bundle."""
    out = io.BytesIO()
    writer = ContainerWriter(out)
    for name in sorted(files):
        writer.add(name, [files[name]])
    writer.finish()
    out.seek(0)
    return out


class Exchange(World):
    """The usual case: A asks B with two attachments, B stores, takes and accepts, and replies; A stores the reply."""

    def __init__(self) -> None:
        super().__init__()
        self.state(self.a, self.b)
        self.decide(self.a, ts=NOW + 1)
        self.decide(self.b, ts=NOW + 2)
        self.request = self.letter(self.a, self.b, contents=(b"first exhibit", b"second " * 900))
        self.stored = self.evidence(self.b, self.a, self.request, e.Level.STORED)
        self.complete = self.evidence(self.b, self.a, self.request, e.Level.COMPLETE, NOW + 2 * DAY + 9)
        self.taken = self.evidence(self.b, self.a, self.request, e.Level.TAKEN, NOW + 3 * DAY)
        self.accepted = self.evidence(self.b, self.a, self.request, e.Level.ACCEPTED, NOW + 4 * DAY)
        self.reply = self.letter(self.b, self.a, n=2, ts=NOW + 5 * DAY)
        self.answered = self.evidence(self.a, self.b, self.reply, e.Level.COMPLETE, NOW + 6 * DAY)
        self.chains(self.a, self.b)
        self.heads(self.a, 1, 2, 3)
        self.last, self.count = self.request, 1

    def approved(self, approve: Callable[[bytes], l.Approval] | None) -> Digest:
        """A further letter of A, with an officer's signature."""
        self.count += 1
        self.last = self.letter(
            self.a, self.b, n=self.count + 10, seq=self.count, prev=self.last, ts=NOW + 7 * DAY, approve=approve
        )  # fmt: skip
        self.heads(self.a, *range(1, len(self.a.leaves) + 1))
        return self.last

    def reply_to_be_stamped(self) -> Digest:
        """A further letter of A, about which nothing is shown yet."""
        return self.approved(None)
