"""Making an evidence bundle of a case, or of chosen letters (B.15; docs/spec/bundle.md).

* ``read`` takes rows and no more; ``Proving.assemble`` opens them and makes the proofs; ``write`` writes the file. The
  last two work for long: run them in a thread.
* What is withheld is withheld from every letter chosen; commitments stay, so that it may be shown another time.
* Only what the directory accepted goes in: a leaf that every node ignores would make the bundle fail.
* Of the audit log go in the heads that were quoted abroad and the leaves about sealing, storing and evidence. Who
  opened a letter, and when, stays here.
* That a letter was exported is an audit leaf with the role, durable before anything leaves.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, select

from rogatory_keys.authority import Authority
from rogatory_keys.bundle_layout import README, Part, name_of
from rogatory_keys.bundle_zip import ContainerWriter
from rogatory_keys.directory import Directory
from rogatory_node.home import FILE_MODE, sync_folder
from rogatory_node.services import proving_audit, proving_chains
from rogatory_node.services.reading import Attachment, plain
from rogatory_node.storage import audit_log
from rogatory_node.storage.blobs import BlobFolder, blob_name
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import blobs, evidence, letters
from rogatory_protocol import letter, parts
from rogatory_protocol.attachment import VerifiedBlob
from rogatory_protocol.evidence import parse as parse_evidence
from rogatory_protocol.ids import Aid, Digest, Id16

EVENT: Final = "letter.exported"
TEXT: Final = Path(__file__).with_name("proving_readme.txt")


class ProvingError(Exception):
    """A bundle cannot be made."""

    code: ClassVar[str] = "export"


class NothingChosenError(ProvingError):
    """The case holds no such letter."""

    code: ClassVar[str] = "export.nothing"


class AttachmentUnknownError(ProvingError):
    """What is to be withheld is in no letter that was chosen: a wrong number would show what was to stay here."""

    code: ClassVar[str] = "export.attachment"


class BundleExistsError(ProvingError):
    """There is a file of this name already."""

    code: ClassVar[str] = "export.exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be shown.

    Attributes:
        case: The case.
        letters: Chosen letters of it; all when empty.
        form: Show the forms.
        without: Attachments, by index, that are withheld.
        role: The role of the officer, for the audit log.
    """

    case: Id16
    letters: tuple[Digest, ...] = ()
    form: bool = True
    without: frozenset[int] = frozenset()
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The rows of a bundle, sealed as they are stored."""

    letters: tuple[Any, ...]
    evidence: tuple[Any, ...]
    blobs: tuple[Any, ...]
    logs: proving_chains.Logs = field(repr=False)
    audit: proving_audit.Leaves = field(repr=False)

    @property
    def digests(self) -> tuple[Digest, ...]:
        """The letters."""
        return tuple(Digest(row.digest) for row in self.letters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle before it is written.

    Attributes:
        files: Small files by name.
        attachments: Large ones by name, sealed in the folder of attachments.
        letters: The letters that it holds.
        registries: The registries whose digits a reader needs.
    """

    files: Mapping[str, bytes] = field(repr=False)
    attachments: Mapping[str, Attachment]
    letters: tuple[Digest, ...]
    registries: tuple[Aid, ...]


