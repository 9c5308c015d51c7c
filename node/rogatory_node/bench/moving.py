"""An attachment to move, and what the machine allows at most: opening, hashing and writing without a network."""

import asyncio
import hashlib
import os
import time
from pathlib import Path
from typing import Final

from rogatory_node.bench.network import Sending
from rogatory_node.services.intake import Intake, Taken
from rogatory_node.services.sending import Draft
from rogatory_protocol import letter, parts
from rogatory_protocol.attachment import entry_bytes, open_chunk, seal_chunk
from rogatory_protocol.ids import Id16
from rogatory_protocol.limits import CHUNK_BYTES

LIMIT_CHUNKS: Final = 256
SYNC_CHUNKS: Final = 32
LIFE_SECONDS: Final = 86_400


async def attached(at: Sending, size: int) -> Draft:
    """Take an attachment of *size* bytes in at the sender and return the letter that carries it."""
    taken = await asyncio.to_thread(_taken, at, size)
    form = (os.urandom(32), parts.form_bytes(parts.Form(mt="application/json", data=b'{"kind":"request"}')))
    entry = (os.urandom(32), entry_bytes(taken.entry))
    body = letter.Body(
        id=Id16(os.urandom(16)),
        sender=at.sender.me,
        to=(at.sender.to,),
        conv=Id16(os.urandom(16)),
        urg=0,
        kind="request",
        lang="en",
        form=parts.commit(*form),
        att=(parts.commit(*entry),),
    )
    return Draft(body=body, parts=parts.parts_bytes(form, (entry,)), life_seconds=LIFE_SECONDS, blobs=(taken.blob,))


def _taken(at: Sending, size: int) -> Taken:
    intake = Intake(at.node.blobs, boot=at.node.own.boot, name="data.bin", mt="application/octet-stream", size=size)
    block = os.urandom(CHUNK_BYTES)
    for done in range(0, size, CHUNK_BYTES):
        intake.feed(block[: min(CHUNK_BYTES, size - done)])
    return intake.finish()


def limit(folder: Path) -> float:
    """Return MiB a second of opening, hashing and durable writing in one thread."""
    key, plain = bytes(32), os.urandom(CHUNK_BYTES)
    sealed = seal_chunk(key, 0, False, plain)
    hashed = hashlib.sha256()
    path = folder / "limit.bin"
    began = time.perf_counter()
    with path.open("wb", buffering=0) as file:
        for chunk in range(LIMIT_CHUNKS):
            hashed.update(open_chunk(key, 0, False, sealed))
            file.write(sealed)
            if chunk % SYNC_CHUNKS == SYNC_CHUNKS - 1:
                os.fdatasync(file.fileno())
    taken = time.perf_counter() - began
    path.unlink()
    return round(LIMIT_CHUNKS * CHUNK_BYTES / 2**20 / taken, 1)
