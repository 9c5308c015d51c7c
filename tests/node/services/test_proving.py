"""What a node exports is what anybody can check: from the database, through the ZIP, to the verdict."""

import hashlib
import io
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import offices
import pytest
from sqlalchemy import Connection, select

from rogatory_keys.bundle import check
from rogatory_keys.bundle_verdict import Item, What
from rogatory_keys.bundle_zip import Container
from rogatory_keys.directory import Directory
from rogatory_keys.errors import BundleError, BundleFault
from rogatory_node.i18n import LANGUAGES
from rogatory_node.services import trust_store
from rogatory_node.services.composing import Order, compose
from rogatory_node.services.intake import Intake
from rogatory_node.services.proving import (
    EVENT,
    TEXT,
    Bundle,
    BundleExistsError,
    NothingChosenError,
    Proving,
    Wish,
    read,
    write,
)
from rogatory_node.services.sending import Sending
from rogatory_node.storage import audit_log
from rogatory_node.storage.blobs import BlobFolder
from rogatory_node.storage.engine import WritingConnection, open_writing
from rogatory_node.storage.errors import DamagedError
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import audit, cases, letters
from rogatory_protocol import evidence as e
from rogatory_protocol.audit import Head
from rogatory_protocol.ids import Digest, Id16, digits_of
from rogatory_protocol.signed import Context, sign

NOW, DAY = offices.NOW, offices.DAY
SEALER = RowSealer(bytes(32))
CONV = Id16(b"\xc0" * 16)
R = TypeVar("R")
EXHIBITS = (b"a list of accounts\n" * 99, b"")


def entropy(seed: str) -> Callable[[int], bytes]:
    count = iter(range(100_000))
    return lambda n: hashlib.shake_256(f"{seed} {next(count)}".encode()).digest(n)


def transact(opened: WritingConnection, work: Callable[[Connection], R]) -> R:
    def whole(conn: Connection) -> R:
        with conn.begin():
            return work(conn)

    return opened.run(whole)


@dataclass
class Scene:
    """A node of authority A whose letters to B have gone and come back acknowledged."""

    connection: WritingConnection
    folder: BlobFolder
    registry: Any
    a: Any
    b: Any
    directory: Directory
    letters: list[Digest]

    @property
    def proving(self) -> Proving:
        return Proving(me=self.a.aid, sealer=SEALER, wall=lambda: float(NOW + DAY), random=entropy("proving"))

    def wish(self, **changes: Any) -> Wish:
        case = transact(self.connection, lambda conn: conn.execute(select(cases.c.id)).scalar_one())
        return Wish(**{"case": Id16(case), "role": "desk"} | changes)

    def bundle(self, **changes: Any) -> Bundle:
        wish = self.wish(**changes)
        material = transact(self.connection, lambda conn: read(conn, wish))
        return self.proving.assemble(material, wish, self.directory)


@pytest.fixture
def scene(database: str, tmp_path: Path) -> Iterator[Scene]:
    registry, a, b = offices.Registry(), offices.Authority("A", "XA"), offices.Authority("B", "XB")
    registry.admit(a)
    registry.admit(b)
    opened = open_writing(database)
    transact(opened, partial(audit_log.found, now=NOW, random=entropy("found")))
    folder = BlobFolder(tmp_path / "blobs")
    folder.prepare()
    directory = Directory(offices.follow(registry))
    directory.apply(registry.aid, registry.head(), registry.leaves, now=registry.clock)
    head = directory.state.logs[registry.aid].head
    known = trust_store.accepted(Directory(offices.follow(registry)), directory, registry.leaves)
    change = trust_store.Taken(registry=registry.aid, head=head, leaves=registry.leaves, accepted=known, now=NOW)
    transact(opened, lambda conn: trust_store.write(conn, [change]))
    sending = Sending(me=a.aid, signer=a.seal, sealer=SEALER, wall=lambda: float(NOW + DAY), random=entropy("send"))
    digests = []
    for n in range(2):
        taken = [intake(folder, content) for content in EXHIBITS] if n == 0 else []
        order = Order(
            id=Id16(bytes((n,)) * 16),
            to=(b.aid,),
            form=b'{"kind":"request", "urgency":{"grade":"PRIORITY"}}',
            conv=CONV,
            lang="en",
            entries=tuple(each.entry for each in taken),
            blobs=tuple(each.blob for each in taken),
        )
        draft = compose(order, me=a.aid, random=entropy(f"draft {n}"))
        digests += transact(opened, lambda conn, draft=draft: sending.queue(conn, [draft]))  # type: ignore[misc]
    for level in (e.Level.STORED, e.Level.COMPLETE, e.Level.TAKEN, e.Level.ACCEPTED):
        transact(opened, lambda conn, level=level: sending.settle(conn, [evidence(a, b, digests[0], level)]))  # type: ignore[misc]
    yield Scene(opened, folder, registry, a, b, directory, digests)
    opened.close()


