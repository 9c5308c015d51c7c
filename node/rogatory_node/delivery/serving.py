"""Attachments out: PULL is answered from the disk, for letters to that very peer only (B.12.2 step 5, B.18).

* A chunk is read only when the line has room for it, so that eight questions do not cost eight mebibytes.
* What is asked for beside the own letters of a peer, beyond the end of a blob or more than three times over is
  answered with an ERROR; the link stays.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from typing import Final

from rogatory_node.delivery.line import Line
from rogatory_node.delivery.office import Office
from rogatory_node.storage.blobs import BlobReader
from rogatory_node.storage.errors import DamagedError, MissingBlobError
from rogatory_protocol.errors import Code
from rogatory_protocol.ids import Digest, Id16
from rogatory_protocol.limits import MAX_PULL_CHUNKS
from rogatory_protocol.link.connection import Received
from rogatory_protocol.link.frames import Chunk, Pull, Type

OPEN_FILES: Final = MAX_PULL_CHUNKS  # as many blobs as can be asked for at once


@dataclass(frozen=True, slots=True, kw_only=True)
class _Blob:
    reader: BlobReader
    index: int
    n: int
    stored: int


class Serving:
    """The sender's side of the transfers on a link."""

    def __init__(self, line: Line, office: Office) -> None:
        """Start with no file open."""
        self._line, self._office = line, office
        self._open: OrderedDict[tuple[bytes, bytes], _Blob] = OrderedDict()
        self._turn = asyncio.Lock()

    async def pull(self, event: Received) -> None:
        """Answer a PULL."""
        self._line.spawn(self._serve(event.frame.req, event.frame.body))

    def close(self) -> None:
        """Close the files."""
        while self._open:
            self._open.popitem()[1].reader.close()

    async def _serve(self, req: int, pull: Pull) -> None:
        # One after the other, in the order of the questions: the line is one.
        async with self._turn:
            try:
                blob = await self._find(pull)
                if blob is None or pull.first + pull.count > blob.n:
                    self._line.refuse(req, Code.NOT_FOUND, retry=0)
                elif not self._admits(pull, blob):
                    self._line.refuse(req, Code.QUOTA, retry=0)
                else:
                    await self._send(req, pull, blob)
            except (DamagedError, MissingBlobError):
                self._office.alarm("attachment.damaged", self._line.peer, Digest(pull.letter))
                self._line.refuse(req, Code.NOT_FOUND, retry=0)

    async def _find(self, pull: Pull) -> _Blob | None:
        place = pull.letter, pull.blob
        if place not in self._open:
            sending, peer = self._office.sending, self._line.peer
            async with self._office.readers.connect() as connection:
                row = await connection.run_sync(
                    partial(sending.blob, peer=peer, letter=Digest(pull.letter), blob=Id16(pull.blob))
                )
            if row is None:
                return None
            reader = await asyncio.to_thread(self._office.blobs.read, row.path, stored_bytes=row.stored_bytes)
            self._open[place] = _Blob(reader=reader, index=row.idx, n=row.n, stored=row.stored_bytes)
            if len(self._open) > OPEN_FILES:
                self._open.popitem(last=False)[1].reader.close()
        self._open.move_to_end(place)
        return self._open[place]

    def _admits(self, pull: Pull, blob: _Blob) -> bool:
        size = pull.count * -(-blob.stored // blob.n)
        return self._office.meter.admits(
            self._line.peer, pull.letter, blob.index, count=min(size, blob.stored), stored=blob.stored
        )

    async def _send(self, req: int, pull: Pull, blob: _Blob) -> None:
        end = pull.first + pull.count
        for index in range(pull.first, end):
            await self._line.room_for_chunk()
            sealed = memoryview(await asyncio.to_thread(blob.reader.chunk, index))
            size = self._line.piece_bytes
            for offset in range(0, len(sealed), size):
                piece = sealed[offset : offset + size]
                last = index + 1 == end and offset + size >= len(sealed)
                self._line.answer(req, Type.CHUNK, Chunk(index=index, offset=offset, piece=piece), last=last)
