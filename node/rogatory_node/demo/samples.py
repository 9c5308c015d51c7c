"""What the demonstration sends: an invented case, and files that are what their names say.

* States, authorities and persons do not exist; addresses are of the ranges that are kept for documentation.
* Files are made here, so that the project carries none: a readable PDF, an image, and data of any size.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

BLOCK: Final = 1024 * 1024

PRESERVATION: Final[Mapping[str, Any]] = {
    "kind": "request",
    "type": "data.preserve",
    "urgency": {
        "grade": "EMERGENCY",
        "reasons": "The hosting provider overwrites its access records every seven days.",
    },
    "legal_basis": [{"instrument": "BC", "articles": ["29", "30"]}],
    "requesting_authority": {"id": "xa.poc", "person": "Oficial de guardia", "reply_by": ["node", "phone"]},
    "confirmation_contact": {"name": "Jefatura de la unidad", "phone": "+999 1 555 0100"},
    "references": {"sender": "XA-2031-0042", "previous": None, "status": "new"},
    "proceeding": {"nature": "investigation", "conducting": "Fiscalía del Distrito 3", "case_no": "44/31"},
    "offences": [
        {"title": "Acceso ilícito", "law": "Código Penal, art. 302", "max_penalty_years": 5, "crime_type": "cybercrime"}
    ],
    "facts_summary": "Desde la dirección indicada se entró sin autorización en los sistemas de un hospital.",
    "relation_of_data_to_offence": "Los registros muestran quién usaba la dirección en ese momento.",
    "necessity": "Sin conservación los registros se borran antes de que llegue la solicitud de asistencia.",
    "data": [
        {
            "categories": ["subscriber", "traffic"],
            "identifiers": [
                {
                    "kind": "ipv4",
                    "value": "192.0.2.7",
                    "port": 51514,
                    "at": "2031-01-20T21:03:11Z",
                    "tz_original": "+03:00",
                }
            ],
            "period": {"from": "2031-01-15", "to": "2031-01-22"},
        }
    ],
    "custodian": {"provider": "Example Hosting", "location": "Capital City"},
    "partial_disclosure_wanted": True,
    "intent_to_submit_mla": {"yes": True, "expected": "2031-03-01"},
    "duration_asked_days": 90,
    "confidentiality": {"fact_and_substance": True, "notify_user": False},
}

CONFIRMATION: Final[Mapping[str, Any]] = {
    "kind": "preservation.confirm",
    "outcome": "PRESERVED",
    "preserved": [
        {
            "categories": ["subscriber", "traffic"],
            "from": "2031-01-24T08:12:00Z",
            "until": "2031-04-24T08:12:00Z",
            "provider_ticket": "EH-5521",
        }
    ],
    "gaps": [],
    "other_providers": [{"state": "XC", "name": "Transit Net"}],
    "renewable": True,
    "next_step": "submit MLA under BC 31 before until",
}

QUESTION: Final[Mapping[str, Any]] = {
    "kind": "info.request",
    "urgency": {"grade": "TIME_CRITICAL", "reasons": "The preservation ends on a fixed day."},
    "questions": [{"n": 1, "text": "¿Conserva el proveedor también los registros de correo del mismo abonado?"}],
    "due": "2031-02-01",
}

ANSWER: Final[Mapping[str, Any]] = {
    "kind": "info.response",
    "answers": [{"n": 1, "text": "نعم، حُفظت سجلات البريد الإلكتروني للمشترك نفسه حتى التاريخ نفسه."}],
}

LINES: Final = (
    "Order of the District Court, invented for a demonstration",
    "Case 44/31. The records named in the request are to be preserved.",
    "No State, authority or person in this paper exists.",
)


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


def write(folder: Path, *, data_bytes: int) -> list[Path]:
    """Write the three attachments of the request into a folder and return their paths."""
    paths = [folder / name for name in ("order.pdf", "screen.png", "records.bin")]
    paths[0].write_bytes(pdf())
    paths[1].write_bytes(png())
    with paths[2].open("wb") as file:
        file.writelines(data(data_bytes))
    return paths


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