def intake(folder: BlobFolder, content: bytes) -> Any:
    made = Intake(folder, boot=Id16(bytes(16)), name=f"list {len(content)}.txt", mt="text/plain", size=len(content))
    made.feed(content)
    return made.finish()


def evidence(a: Any, b: Any, letter: Digest, level: e.Level) -> e.Evidence:
    role = "duty officer" if level is e.Level.TAKEN else None
    content = e.Content(
        lvl=level, letter=letter, issuer=b.aid, to=a.aid, ts=NOW + DAY + int(level), role=role,
        head=Head(epoch=0, size=1 + int(level), root=bytes([level]) * 32),
    )  # fmt: skip
    raw = sign(b.seal, Context.EVIDENCE, e.payload(content))
    return e.accept(raw, me=a.aid, peer=b.aid, now=NOW + 2 * DAY, keys=lambda *_: b.seal.public)


def verdict_of(scene: Scene, out: Path) -> Any:
    with out.open("rb") as file:
        return check(file, registries=[digits_of(scene.registry.aid)])


def test_P31_a_case_goes_out_and_holds(scene: Scene, tmp_path: Path) -> None:
    out = tmp_path / "proof.zip"
    bundle = scene.bundle()
    size = write(bundle, scene.folder, out)
    assert size == out.stat().st_size
    assert out.stat().st_mode & 0o077 == 0
    verdict = verdict_of(scene, out)
    assert verdict.holds, verdict.first_failure
    levels = [each.args["level"] for each in verdict.findings if "level" in each.args]
    assert levels == [30, 35, 40, 50]
    assert sum(each.what is What.ATTACHMENT_SHOWN for each in verdict.findings) == 2
    assert bundle.registries == (scene.registry.aid,)
    events = [each.args["event"] for each in verdict.about(Item.CONTINUITY) if "event" in each.args]
    assert events == ["letter.sealed", "letter.sealed"] + ["evidence.received"] * 4
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_chosen_letters_alone(scene: Scene, tmp_path: Path) -> None:
    out = tmp_path / "proof.zip"
    write(scene.bundle(letters=(scene.letters[1],)), scene.folder, out)
    verdict = verdict_of(scene, out)
    assert verdict.holds, verdict.first_failure
    assert {each.args["letter"] for each in verdict.about(Item.ORIGIN)} == {scene.letters[1].hex()}
    assert What.GAP in {each.what for each in verdict.findings}


def test_what_is_withheld_is_not_in_the_file(scene: Scene, tmp_path: Path) -> None:
    out = tmp_path / "proof.zip"
    write(scene.bundle(form=False, without=frozenset({0})), scene.folder, out)
    verdict = verdict_of(scene, out)
    assert verdict.holds, verdict.first_failure
    whats = [each.what for each in verdict.findings]
    assert whats.count(What.FORM_WITHHELD) == 2
    assert whats.count(What.ATTACHMENT_WITHHELD) == 1
    assert whats.count(What.ATTACHMENT_SHOWN) == 1
    raw = out.read_bytes()
    assert b"urgency" not in raw
    assert EXHIBITS[0][:19] not in raw


