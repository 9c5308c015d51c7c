"""The press: a document becomes a PDF in a process of its own.

* Templates are programs and their input comes from strangers: the process gets a time limit and is killed past it.
* The process stays for the next document, because reading the fonts is what takes long; it ends with its owner.
* Data goes in as JSON and comes back as bytes, each behind its length; nothing touches a file.
* The same document gives the same bytes: the date inside is the document's own.
"""

import asyncio
import json
import struct
import sys
from types import TracebackType
from typing import Final, Self

from rogatory_node.documents.page import DocumentError, Page, plain

SECONDS: Final = 30.0  # five hundred pages take a few; what needs more is not a document
MAX_PDF: Final = 256 * 1024 * 1024
_LENGTH: Final = struct.Struct(">Bq I")


class Press:
    """A process that prints, started when it is first needed."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        """Take the time limit of one document, in seconds."""
        self._seconds = seconds
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Enter: nothing is started yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        await self.close()

    async def print(self, page: Page) -> bytes:
        """Return a document as PDF/A-3a, tagged for readers aloud (PDF/UA-1).

        Raises:
            DocumentError: It takes too long, or a font for one of its languages is missing on this machine.
        """
        body = await asyncio.to_thread(_job, page)
        async with self._turn:
            try:
                async with asyncio.timeout(self._seconds):
                    return await self._exchange(body, page.stamp)
            except TimeoutError:
                await self._kill()
                raise DocumentError("printing takes too long") from None
            except (asyncio.IncompleteReadError, ConnectionError):
                await self._kill()
                raise DocumentError("the printing process ended") from None
            except BaseException:
                await self._kill()
                raise

    async def close(self) -> None:
        """End the process, if there is one."""
        async with self._turn:
            await self._kill()

    async def _exchange(self, body: bytes, stamp: int) -> bytes:
        process = await self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(_LENGTH.pack(0, stamp, len(body)) + body)
        await process.stdin.drain()
        failed, _, size = _LENGTH.unpack(await process.stdout.readexactly(_LENGTH.size))
        if size > MAX_PDF:
            raise DocumentError("the document is too large")
        answer = await process.stdout.readexactly(size)
        if failed:
            raise PrintError(answer.decode("utf-8", "replace"))
        return answer

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "rogatory_node.documents.printing",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=1024 * 1024,
            )
        return self._process

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.communicate()


class PrintError(DocumentError):
    """The press refused a document."""


def _job(page: Page) -> bytes:
    job = {"document": json.dumps(plain(page), ensure_ascii=False)}
    if page.proof:
        job["code"] = code(page.proof)
    return json.dumps(job, ensure_ascii=False).encode()


def code(text: str) -> str:
    """Return a QR code (ISO/IEC 18004, error correction M) as SVG."""
    import io

    import segno

    picture = io.BytesIO()
    segno.make(text, error="m", micro=False).save(picture, kind="svg", scale=4, xmldecl=False, svgns=True)
    return picture.getvalue().decode()
