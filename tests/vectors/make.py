"""Make docs/spec/vectors anew: ``PYTHONPATH=protocol:keys:tests/keys python tests/vectors/make.py docs/spec/vectors``.

Signatures and encapsulations are randomised, so a new run gives other bytes with the same meaning; what is committed
stays until the protocol changes. The authorities are invented; their keys come from names in the tests and protect
nothing.
"""

import hashlib
import io
import json
import sys
from pathlib import Path
from typing import Any

from bundles import NOW, Authority, Exchange

from rogatory_keys.bundle import check
from rogatory_protocol import card as c
from rogatory_protocol import envelope, letter, parts
from rogatory_protocol.checkpoint import Checkpoint
from rogatory_protocol.evidence import parse as parse_evidence
from rogatory_protocol.ids import digest_of, digits_of, padme
from rogatory_protocol.signed import Context, sign
from rogatory_protocol.suite import EncryptionKey, SigningKey

DAY = 86_400
# Published long ago and refused in every statement: they only show how a seed becomes a key.
SEEDS = (bytes(range(64)), bytes(range(64, 128)))
BOX = EncryptionKey(bytes(range(32)))
SIZES = (1, 4_096, 4_097, 5_000, 10_000, 32_769, 1_000_000, 1_073_741_825, 2**40)


def seeded(seed: bytes) -> dict[str, str]:
    key = SigningKey(seed)
    return {"seed": seed.hex(), "public": key.public.hex(), "kid": key.kid.hex()}


def authority(each: Authority) -> dict[str, Any]:
    known = each.chain[-1]
    return {
        "aid": each.aid.hex(),
        "digits": digits_of(each.aid),
        "statement": known.digest.hex(),
        "cc": known.content.cc,
    }


def card_of(each: Authority) -> bytes:
    content = c.Card(
        aid=each.aid, ver=1, seq=1, ts=NOW, exp=NOW + 90 * DAY, urls=("wss://xa.example:8443",), pins=(b"\x5a" * 32,)
    )  # fmt: skip
    return sign(each.seal, Context.CARD, c.build_card(content))


def sealed(x: Exchange) -> bytes:
    folder = f"letters/{x.request.hex()}"
    raw, parts_raw = x.files[f"{folder}/letter.rcbor"], x.files[f"{folder}/parts.rcbor"]
    known = letter.parse(raw)
    entries = parts.open_parts(parts_raw, form=known.body.form, att=known.body.att).whole()[1]
    item = envelope.Outgoing(
        letter=raw, parts=parts_raw, digest=known.digest, exp=known.core.exp, urg=known.body.urg,
        blobs=envelope.blobs_of(entries),
    )  # fmt: skip
    return envelope.seal([item], sender=x.a.aid, to=x.b.aid, public=BOX.public)


def refusals(x: Exchange, objects: dict[str, bytes]) -> list[dict[str, Any]]:
    """Ways to be wrong: a good object with one change, and the code (B.17) with which it is refused."""
    made: list[dict[str, Any]] = []

    def add(what: str, of: str, code: int, **change: Any) -> None:
        made.append({"what": what, "object": of, "code": code} | change)

    for of, raw in objects.items():
        add("cut by one byte", of, 1, cut=1)
        add("one byte more", of, 1, append="00")
        add("nothing at all", of, 1, cut=len(raw))
        if of not in ("envelope", "checkpoint"):
            add("a bit of the Ed25519 half changed", of, 11, at=_signature_end(raw) - 1, xor=1)
            add("a bit of the ML-DSA half changed", of, 11, at=_signature_end(raw) - 3_000, xor=1)
    box = objects["envelope"]
    add("another frame", "envelope", 1, at=0, xor=1)
    add("the ciphertext changed", "envelope", 9, at=len(box) - 1, xor=1)
    add("the encapsulated key changed", "envelope", 9, at=len(box) - 2_000, xor=1)
    add("for another authority", "envelope", 5, at=box.index(x.b.aid), xor=1)
    add("under another encryption key", "envelope", 8, at=box.index(BOX.kid), xor=1)
    note = objects["checkpoint"]
    add("another size", "checkpoint", 11, at=note.index(b"\n5\n") + 1, xor=2)
    add("another origin", "checkpoint", 13, at=0, xor=1)
    for what, raw in (
        ("integer not in its shortest form", "1817"), ("negative integer", "20"), ("float", "f90000"), ("tag", "c000"),
        ("indefinite array", "9fff"), ("keys out of order", "a2616200616100"), ("key twice", "a2616100616100"),
        ("empty key", "a16000"), ("text that is not UTF-8", "61ff"), ("trailing byte", "0000"),
        ("nine deep", "81" * 8 + "80"), ("a count that lies", "9a7fffffff"), ("undefined", "f7"), ("nothing", ""),
    ):  # fmt: skip
        made.append({"what": what, "object": "rcbor", "raw": raw, "code": 1})
    return made


def _signature_end(raw: bytes) -> int:
    # A batch of one ends in: index 0, size 1, empty path.
    assert raw.endswith(b"\x00\x01\x80")
    return len(raw) - 3


def main(folder: Path) -> None:
    x = Exchange()
    x.files["README.txt"] = b"A bundle of test vectors.\n"
    packed = x.zip().getvalue()
    assert check(io.BytesIO(packed), registries=[x.registry.aid.hex()]).holds
    objects = {
        "statement": x.a.chain[0].raw,
        "decision": next(raw for kind, raw in x.log if kind == 2),
        "card": card_of(x.a),
        "letter": x.files[f"letters/{x.request.hex()}/letter.rcbor"],
        "evidence": x.files[x.stored],
        "envelope": sealed(x),
        "checkpoint": x.checkpoint(),
    }
    head = Checkpoint.open(objects["checkpoint"], x.log_keys.public)
    value = {
        "about": "RGT/1 test vectors, hexadecimal; case.zip beside this file is an evidence bundle (bundle.md).",
        "keys": [seeded(each) for each in SEEDS],
        "encryption_key": {"seed": bytes(range(32)).hex(), "public": BOX.public.hex(), "kid": BOX.kid.hex()},
        "padme": {str(size): padme(size) for size in SIZES},
        "registry": authority(x.registry),
        "sender": authority(x.a),
        "recipient": authority(x.b),
        "seal_keys": {"registry": x.registry.seal.public.hex(), "sender": x.a.seal.public.hex(),
            "recipient": x.b.seal.public.hex()},
        "objects": {name: raw.hex() for name, raw in objects.items()},
        "digests": {
            "letter": x.request.hex(),
            "evidence": parse_evidence(objects["evidence"]).object.digest.hex(),
            "envelope": digest_of(objects["envelope"]).hex(),
        },
        "parts": x.files[f"letters/{x.request.hex()}/parts.rcbor"].hex(),
        "log": {"origin": head.origin, "size": head.size, "root": head.root.hex(), "time": head.time},
        "now": NOW + 2 * DAY,
        "bundle": {"file": "case.zip", "sha256": hashlib.sha256(packed).hexdigest(), "verdict": "holds"},
        "refused": refusals(x, objects),
    }  # fmt: skip
    (folder / "case.zip").write_bytes(packed)
    (folder / "rgt1.json").write_text(json.dumps(value, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
