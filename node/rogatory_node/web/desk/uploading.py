"""A file that a form sends: one, bounded, and nothing of it is read before the form was shown to be ours.

* Fields come before the file, so that token and origin are known first; the file is the last part and there is one.
* It is held in memory until it is sealed to the disk, so it has a limit, and few come at a time; larger files are
  attached by command or by a program.
* Its name is shown and sent, and never a path here.
"""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Final

from aiohttp import BodyPartReader, ClientPayloadError
from multidict import MultiDict, MultiDictProxy

from rogatory_node.casebook.sessions import is_form_token
from rogatory_node.i18n import later
from rogatory_node.web.desk.context import AGAIN, Ask, Refused
from rogatory_node.web.desk.serving import TOKEN, from_here
from rogatory_protocol.limits import MIB

MOST_BYTES: Final = 16 * MIB
SECONDS: Final = 600.0  # of a whole upload: 16 MiB at some 30 kB/s
_FIELD_BYTES: Final = 64 * 1024
_FIELDS: Final = 16
_TYPE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,60}/[A-Za-z0-9][A-Za-z0-9.+-]{0,60}")
OCTETS: Final = "application/octet-stream"
FORM_TYPE: Final = "multipart/form-data"
WRONG: Final = later("The form is not as it should be.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """What a form sent: its fields, and the file; without a name when none was chosen."""

    fields: MultiDictProxy[str]
    name: str
    mt: str
    data: bytes = field(repr=False)


async def read(ask: Ask) -> Uploaded:
    """Read a form with a file.

    Raises:
        Refused: It was sent from elsewhere, carries no token of the session, is too large, or did not come whole.
    """
    if not from_here(ask):
        raise Refused(403, later("This form was not sent from this page, or the page is too old."), AGAIN)
    if ask.request.content_type != FORM_TYPE:
        raise Refused(415, WRONG, AGAIN)
    try:
        async with asyncio.timeout(SECONDS):
            return await _parts(ask)
    except (TimeoutError, ClientPayloadError, ConnectionError):
        raise Refused(408, later("The form did not come whole."), AGAIN) from None
    except ValueError:
        raise Refused(400, WRONG, AGAIN) from None


async def _parts(ask: Ask) -> Uploaded:
    reader, fields = await ask.request.multipart(), MultiDict[str]()
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or len(fields) > _FIELDS:
            break
        if part.filename is None:
            fields.add(part.name or "", (await _all(part, _FIELD_BYTES)).decode())
            continue
        _check_token(ask, fields)
        declared = part.headers.get("Content-Type", "").partition(";")[0].strip()
        mt = declared if _TYPE.fullmatch(declared) else OCTETS
        data = await _all(part, MOST_BYTES)
        return Uploaded(fields=MultiDictProxy(fields), name=_named(part.filename), mt=mt, data=data)
    raise Refused(400, WRONG, AGAIN)


def _check_token(ask: Ask, fields: MultiDict[str]) -> None:
    if not is_form_token(ask.words, fields.get(TOKEN, "")):
        raise Refused(403, later("This form was not sent from this page, or the page is too old."), AGAIN)


async def _all(part: BodyPartReader, most: int) -> bytes:
    found = bytearray()
    while block := await part.read_chunk():
        found += block
        if len(found) > most:
            what = later("A file sent from a page has at most {most} MiB.")
            raise Refused(413, what, later("Attach it by command, or by a program."), most=MOST_BYTES // MIB)
    return bytes(found)


def _named(name: str) -> str:
    """Return the last part of a name: some browsers send a whole path."""
    return re.split(r"[/\\]", name)[-1].strip()
