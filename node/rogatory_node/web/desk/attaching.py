"""The files of a draft: sealed to the disk as they come, named in the form, taken away again.

* What the letter says of a file (its size and hash) and what the form says (what it is) are saved in one version.
* A file whose version could not be saved is erased; what is taken away from a draft is erased when the draft ends.
"""

import asyncio
from typing import Any, Final

from aiohttp import web

from rogatory_node.casebook.drafting import ConflictError
from rogatory_node.casework.types import catalogue
from rogatory_node.i18n import later
from rogatory_node.services.intake import Intake, Taken
from rogatory_node.web.desk import drafting, rendering, telling, uploading
from rogatory_node.web.desk.context import AGAIN, Ask, Refused
from rogatory_node.web.desk.drafting import Written
from rogatory_node.web.desk.serving import see_other
from rogatory_node.web.desk.uploading import Uploaded
from rogatory_node.web.desk.writer import CHANGED
from rogatory_protocol.errors import LocalProtocolError

ROLES: Final = catalogue.common_part()["$defs"]["attachment"]["properties"]["role"]["x-labels"]
LIST: Final = "attachments"


async def show(ask: Ask) -> web.StreamResponse:
    """List the files and ask for another."""
    return await _page(ask, await drafting.of(ask))


async def _page(ask: Ask, written: Written, wrong: str = "", **values: object) -> web.StreamResponse:
    told = {each.get("name"): each for each in _listed(written) if isinstance(each, dict)}
    roles = [(told.get(entry.name) or {}).get("role", "") for entry in written.content.entries]
    return rendering.page(
        ask,
        "draft_files.html",
        422 if wrong else 200,
        draft=written.draft,
        files=[
            (telling.clean(entry.name), telling.size(entry.sz), entry.h.hex(), ROLES.get(role, role))
            for entry, role in zip(written.content.entries, roles, strict=True)
        ],
        offered=ROLES.items(),
        wanted=[[ROLES.get(role, role) for role in each] for each in written.kind.attachments],
        editable=drafting.editable(written),
        wrong=wrong,
        values=values,
        most=uploading.MOST_BYTES // 1024**2,
    )


def _listed(written: Written) -> list[Any]:
    listed = written.form.get(LIST)
    return listed if isinstance(listed, list) else []


async def add(ask: Ask) -> web.StreamResponse:
    """Take a file in and save it with the draft."""
    written = await drafting.of(ask)
    async with ask.desk.uploading:
        sent = await uploading.read(ask)
        if not sent.name:
            return await _page(ask, written, later("Choose a file."))
        if any(entry.name == sent.name for entry in written.content.entries):
            return await _page(ask, written, later("There is a file of this name already."))
        try:
            taken = await asyncio.to_thread(_taken, ask, sent)
        except LocalProtocolError:
            return await _page(ask, written, later("The attachment's name or media type cannot be sent."))
    try:
        await _save(ask, written, sent, taken)
    except ConflictError:
        await asyncio.to_thread(ask.desk.blobs.erase, taken.blob)
        raise Refused(409, CHANGED, AGAIN) from None
    except Refused:
        await asyncio.to_thread(ask.desk.blobs.erase, taken.blob)
        raise
    return see_other(f"/drafts/{written.draft.id.hex()}/files")


def _taken(ask: Ask, sent: Uploaded) -> Taken:
    intake = Intake(ask.desk.blobs, boot=ask.desk.own.boot, name=sent.name, mt=sent.mt, size=len(sent.data))
    try:
        intake.feed(sent.data)
        return intake.finish()
    except BaseException:
        intake.abandon()
        raise


async def _save(ask: Ask, written: Written, sent: Uploaded, taken: Taken) -> None:
    role, described = sent.fields.get("role", ""), sent.fields.get("describes", "").strip()
    said: dict[str, Any] = {"name": sent.name, "role": role if role in ROLES else "other"}
    said |= {"certified": True} if sent.fields.get("certified") == "yes" else {}
    said |= {"describes": described} if described else {}
    form = written.form | {LIST: [*_listed(written), said]}
    entries, blobs = (*written.content.entries, taken.entry), (*written.content.blobs, taken.blob)
    await drafting.save(ask, written, form, written.draft.version, entries=entries, blobs=blobs)


async def remove(ask: Ask) -> web.StreamResponse:
    """Take a file away from the draft."""
    written = await drafting.of(ask)
    name = ask.field("name")
    kept = [
        (entry, blob)
        for entry, blob in zip(written.content.entries, written.content.blobs, strict=True)
        if telling.clean(entry.name) != name
    ]
    names = {entry.name for entry, _ in kept}
    listed = [each for each in _listed(written) if not isinstance(each, dict) or each.get("name") in names]
    form = {key: value for key, value in written.form.items() if key != LIST} | ({LIST: listed} if listed else {})
    entries, blobs = tuple(entry for entry, _ in kept), tuple(blob for _, blob in kept)
    try:
        await drafting.save(ask, written, form, written.draft.version, entries=entries, blobs=blobs)
    except ConflictError:
        raise Refused(409, CHANGED, AGAIN) from None
    return see_other(f"/drafts/{written.draft.id.hex()}/files")
