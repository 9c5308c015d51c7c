"""A second verifier of evidence bundles, written from bundle.md and rgt1.md alone; it uses nothing of Rogatory.

One file; Python 3.11, ``cryptography`` (ML-DSA) and ``PyNaCl``. A court that does not want to trust our program reads
this one, or writes its own in the same order::

    python check_bundle.py BUNDLE [REGISTRY as 30 digits or 64 hexadecimal digits]

It ends with 0 (holds) or 1 (open, consistent or fails), and checks bundle.md sections 1 to 5. It reads no full log and
leaves a bundle with time-stamp tokens or officers' signatures (section 6) open, saying so. The limits of fields in
rgt1.md are not all checked: they guard a node, and change nothing in what was signed.
"""

import base64
import hashlib
import re
import struct
import sys
import zlib
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey, MLDSA65PublicKey
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

HEX, WIDE = "[0-9a-f]{64}", 2**32 - 1
NAMES = {
    "README": (r"README\.txt()()", 2**18),
    "letter": (rf"letters/({HEX})/letter\.rcbor()", 2**21),
    "parts": (rf"letters/({HEX})/parts\.rcbor()", 2**21),
    "form": (rf"letters/({HEX})/form\.bin()", 2**20),
    "att": (rf"letters/({HEX})/att/([0-9]{{3}})", 2**44),
    "evidence": (rf"letters/({HEX})/evidence/({HEX})\.rcbor", 2**15),
    "token": (rf"letters/({HEX})/timestamps/([0-9]{{3}})\.tsr", 2**14),
    "statement": (rf"authorities/({HEX})/statement-([0-9]{{4}})\.rcbor", 65_530),
    "statement proof": (rf"authorities/({HEX})/statement-([0-9]{{4}})\.tlog-proof", 69_696),
    "own": (rf"decisions/({HEX})/statement-([0-9]{{4}})\.rcbor", 65_530),
    "own proof": (rf"decisions/({HEX})/statement-([0-9]{{4}})\.tlog-proof", 69_696),
    "checkpoint": (rf"decisions/({HEX})/checkpoint()", 2**16),
    "decision": (rf"decisions/({HEX})/({HEX})\.rcbor", 65_530),
    "decision proof": (rf"decisions/({HEX})/({HEX})\.tlog-proof", 69_696),
    "heads": (rf"audit/({HEX})/heads\.rcbor()", 2**20),
    "leaf": (rf"audit/({HEX})/leaf-([0-9]{{10}}-[0-9]{{19}})\.rcbor", 2**13),
}
SAME = ("letter parts", "parts letter", "statement|statement proof", "statement proof|statement", "own|own proof",
        "own proof|own", "decision|decision proof", "decision proof|decision")  # fmt: skip
BESIDE = ("form letter", "att letter", "evidence letter", "token letter", "own checkpoint", "decision checkpoint",
          "leaf heads")  # fmt: skip


class Wrong(Exception):
    """Something does not hold."""


def must(holds: object, what: str) -> None:
    if not holds:
        raise Wrong(what)


# --- 1. Container -----------------------------------------------------------------------------------------------------


