"""The committed vectors are what this code reads, accepts and refuses."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from rogatory_keys.bundle import check
from rogatory_protocol import card, decision, envelope, evidence, letter, rcbor, statement
from rogatory_protocol.checkpoint import Checkpoint
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, aid_of, digest_of, digits_of, padme
from rogatory_protocol.signed import Context, verify_one
from rogatory_protocol.suite import EncryptionKey, SigningKey

FOLDER: Final = Path(__file__).parents[2] / "docs" / "spec" / "vectors"
V: Final[Any] = json.loads((FOLDER / "rgt1.json").read_text())
SENDER, RECIPIENT = (Aid(bytes.fromhex(V[who]["aid"])) for who in ("sender", "recipient"))
SEAL: Final = {who: bytes.fromhex(public) for who, public in V["seal_keys"].items()}
OBJECTS: Final = {name: bytes.fromhex(raw) for name, raw in V["objects"].items()}
BOX: Final = EncryptionKey(bytes.fromhex(V["encryption_key"]["seed"]))
with (FOLDER / V["bundle"]["file"]).open("rb") as _file:
    PACKED: Final = _file.read()


def open_card(raw: bytes) -> card.UnverifiedCard:
    known = card.parse_card(raw)
    verify_one(known.object, SEAL["sender"], Context.CARD)
    return known


def open_letter(raw: bytes) -> letter.Letter:
    return letter.accept(
        raw, bytes.fromhex(V["parts"]), me=RECIPIENT, suites=(1,), now=V["now"], keys=lambda *_: SEAL["sender"]
    )


def open_evidence(raw: bytes) -> evidence.Evidence:
    return evidence.accept(raw, me=SENDER, peer=RECIPIENT, now=V["now"], keys=lambda *_: SEAL["recipient"])


def open_envelope(raw: bytes) -> list[envelope.OpenedItem]:
    return envelope.open_envelope(envelope.parse(raw), BOX, me=RECIPIENT, peer=SENDER)


def open_checkpoint(raw: bytes) -> Checkpoint:
    from rogatory_keys.bundle_zip import Container  # the registry's statement lies in the bundle

    with (FOLDER / V["bundle"]["file"]).open("rb") as file:
        own = Container(file).read(f"decisions/{V['registry']['aid']}/statement-0001.rcbor")
    log = statement.parse(own).content.log
    assert log is not None
    return Checkpoint.open(raw, log.public)


OPEN: Final[dict[str, Callable[[bytes], Any]]] = {
    "statement": lambda raw: statement.accept(raw, None, latest=V["now"]),
    "decision": lambda raw: decision.verify(decision.parse(raw), SEAL["registry"]),
    "card": open_card,
    "letter": open_letter,
    "evidence": open_evidence,
    "envelope": open_envelope,
    "checkpoint": open_checkpoint,
    "rcbor": rcbor.decode,
}


def changed(row: dict[str, Any]) -> bytes:
    raw = bytearray(bytes.fromhex(row["raw"]) if "raw" in row else OBJECTS[row["object"]])
    if "at" in row:
        raw[row["at"]] ^= row["xor"]
    return bytes(raw[: len(raw) - row.get("cut", 0)]) + bytes.fromhex(row.get("append", ""))


def test_seeds_become_keys() -> None:
    for row in V["keys"]:
        key = SigningKey(bytes.fromhex(row["seed"]))
        assert (key.public.hex(), key.kid.hex()) == (row["public"], row["kid"])
    assert (BOX.public.hex(), BOX.kid.hex()) == (V["encryption_key"]["public"], V["encryption_key"]["kid"])


def test_padding_and_digits() -> None:
    assert {size: padme(int(size)) for size in V["padme"]} == V["padme"]
    for who in ("registry", "sender", "recipient"):
        assert digits_of(Aid(bytes.fromhex(V[who]["aid"]))) == V[who]["digits"]


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_every_object_is_accepted(name: str) -> None:
    assert OPEN[name](OBJECTS[name])


def test_what_the_objects_say() -> None:
    known = statement.accept(OBJECTS["statement"], None, latest=V["now"])
    assert aid_of(known.payload) == known.aid == SENDER
    assert known.digest.hex() == V["sender"]["statement"]
    assert open_letter(OBJECTS["letter"]).digest.hex() == V["digests"]["letter"]
    assert open_evidence(OBJECTS["evidence"]).digest.hex() == V["digests"]["evidence"]
    assert digest_of(OBJECTS["envelope"]).hex() == V["digests"]["envelope"]
    (item,) = open_envelope(OBJECTS["envelope"])
    assert (item.letter, item.parts.hex()) == (OBJECTS["letter"], V["parts"])
    head = open_checkpoint(OBJECTS["checkpoint"])
    assert V["log"] == {"origin": head.origin, "size": head.size, "root": head.root.hex(), "time": head.time}


@pytest.mark.parametrize("row", V["refused"], ids=lambda row: f"{row['object']}: {row['what']}")
def test_every_way_to_be_wrong_is_refused_with_its_code(row: dict[str, Any]) -> None:
    with pytest.raises(RefusedError) as caught:
        OPEN[row["object"]](changed(row))
    assert caught.value.code == Code(row["code"])


def test_the_bundle_holds() -> None:
    assert hashlib.sha256(PACKED).hexdigest() == V["bundle"]["sha256"]
    with (FOLDER / V["bundle"]["file"]).open("rb") as file:
        assert check(file, registries=[V["registry"]["digits"]]).holds
