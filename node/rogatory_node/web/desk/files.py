"""What leaves a case as a file: attachments as they came, and the proof.

* A file is always saved and never opened in the page: it is sent as an attachment without a type of its own, under a
  policy that lets nothing run.
* Its name is a sender's word: it stands in one header, encoded, and is never a path here.
* That an attachment or a proof left is an audit leaf with role and person, durable before the first byte.
"""

import asyncio
import logging
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote

from aiohttp import web

from rogatory_keys.errors import BundleError
from rogatory_node.i18n import later
from rogatory_node.services import proving, reading
from rogatory_node.services.proving_chains import NotProvedError
from rogatory_node.storage.errors import StorageError
from rogatory_node.web.desk import case as cases
from rogatory_node.web.desk import telling
from rogatory_node.web.desk.context import Ask, Refused, nothing_here
from rogatory_node.web.desk.serving import HEADERS
from rogatory_protocol.errors import RefusedError
from rogatory_protocol.ids import Digest
from rogatory_protocol.limits import MIB

log = logging.getLogger(__name__)

SANDBOX: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"
_OCTETS: Final = "application/octet-stream"


async def attachment(ask: Ask) -> web.StreamResponse:
    """Send an attachment."""
    case, read = await cases.of(ask), reading.Reading(sealer=ask.desk.own.sealer)
    digest, index = _place(ask)
    try:
        shown = await ask.desk.read(read.one, case.id, digest)
        found = await ask.desk.read(read.attachment, digest, index)
    except reading.NotVerifiedError:
        what = later("The attachment has not arrived whole; nothing of it is shown before it is verified.")
        raise Refused(409, what, later("Try again when it is complete.")) from None
    except reading.ReadingError:
        raise nothing_here() from None
    assert ask.actor is not None  # the table says so
    if not found.outgoing:
        role = cases.role_of(ask.actor, case.permit)
        await ask.desk.write(read.opened, reading.Opening(letters=(digest,), role=role, what="attachment.opened"))
    chunks = reading.plain(ask.desk.blobs, found)
    first = await asyncio.to_thread(next, chunks, b"")
    return await _streamed(ask, _named(shown.files[index].name), found.blob.entry.sz, first, chunks)


def letter_in(ask: Ask) -> Digest:
    """Return the letter of the address.

    Raises:
        Refused: It is none.
    """
    try:
        raw = bytes.fromhex(ask.path["letter"])
    except ValueError:
        raise nothing_here() from None
    if len(raw) != 32:
        raise nothing_here()
    return Digest(raw)


def _place(ask: Ask) -> tuple[Digest, int]:
    digest, index = letter_in(ask), ask.path["index"]
    if not (index.isascii() and index.isdigit() and len(index) < 4):
        raise nothing_here()
    return digest, int(index)


async def proof(ask: Ask) -> web.StreamResponse:
    """Make the proof of a case and send it."""
    case, desk = await cases.of(ask), ask.desk
    assert ask.actor is not None  # the table says so
    role = cases.role_of(ask.actor, case.permit)
    wish = proving.Wish(case=case.id, role=role)
    maker = proving.Proving(me=desk.own.aid, sealer=desk.own.sealer)
    with tempfile.TemporaryDirectory(dir=desk.scratch, prefix="proof-") as folder:
        out = Path(folder) / "proof"
        try:
            material = await desk.read(proving.read, wish)
            bundle = await asyncio.to_thread(maker.assemble, material, wish, desk.trust.directory)
            await desk.write(maker.exported, (role, bundle.letters))
            size = await asyncio.to_thread(proving.write, bundle, desk.blobs, out)
        except NotProvedError:
            what = later("The logs that this node follows do not prove one of the authorities.")
            raise Refused(409, what, later("Try again when the directory has caught up.")) from None
        except (proving.ProvingError, BundleError):
            raise Refused(409, later("There is nothing to prove yet, or it is too large for a page.")) from None
        file = await asyncio.to_thread(out.open, "rb")
    # The file has no name any more: it is gone when it was sent, whatever happens.
    with file:
        chunks = iter(partial(file.read, MIB), b"")
        first = await asyncio.to_thread(next, chunks, b"")
        return await _streamed(ask, f"proof-{case.id.hex()[:8]}.zip", size, first, chunks)


def _named(name: str) -> str:
    return telling.clean(name).replace("/", "_").replace("\\", "_").strip(". ") or "attachment"


async def _streamed(ask: Ask, name: str, size: int, first: bytes, chunks: Iterator[bytes]) -> web.StreamResponse:
    reply = web.StreamResponse(headers={**HEADERS, "Content-Security-Policy": SANDBOX})
    reply.content_type, reply.content_length = _OCTETS, size
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_. ") else "_" for letter in name)
    reply.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    await reply.prepare(ask.request)
    try:
        chunk: bytes | None = first
        while chunk is not None:
            if chunk:
                await reply.write(chunk)
            chunk = await asyncio.to_thread(next, chunks, None)
        await reply.write_eof()
    except (StorageError, RefusedError) as error:
        # The answer has begun: breaking off is the only way left to say that it is not whole.
        log.error("desk.file.damaged", extra={"kind": type(error).__name__})
        if ask.request.transport is not None:
            ask.request.transport.abort()
    return reply