class Bundle:
    """The files, found from the table at the end; every header is the only one that it may be."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.at = file, {}
        whole = file.seek(0, 2)
        must(whole >= 22, "no end record")
        count, table_bytes, table_at = struct.unpack("<10xH2L2x", self.raw(whole - 22, 22))
        more = 76 if table_at == WIDE else 0
        table_at = whole - 22 - more - table_bytes
        must(0 < count <= 16_384 and table_at >= 0 and (table_at >= WIDE) == bool(more), "end record")
        end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, table_bytes, min(table_at, WIDE), 0)
        if more:
            end = (
                struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, table_bytes, table_at)
                + struct.pack("<4sLQL", b"PK\6\7", 0, table_at + table_bytes, 1)
                + end
            )
        must(self.raw(whole - len(end), len(end)) == end, "end record")
        must(self.headers(self.raw(table_at, table_bytes), count) == table_at, "gap before the table")

    def headers(self, table: bytes, count: int) -> int:
        place, before = 0, ""
        for _ in range(count):
            must(len(table) >= 46, "table")
            crc, size, length = struct.unpack("<16xL4xLH16x", table[:46])
            must(length <= 160 and table[46 : 46 + length].isascii(), "name")
            name = table[46 : 46 + length].decode()
            if size == WIDE:
                must(len(table) >= 58 + length, "table")
                (size,) = struct.unpack("<Q", table[50 + length : 58 + length])
            local = header(name, crc, size)
            line = header(name, crc, size, place)
            must(table.startswith(line) and name > before, "table")
            must(self.raw(place, len(local)) == local, "header")
            self.at[name] = (place + len(local), size, crc)
            table, before, place = table[len(line) :], name, place + len(local) + size
        must(not table, "table")
        return place

    def raw(self, at: int, size: int) -> bytes:
        self.file.seek(at)
        return self.file.read(size)

    def blocks(self, name: str) -> Iterable[bytes]:
        at, size, expected = self.at[name]
        crc = 0
        while size:
            block = self.raw(at, min(size, 2**20))
            must(block, "cut")
            at, size, crc = at + len(block), size - len(block), zlib.crc32(block, crc)
            yield block
        must(crc == expected, f"check sum of {name}")

    def read(self, name: str) -> bytes:
        return b"".join(self.blocks(name))


def header(name: str, crc: int, size: int, place: int | None = None) -> bytes:
    wide = [size, size] * (size >= WIDE) + ([place] if place is not None and place >= WIDE else [])
    extra = struct.pack(f"<2H{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    version, short = 45 if wide else 10, min(size, WIDE)
    common = struct.pack("<5H3L2H", version, 0, 0, 0, 0x21, crc, short, short, len(name), len(extra))
    if place is None:
        return b"PK\3\4" + common + name.encode() + extra
    tail = struct.pack("<3H2L", 0, 0, 0, 0, min(place, WIDE))
    return b"PK\1\2" + struct.pack("<H", version) + common + tail + name.encode() + extra


def sort_files(bundle: Bundle) -> dict[str, dict[str, dict[str, str]]]:
    """Return the files by kind, owner and key."""
    kinds: dict[str, dict[str, dict[str, str]]] = {kind: {} for kind in NAMES}
    for name, (_, size, _) in bundle.at.items():
        found = [(kind, m) for kind, (form, _) in NAMES.items() if (m := re.fullmatch(form, name, re.ASCII))]
        must(len(found) == 1, f"name {name}")
        kind, match = found[0]
        must(size <= NAMES[kind][1], f"size of {name}")
        kinds[kind].setdefault(match[1], {})[match[2]] = name
    for pair in SAME:
        one, other = pair.split("|") if "|" in pair else pair.split()
        for owner, keys in kinds[one].items():
            must(set(keys) <= set(kinds[other].get(owner, ())), f"a {other} is missing")
    for pair in BESIDE:
        one, other = pair.split()
        must(set(kinds[one]) <= set(kinds[other]), f"a {other} is missing")
    must(kinds["README"] and kinds["letter"] and kinds["checkpoint"], "README, letter or registry is missing")
    return kinds


# --- Bytes ------------------------------------------------------------------------------------------------------------


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def decode(data: bytes) -> Any:
    """Read RCBOR: what is read, written again, must be the same bytes."""
    value, end = item(data, 0, 0)
    must(end == len(data) and encode(value) == data, "encoding")
    return value


def item(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    must(at < len(data) and depth < 32, "encoding")
    major, size = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        must(20 <= size <= 22, "encoding")
        return (False, True, None)[size - 20], at
    if size >= 24:
        must(size <= 27, "encoding")
        width = 1 << size - 24
        size, at = int.from_bytes(data[at : at + width]), at + width
    if major == 0:
        return size, at
    must(size <= len(data) - at, "encoding")
    if major in (2, 3):
        raw = data[at : at + size]
        return raw if major == 2 else raw.decode(), at + size
    must(major in (4, 5), "encoding")
    values = []
    for _ in range(size * (major - 3)):
        value, at = item(data, at, depth + 1)
        values.append(value)
    return values if major == 4 else dict(zip(values[::2], values[1::2], strict=True)), at


def encode(value: Any) -> bytes:
    if value is None or isinstance(value, bool):
        return {False: b"\xf4", True: b"\xf5", None: b"\xf6"}[value]
    if isinstance(value, int):
        return head_of(0, value)
    if isinstance(value, bytes | str):
        raw = value if isinstance(value, bytes) else value.encode()
        return head_of(2 if isinstance(value, bytes) else 3, len(raw)) + raw
    if isinstance(value, list):
        return head_of(4, len(value)) + b"".join(map(encode, value))
    must(all(isinstance(key, str) for key in value), "encoding")
    return head_of(5, len(value)) + b"".join(sorted(encode(key) + encode(each) for key, each in value.items()))


def head_of(major: int, size: int) -> bytes:
    for code, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if size < 24:
            return bytes([major << 5 | size])
        if size < 1 << 8 * width:
            return bytes([major << 5 | code]) + size.to_bytes(width)
    raise Wrong("encoding")


def climb(index: int, size: int, leaf: bytes, path: list[bytes]) -> bytes:
    """RFC 9162, 2.1.3.2."""
    must(0 <= index < size and all(len(each) == 32 for each in path), "path")
    last = size - 1
    for node in path:
        must(last, "path")
        if index & 1 or index == last:
            leaf = sha(b"\1", node, leaf)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            leaf = sha(b"\1", leaf, node)
        index, last = index >> 1, last >> 1
    must(not last, "path")
    return leaf


def grows(old: int, old_root: bytes, new: int, new_root: bytes, path: list[bytes]) -> None:
    """RFC 9162, 2.1.4.2."""
    nodes = [old_root, *path] if not old & old - 1 else list(path)
    must(0 < old < new and nodes and path, "consistency")
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = nodes[0]
    for node in nodes[1:]:
        must(last, "consistency")
        if at & 1 or at == last:
            first, second = sha(b"\1", node, first), sha(b"\1", node, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = sha(b"\1", second, node)
        at, last = at >> 1, last >> 1
    must((first, second, last) == (old_root, new_root, 0), "consistency")


def kid(public: bytes) -> bytes:
    return sha(b"rogatory/1 kid\0", public)[:16]


def signed(raw: bytes) -> tuple[bytes, list[Any]]:
    payload, signatures = decode(raw)
    must(isinstance(payload, bytes) and signatures, "signed object")
    return payload, signatures


def verify(public: bytes, context: str, payload: bytes, signature: list[Any]) -> None:
    """B.2.2 and B.4: both halves, over the root of a batch."""
    _, sig, index, size, path = signature
    must(len(sig) == 3_373 and size <= 256 and (size == 1 or context in ("letter", "evidence")), "signature")
    message = b"rogatory/1 batch\0" + size.to_bytes(4) + climb(index, size, sha(b"\0", payload), path)
    label, ctx = b"COMPSIG-MLDSA65-Ed25519-SHA512", b"rogatory/1 " + context.encode()
    whole = b"CompositeAlgorithmSignatures2025" + label + bytes([len(ctx)]) + ctx + hashlib.sha512(message).digest()
    VerifyKey(public[1_952:]).verify(whole, sig[3_309:])
    MLDSA65PublicKey.from_public_bytes(public[:1_952]).verify(sig[:3_309], whole, label)


# --- 2. to 4. Registries, chains, decisions ---------------------------------------------------------------------------


class Chain:
    """The statements of an authority, verified one by the other (B.5)."""

    def __init__(self, aid: bytes, raws: list[bytes], latest: int) -> None:
        self.aid, self.rulings = aid, []
        self.statements: list[Any] = []
        self.digests: list[bytes] = []
        for raw in raws:
            payload, signatures = signed(raw)
            s = decode(payload)
            before = self.statements[-1] if self.statements else None
            prev = self.digests[-1] if before else None
            must((s["ver"], s["prev"]) == (len(self.digests) + 1, prev) and s["ts"] <= latest, "statement")
            must(before is None or s["ts"] >= before["ts"], "statement")
            roots = [each["root"] for each in (before, s) if each]
            known = {kid(key): key for each in roots for key in each["keys"]}
            for each in signatures:
                verify(known[each[0]], "authority", payload, each)
            given = {each[0] for each in signatures}
            must(all(len(given & set(map(kid, each["keys"]))) >= each["k"] for each in roots), "too few root keys")
            self.statements.append(s)
            self.digests.append(sha(payload))
            if before is None:
                must(sha(b"rogatory/1 aid\0", payload) == aid, "statement of another authority")

    def key(self, which: bytes) -> tuple[bytes, int, int, int | None]:
        """Return a seal key: public, since, until, revoked."""
        found = [each for s in self.statements for each in s["seal"] if kid(each["pub"]) == which]
        must(found, "no such key")
        gone = [each["at"] for s in self.statements for each in s["revoked"] if each["kid"] == which]
        until = min(found[-1]["na"], self.statements[-1]["exp"])
        return found[-1]["pub"], found[-1]["nb"], until, min(gone, default=None)


class Registry:
    """A registry: its checkpoint by the keys of its own chain, and its place in its own log."""

    def __init__(self, check: "Check", owner: str) -> None:
        files = check.files
        self.raw = check.read(files["checkpoint"][owner][""])
        raws = check.numbered("own", owner)
        self.time = self.opened(raws)
        self.chain = Chain(bytes.fromhex(owner), raws, self.time + 600)
        places = [
            self.proved(check.read(files["own proof"][owner][key]), 1, raw)
            for key, raw in zip(sorted(files["own"][owner]), raws, strict=True)
        ]
        self.log = self.chain.statements[-1]["log"]
        self.revoked = {}
        for place, statement in zip(places, self.chain.statements, strict=True):
            for each in statement["revoked"]:
                self.revoked.setdefault(each["kid"], place)

    def opened(self, raws: list[bytes]) -> int:
        for raw in reversed(raws):
            log = decode(signed(raw)[0])["log"]
            try:
                return self.note(log)
            except (Wrong, InvalidSignature, BadSignatureError, TypeError):
                continue
        raise Wrong("checkpoint")

    def note(self, log: Any) -> int:
        text, _, tail = self.raw.decode().rpartition("\n\n")
        origin, size, root = text.split("\n")
        self.size, self.root, lines = int(size), base64.b64decode(root, validate=True), {}
        must(origin == log["origin"] and len(self.root) == 32 and tail.endswith("\n"), "checkpoint")
        must(str(self.size) == size and base64.b64encode(self.root).decode() == root, "checkpoint")
        for line in tail[:-1].split("\n"):
            dash, name, word = line.split(" ")
            blob = base64.b64decode(word, validate=True)
            must(dash == "\N{EM DASH}" and base64.b64encode(blob).decode() == word, "line")
            must((name, blob[:4]) not in lines, "line twice")
            lines[name, blob[:4]] = blob[4:]
        ids = [sha(origin.encode() + b"\n" + bytes([n]) + key)[:4] for n, key in ((1, log["ed"]), (6, log["ml"]))]
        must(all((origin, each) in lines for each in ids), "line missing")
        plain, dated = (lines[origin, each] for each in ids)
        VerifyKey(log["ed"]).verify((text + "\n").encode(), plain)
        short = bytes([len(origin.encode())]) + origin.encode()
        tree = b"subtree/v1\n\0" + short + dated[:8] + short + bytes(8) + self.size.to_bytes(8) + self.root
        MLDSA44PublicKey.from_public_bytes(log["ml"]).verify(dated[8:], tree)
        return int.from_bytes(dated[:8])

    def proved(self, proof: bytes, kind: int, raw: bytes) -> int:
        head, _, checkpoint = proof.partition(b"\n\n")
        first, second, *path = head.decode().split("\n")
        index = int(second.removeprefix("index "))
        nodes = [base64.b64decode(each, validate=True) for each in path]
        again = ["c2sp.org/tlog-proof@v1", f"index {index}", *(base64.b64encode(each).decode() for each in nodes)]
        must([first, second, *path] == again and checkpoint == self.raw, "log proof")
        must(climb(index, self.size, sha(b"\0", encode([kind, raw])), nodes) == self.root, "not in the log")
        return index

    def decide(self, check: "Check", owner: str) -> None:
        found = []
        for key, name in check.files["decision"].get(owner, {}).items():
            raw = check.read(name)
            index = self.proved(check.read(check.files["decision proof"][owner][key]), 2, raw)
            payload, (signature,) = signed(raw)
            d = decode(payload)
            must(sha(payload).hex() == key and d["reg"] == self.chain.aid, "decision")
            public, since, until, _ = self.chain.key(signature[0])
            verify(public, "decision", payload, signature)
            must(since <= d["ts"] <= until and self.revoked.get(signature[0], index + 1) > index, "registry's key")
            chain = check.chains[d["aid"]]
            statement = chain.statements[chain.digests.index(d["stmt"])]
            must(d["cc"] == statement["cc"] and set(d["roles"]) <= set(statement["roles"]), "decision")
            must({"*", d["cc"]} & set(self.log["scope"]) and d["ts"] <= self.time + 600, "decision")
            must(d["act"] in ("admit", "suspend", "resume", "remove"), "decision")
            found.append((index, d))
        last: dict[bytes, int] = {}
        for _, d in sorted(found, key=lambda each: each[0]):
            must(last.get(d["aid"], -1) < d["ts"], "decision is a replay")
            last[d["aid"]] = d["ts"]
            check.chains[d["aid"]].rulings.append((d["reg"], d["ts"], d["act"] in ("admit", "resume")))


# --- 5. Judging -------------------------------------------------------------------------------------------------------


class Check:
    """One bundle. ``said`` holds what is open or only stated; what fails raises."""

    def __init__(self, file: BinaryIO, roots: Iterable[str]) -> None:
        self.bundle = Bundle(file)
        self.read: Callable[[str], bytes] = self.bundle.read
        self.files, self.open = sort_files(self.bundle), set[str]()
        self.roots = {"".join(each.split()).replace("-", "").lower() for each in roots}
        self.chains: dict[bytes, Chain] = {}
        self.registries: dict[bytes, Registry] = {}
        self.quoted: list[tuple[bytes, int, list[Any]]] = []
        self.known: set[bytes] = set()
        self.run()

    def run(self) -> None:
        self.read("README.txt")
        for owner in sorted(self.files["checkpoint"]):
            trusted = {owner, digits(bytes.fromhex(owner))} & self.roots
            must(trusted or not self.roots, "another registry")
            registry = self.registries[bytes.fromhex(owner)] = Registry(self, owner)
            self.open |= (set() if trusted else {"root"}) | ({"witnesses"} if registry.log["policy"]["k"] else set())
        for owner in sorted(self.files["statement"]):
            self.chains[bytes.fromhex(owner)] = self.chain(owner)
        for aid, registry in self.registries.items():
            registry.decide(self, aid.hex())
        self.as_of = max(each.time for each in self.registries.values())
        letters = [self.letter(owner) for owner in sorted(self.files["letter"])]
        self.numbers(letters)
        self.audit()

    def numbered(self, kind: str, owner: str) -> list[bytes]:
        files = self.files[kind].get(owner, {})
        must(files and sorted(files) == [f"{n:04d}" for n in range(1, len(files) + 1)], "a statement is missing")
        return [self.read(files[key]) for key in sorted(files)]

    def chain(self, owner: str) -> Chain:
        raws, registry = self.numbered("statement", owner), None
        for key, raw in zip(sorted(self.files["statement"][owner]), raws, strict=True):
            proof = self.read(self.files["statement proof"][owner][key])
            checkpoint = proof.partition(b"\n\n")[2]
            (registry,) = [each for each in self.registries.values() if each.raw == checkpoint]
            registry.proved(proof, 1, raw)
        assert registry is not None
        return Chain(bytes.fromhex(owner), raws, registry.time + 600)

    def key(self, aid: bytes, which: bytes) -> tuple[bytes, int, int, int | None]:
        return (self.chains.get(aid) or self.registries[aid].chain).key(which)

    def admitted(self, aid: bytes, at: int) -> None:
        if aid not in self.registries:
            last = {registry: (ts, not good) for registry, ts, good in self.chains[aid].rulings if ts <= at}
            must(last and not max(last.values())[1], "not admitted then")

    def letter(self, owner: str) -> tuple[Any, Any, bytes]:
        payload, (signature,) = signed(self.read(f"letters/{owner}/letter.rcbor"))
        core_raw, body_raw, approvals = decode(payload)
        core, body, digest = decode(core_raw), decode(body_raw), sha(payload)
        must(digest.hex() == owner, "letter")
        public, since, until, revoked = self.key(body["from"], signature[0])
        verify(public, "letter", payload, signature)
        parts = decode(self.read(f"letters/{owner}/parts.rcbor"))
        self.known.add(digest)
        self.quoted.append((body["from"], core["ts"], core["head"]))
        evidence = [
            self.evidence(owner, key, name, body) for key, name in self.files["evidence"].get(owner, {}).items()
        ]
        dated = min((e["ts"] for e, gone in evidence if e["from"] != body["from"] and gone is None), default=None)
        self.admitted(body["from"], core["ts"] if dated is None else dated)
        must(any(since <= at <= until for at in (core["ts"], dated) if at is not None), "key is not good then")
        if revoked is not None and (dated is None or dated >= revoked):
            self.open.add("revoked")
        elif dated is None and until < self.as_of:
            self.open.add("undated")
        if max(core["ts"], *(e["ts"] for e, _ in evidence), 0) > self.as_of + 14 * 86_400:
            self.open.add("after the log")
        if approvals or self.files["token"].get(owner) or any(e["tst"] for e, _ in evidence):
            self.open.add("tokens or approvals, which this program does not check")
        self.content(owner, body, parts)
        self.order([e for e, _ in evidence])
        return core, body, digest

    def content(self, owner: str, body: Any, parts: Any) -> None:
        form, entries = parts
        must(len(entries) == len(body["att"]), "parts")
        pairs = [(form, body["form"]), *zip(entries, body["att"], strict=True)]
        for pair, commitment in pairs:
            must(pair is None or sha(b"rogatory/1 part\0", *pair) == commitment, "a part is not what was signed")
        must((form is not None) == (owner in self.files["form"]), "form")
        if form is not None:
            must(self.read(f"letters/{owner}/form.bin") == decode(form[1])["data"], "form")
        for key, name in self.files["att"].get(owner, {}).items():
            must(int(key) < len(entries) and entries[int(key)] is not None, "attachment")
            entry, total = decode(entries[int(key)][1]), hashlib.sha256()
            for block in self.bundle.blocks(name):
                total.update(block)
            must((total.digest(), self.bundle.at[name][1]) == (entry["h"], entry["sz"]), "attachment")

    def evidence(self, owner: str, key: str, name: str, body: Any) -> tuple[Any, int | None]:
        payload, (signature,) = signed(self.read(name))
        e = decode(payload)
        must(sha(payload).hex() == key and e["letter"].hex() == owner, "evidence")
        ends = (e["from"], e["to"]) if e["lvl"] == 91 else (e["to"], e["from"])
        must(e["lvl"] in (30, 35, 40, 50, 51, 90, 91) and ends[0] == body["from"] and ends[1] in body["to"], "ends")
        public, since, until, revoked = self.key(e["from"], signature[0])
        verify(public, "evidence", payload, signature)
        self.admitted(e["from"], e["ts"])
        must(since <= e["ts"] <= until, "key is not good then")
        if revoked is not None:
            self.open.add("revoked")
        self.known.add(sha(payload))
        self.quoted.append((e["from"], e["ts"], e["head"]))
        return e, revoked

    def order(self, evidence: list[Any]) -> None:
        """B.13: what cannot stand beside each other by one authority is a contradiction."""
        for issuer in {e["from"] for e in evidence}:
            listed = [(e["lvl"], e["lvl"] == 90 and e["code"] == 15) for e in evidence if e["from"] == issuer]
            mine = set(listed)
            refused = (90, False) in mine and mine - {(90, False), (91, False)}
            if refused or len(mine) < len(listed) or {(50, False), (51, False)} <= mine:
                self.open.add("contradiction")

    def numbers(self, letters: list[tuple[Any, Any, bytes]]) -> None:
        lines: dict[Any, list[tuple[Any, bytes]]] = {}
        for core, body, digest in letters:
            lines.setdefault((body["from"], body["conv"], tuple(body["to"])), []).append((core, digest))
        for line in lines.values():
            line.sort(key=lambda each: each[0]["seq"])
            must(all((core["seq"] == 1) == (core["prev"] is None) for core, _ in line), "numbers")
            for (one, digest), (two, _) in pairwise(line):
                step = two["seq"] - one["seq"]
                must(step and (step > 1 or two["prev"] == digest), "numbers")

    def audit(self) -> None:
        roots: dict[Any, bytes] = {}
        longest: dict[bytes, tuple[int, int]] = {}
        for aid, _, (epoch, size, root) in sorted(self.quoted, key=lambda each: (each[1], each[2][:2])):
            must(roots.setdefault((aid, epoch, size), root) == root, "two histories")
            if (epoch, size) < longest.get(aid, (0, 0)):
                self.open.add("heads go back")
            longest[aid] = max(longest.get(aid, (0, 0)), (epoch, size))
        must({bytes.fromhex(each) for each in self.files["heads"]} <= set(longest), "heads of a stranger")
        for owner in self.files["heads"]:
            rows = decode(self.read(self.files["heads"][owner][""]))
            must(0 < len(rows) <= 4_096 and all(row[1] > 0 and len(row[2]) == 32 for row in rows), "heads")
            for (epoch, old, old_root, _), (later, new, new_root, proof) in pairwise(rows):
                must((later, new) > (epoch, old) and (later == epoch or not proof), "heads")
                if later == epoch:
                    grows(old, old_root, new, new_root, proof)
            must(not rows[0][3], "heads")
            listed = [row[:3] for row in rows]
            must(all(head in listed for aid, _, head in self.quoted if aid.hex() == owner), "a head is not listed")
            for key, name in self.files["leaf"].get(owner, {}).items():
                raw, size, path = decode(self.read(name))
                leaf, epoch = decode(raw), int(key[:10])
                must(key == f"{epoch:010d}-{leaf['n']:019d}" and leaf["obj"] in self.known, "leaf")
                must([epoch, size, climb(leaf["n"], size, sha(b"\0", raw), path)] in listed, "leaf")


def digits(aid: bytes) -> str:
    state = aid
    for _ in range(5_200):
        state = hashlib.sha512(b"rogatory/1 digits\0" + state + aid).digest()
    return "".join(f"{int.from_bytes(state[5 * n : 5 * n + 5]) % 100_000:05d}" for n in range(6))


def verdict(file: BinaryIO, roots: Iterable[str] = ()) -> tuple[str, str]:
    """Return holds, consistent, open or fails, and why."""
    try:
        found = Check(file, roots).open
    except (Wrong, InvalidSignature, BadSignatureError) as error:
        return "fails", str(error) or "signature"
    except (ValueError, TypeError, LookupError, AttributeError, struct.error, RecursionError) as error:
        return "fails", f"malformed: {error}"
    if not found:
        return "holds", ""
    return "consistent" if found == {"root"} else "open", ", ".join(sorted(found))


if __name__ == "__main__":
    with Path(sys.argv[1]).open("rb") as opened:
        word, why = verdict(opened, sys.argv[2:])
    sys.stdout.write(f"{word.upper()} {why}\n")
    sys.exit(word != "holds")
