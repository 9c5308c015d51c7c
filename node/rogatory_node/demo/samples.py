"""What the demonstration attaches: files that are what their names say.

* They are made here, so that the project carries none: a readable PDF, an image, and data of any size.
* The request lists each with its digest.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

BLOCK: Final = 1024 * 1024

LINES: Final = (
    "Order of the District Court, invented for a demonstration",
    "The records named in the request are to be preserved.",
    "No State, authority or person in this paper exists.",
)

KINDS: Final[Mapping[str, Mapping[str, Any]]] = {
    ".pdf": {"role": "order", "certified": True, "language": "en", "describes": "Ordonnance du tribunal de district"},
    ".png": {"role": "photo", "describes": "Capture d'écran de la menace de publication"},
    ".bin": {"role": "evidence", "describes": "Journaux du pare-feu de l'hôpital"},
}
"""What each file is, by its ending, in the words of the request."""


def pdf(lines: tuple[str, ...] = LINES) -> bytes:
    """Return a one-page PDF with a few lines of text."""
    text = "BT /F1 14 Tf 72 760 Td 22 TL " + " ".join(f"({_escaped(line)}) Tj T*" for line in lines) + " ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("ascii")
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(f"{at:010d} 00000 n \n" for at in places)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + (table + trailer).encode("ascii")


def png(side: int = 256) -> bytes:
    """Return a square image: a plain gradient."""
    shades = [step * 255 // side for step in range(side)]
    rows = b"".join(b"\0" + bytes(c for x in shades for c in (x, y, 160)) for y in shades)
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def data(size: int, seed: int = 1) -> Iterator[bytes]:
    """Yield *size* bytes in blocks, the same for the same seed, that no compression makes smaller."""
    for number, at in enumerate(range(0, size, BLOCK)):
        # It needs to be incompressible, not secret.
        block = hashlib.shake_128(f"{seed} {number}".encode()).digest(BLOCK)
        yield block[: min(BLOCK, size - at)]


def listed(files: Iterable[Path]) -> list[dict[str, Any]]:
    """Return the attachments as the form of the request lists them."""
    return [{"name": path.name, "sha256": _digest(path), **KINDS[path.suffix]} for path in files]


def write(folder: Path, *, data_bytes: int) -> list[Path]:
    """Write the three attachments of the request into a folder and return their paths."""
    paths = [folder / name for name in ("order.pdf", "screen.png", "records.bin")]
    paths[0].write_bytes(pdf())
    paths[1].write_bytes(png())
    with paths[2].open("wb") as file:
        file.writelines(data(data_bytes))
    return paths


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
