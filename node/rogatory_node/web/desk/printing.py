"""The printed document of a draft or of a letter, in the reader's language, to be saved.

* It is made of the same data as the page: PDF/A with tags. A draft says on every page that it is one.
* One document at a time, in a process that ends with it: printing is rare and takes memory.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from rogatory_node.documents import formal
from rogatory_node.documents.page import DocumentError
from rogatory_node.documents.press import Press
from rogatory_node.i18n import later
from rogatory_node.services import reading
from rogatory_node.web.desk import case as cases
from rogatory_node.web.desk import drafting, telling
from rogatory_node.web.desk.context import Ask, Refused, nothing_here
from rogatory_node.web.desk.files import SANDBOX, letter_in
from rogatory_node.web.desk.rendering import own_name

PDF: Final = "application/pdf"


async def draft(ask: Ask) -> web.StreamResponse:
    """Print a draft."""
    written = await drafting.of(ask)
    return await _printed(ask, written.form, f"draft-{written.draft.id.hex()[:8]}", sender=own_name(ask))


async def letter(ask: Ask) -> web.StreamResponse:
    """Print a letter of a case."""
    case, digest = await cases.of(ask), letter_in(ask)
    read = reading.Reading(sealer=ask.desk.own.sealer)
    try:
        shown = await ask.desk.read(read.one, case.id, digest)
        form = json.loads(shown.form.data)
    except (reading.ReadingError, ValueError, RecursionError):
        raise nothing_here() from None
    if not isinstance(form, dict):
        raise nothing_here()
    assert ask.actor is not None  # the table says so
    if not shown.outgoing:
        role = cases.role_of(ask.actor, case.permit)
        await ask.desk.write(read.opened, reading.Opening(letters=(digest,), role=role))
    told = {"sender": telling.authority(ask, shown.sender), "digest": digest.hex(), "sent": shown.ts}
    return await _printed(ask, form, f"letter-{digest.hex()[:8]}", **told)


async def _printed(ask: Ask, form: Mapping[str, Any], name: str, **told: Any) -> web.Response:
    try:
        page = formal.page(form, (ask.language,), **told)
        async with ask.desk.printing, Press() as press:
            raw = await press.print(page)
    except DocumentError:
        raise Refused(409, later("The document cannot be printed"), later("Print it by command.")) from None
    day = datetime.fromtimestamp(ask.desk.wall(), UTC).strftime("%Y%m%d")
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-{day}-{ask.language}.pdf"',
        "Content-Security-Policy": SANDBOX,
    }
    return web.Response(body=raw, content_type=PDF, headers=headers)