def read(connection: Connection, wish: Wish) -> Material:
    """Read what a bundle needs.

    Raises:
        NothingChosenError: The case holds no such letter.
    """
    query = select(letters).where(letters.c.case == wish.case).order_by(letters.c.stored_at, letters.c.digest)
    if wish.letters:
        query = query.where(letters.c.digest.in_(wish.letters))
    rows = connection.execute(query).all()
    if not rows or len(rows) < len(set(wish.letters)):
        raise NothingChosenError
    digests = [row.digest for row in rows]
    about = connection.execute(select(evidence).where(evidence.c.letter.in_(digests))).all()
    files = connection.execute(select(blobs).where(blobs.c.letter.in_(digests), blobs.c.verified)).all()
    return Material(
        letters=tuple(rows),
        evidence=tuple(about),
        blobs=tuple(files),
        logs=proving_chains.read(connection),
        audit=proving_audit.read(connection, digests),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proving:
    """The authority that exports."""

    me: Aid
    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = os.urandom

    def exported(self, connection: Connection, groups: Sequence[tuple[str, tuple[Digest, ...]]]) -> list[None]:
        """Note who exports which letters; the file is written only after this is durable."""
        events = [audit_log.Event(ev=EVENT, obj=digest, who=role) for role, digests in groups for digest in digests]
        audit_log.append(connection, events, now=int(self.wall()), random=self.random)
        return [None for _ in groups]

    def assemble(self, material: Material, wish: Wish, directory: Directory) -> Bundle:
        """Open the rows and make the proofs.

        Raises:
            DamagedError: A row was changed.
            NotProvedError: The logs that this node follows do not prove one of the authorities.
            AttachmentUnknownError: No letter has an attachment that is to be withheld.
        """
        unknown = wish.without
        files = {README: TEXT.read_bytes()}
        attachments: dict[str, Attachment] = {}
        heads: list[proving_audit.Quote] = []
        needed: dict[Aid, None] = {}
        by_letter: dict[bytes, list[Any]] = {}
        for blob in material.blobs:
            by_letter.setdefault(blob.letter, []).append(blob)
        for row in material.letters:
            parsed = letter.parse(self.sealer.open("letters", "raw_sealed", row.digest, row.raw_sealed))
            needed |= dict.fromkeys((parsed.body.sender, *parsed.body.to))
            heads.append((parsed.body.sender, parsed.core.head))
            unknown -= frozenset(range(len(parsed.body.att)))
            files |= self._letter(row, parsed, wish, by_letter.get(row.digest, []), attachments)
        if unknown:
            raise AttachmentUnknownError
        for row in material.evidence:
            raw = self.sealer.open("evidence", "raw_sealed", row.digest, row.raw_sealed)
            content = parse_evidence(raw).content
            heads.append((content.issuer, content.head))
            files[name_of(Part.EVIDENCE, row.letter.hex(), row.digest.hex())] = raw
        authorities = _known(directory, needed)
        proved = proving_chains.prove(material.logs, authorities, frozenset(directory.state.logs))
        files |= proved.files
        quoted = [head for aid, head in heads if aid == self.me]
        files |= proving_audit.prove(material.audit, self.me, quoted)
        return Bundle(files=files, attachments=attachments, letters=material.digests, registries=proved.registries)

    def _letter(
        self,
        row: Any,
        parsed: letter.UnverifiedLetter,
        wish: Wish,
        held: Iterable[Any],
        attachments: dict[str, Attachment],
    ) -> dict[str, bytes]:
        owner, body = row.digest.hex(), parsed.body
        whole = self.sealer.open("letters", "parts_sealed", row.digest, row.parts_sealed)
        shown = frozenset(range(len(body.att))) - wish.without
        raw = parts.withhold(whole, form=wish.form, entries=shown)
        opened = parts.open_parts(raw, form=body.form, att=body.att, disclosure=True)
        files = {name_of(Part.LETTER, owner): parsed.object.raw, name_of(Part.PARTS, owner): raw}
        if opened.form is not None:
            files[name_of(Part.FORM, owner)] = opened.form.data
        for blob in held:
            entry = opened.entries[blob.idx]
            if entry is not None:
                attachments[name_of(Part.ATTACHMENT, owner, f"{blob.idx:03d}")] = Attachment(
                    blob=VerifiedBlob(entry),
                    path=blob.path or blob_name(row.digest, blob.idx),
                    stored_bytes=blob.stored_bytes,
                    outgoing=row.direction == "out",
                )
        return files


def _known(directory: Directory, needed: Iterable[Aid]) -> dict[Aid, Authority]:
    known = directory.state.authorities
    return {aid: known[aid] for aid in needed if aid in known}


def write(bundle: Bundle, folder: BlobFolder, out: Path, *, force: bool = False) -> int:
    """Write a bundle whole or not at all, durable when this returns; return its bytes.

    Raises:
        BundleExistsError: There is a file of this name and *force* is not given.
        BundleError: TOO_LARGE: it would be larger than a bundle may be; withhold attachments.
        StorageError: An attachment is missing or damaged.
        RefusedError: ATTACHMENT: one was changed since it was verified.
        OSError: The file cannot be written.
    """
    if not force and out.exists():
        raise BundleExistsError
    part = out.with_name(f".{out.name}.part")
    try:
        handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)
        with os.fdopen(handle, "w+b") as file:
            writer = ContainerWriter(file)
            for name in sorted([*bundle.files, *bundle.attachments]):
                writer.add(name, _blocks(bundle, folder, name), size=_size(bundle, name))
            writer.finish()
            file.flush()
            os.fsync(file.fileno())
            size = os.fstat(file.fileno()).st_size
        _publish(part, out, force=force)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(out.parent)
    return size


def _blocks(bundle: Bundle, folder: BlobFolder, name: str) -> Iterator[bytes]:
    attachment = bundle.attachments.get(name)
    if attachment is None:
        return iter((bundle.files[name],))
    return plain(folder, attachment)


def _size(bundle: Bundle, name: str) -> int:
    attachment = bundle.attachments.get(name)
    return len(bundle.files[name]) if attachment is None else attachment.blob.entry.sz


def _publish(part: Path, out: Path, *, force: bool) -> None:
    if force:
        part.replace(out)
        return
    try:
        # Unlike a rename this never takes the place of a file that came meanwhile.
        os.link(part, out)
    except FileExistsError:
        raise BundleExistsError from None
    part.unlink()