def test_a_letter_of_another_case_or_none_is_not_exported(scene: Scene) -> None:
    for changes in ({"case": Id16(bytes(16))}, {"letters": (scene.letters[0], Digest(bytes(32)))}):
        with pytest.raises(NothingChosenError):
            scene.bundle(**changes)


def test_an_export_is_an_audit_leaf_with_the_role(scene: Scene) -> None:
    transact(scene.connection, lambda conn: scene.proving.exported(conn, [("desk", tuple(scene.letters))]))
    rows = transact(scene.connection, lambda conn: conn.execute(select(audit).where(audit.c.ev == EVENT)).all())
    assert [row.obj for row in rows] == scene.letters
    assert all(b"desk" in row.leaf for row in rows)


def test_ATT_a_file_that_is_there_is_kept_unless_forced(scene: Scene, tmp_path: Path) -> None:
    out = tmp_path / "proof.zip"
    out.write_bytes(b"mine")
    with pytest.raises(BundleExistsError):
        write(scene.bundle(), scene.folder, out)
    assert out.read_bytes() == b"mine"
    write(scene.bundle(), scene.folder, out, force=True)
    assert verdict_of(scene, out).holds


def test_STO_nothing_is_left_behind_when_an_attachment_is_damaged(scene: Scene, tmp_path: Path) -> None:
    bundle = scene.bundle()
    path = scene.folder.root / next(iter(bundle.attachments.values())).path
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DamagedError):
        write(bundle, scene.folder, tmp_path / "proof.zip")
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_file() and ".zip" in each.name) == []


def test_a_bundle_that_would_be_too_large_is_not_written(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rogatory_keys.bundle_zip.MAX_BUNDLE_BYTES", 20_000)
    with pytest.raises(BundleError) as caught:
        write(scene.bundle(), scene.folder, tmp_path / "proof.zip")
    assert caught.value.fault is BundleFault.TOO_LARGE
    assert not (tmp_path / "proof.zip").exists()


def test_STO_14_a_row_of_another_letter_does_not_open(scene: Scene) -> None:
    def swap(conn: Connection) -> None:
        other = conn.execute(select(letters.c.raw_sealed).where(letters.c.digest == scene.letters[1])).scalar_one()
        conn.execute(letters.update().where(letters.c.digest == scene.letters[0]).values(raw_sealed=other))

    transact(scene.connection, swap)
    with pytest.raises(DamagedError):
        scene.bundle()


def test_the_text_says_how_to_check_by_hand_in_every_language_and_its_commands_work(
    scene: Scene, tmp_path: Path
) -> None:
    text = TEXT.read_text()
    headings = {"ar": "العربية", "en": "English", "es": "Español", "fr": "Français", "pt": "Português", "ru": "Русский",
        "zh": "中文"}  # fmt: skip
    assert set(headings) == set(LANGUAGES)
    for heading in headings.values():
        assert f"\n{heading}\n" in text
    assert all(text.count(f"[{n}]") == 8 for n in (1, 2, 3))
    out = tmp_path / "proof.zip"
    write(scene.bundle(), scene.folder, out)
    folder = f"letters/{scene.letters[0].hex()}"
    container = Container(io.BytesIO(out.read_bytes()))
    for name in ("parts.rcbor", "letter.rcbor", "att/000"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(container.read(f"{folder}/{name}"))
    commands = {line[:3]: line[4:] for line in text.splitlines() if line.startswith("[")}
    for number, said in (("[2]", hashlib.sha256(EXHIBITS[0]).hexdigest()), ("[3]", scene.letters[0].hex())):
        done = subprocess.run(["bash", "-c", commands[number]], cwd=tmp_path, capture_output=True, check=True)
        assert done.stdout.decode().split()[0] == said
