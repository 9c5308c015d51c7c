"""Evidence bundles over the API: a case, or chosen letters of it, into a file on this machine (B.15).

* The node writes the file itself, where the command says, so that no second copy of a case lies anywhere.
* The audit leaf that says who exported which letters is durable before the file has its name.
"""

import asyncio
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from sqlalchemy import Connection

from rogatory_keys.errors import BundleError
from rogatory_node.api.asking import case_of, number, read, several, text
from rogatory_node.api.context import Node, Problem, Route, acting, read_json, say
from rogatory_node.i18n import later
from rogatory_node.services import proving, reading
from rogatory_node.services.proving_chains import NotProvedError
from rogatory_protocol.ids import Id16, digits_of
from rogatory_protocol.limits import MAX_ATTACHMENTS

FORM: Final = "form"
_ATTACHMENT: Final = "att:"
_MOST_LETTERS: Final = 4_096


async def export(node: Node, request: web.Request) -> web.Response:
    """Write a bundle. Body: ``case``, ``out``, and if wanted ``letters``, ``withhold`` and ``force``."""
    body, role = await read_json(request), acting(request)
    out = _out(text(body, "out"))
    case = await read(node, case_of, text(body, "case") or "")
    words = [str(word) for word in several(body, "letters", _MOST_LETTERS)]
    wish = await read(node, _wish, case, words, several(body, "withhold", MAX_ATTACHMENTS + 1), role)
    bundle, size = await written(node, wish, out, force=body.get("force") is True)
    registries = [{"aid": aid.hex(), "digits": digits_of(aid)} for aid in bundle.registries]
    letters = [digest.hex() for digest in bundle.letters]
    return say({"bundle": str(out), "bytes": size, "letters": letters, "registries": registries})


async def written(node: Node, wish: proving.Wish, out: Path, *, force: bool = False) -> tuple[proving.Bundle, int]:
    """Write a bundle; return it with its size.

    Raises:
        Problem: It cannot be made or written.
    """
    maker = proving.Proving(me=node.own.aid, sealer=node.own.sealer)
    try:
        material = await read(node, proving.read, wish)
        bundle = await asyncio.to_thread(maker.assemble, material, wish, node.trust.directory)
        await node.writer.execute(maker.exported, (wish.role, bundle.letters))
        size = await asyncio.to_thread(proving.write, bundle, node.blobs, out, force=force)
    except (proving.ProvingError, NotProvedError, BundleError) as error:
        raise _refused(error, out) from None
    except OSError as error:
        what = later("The file {path} cannot be written: {why}")
        raise Problem(409, "export.unwritable", what, path=out, why=error.strerror) from None
    return bundle, size


def _out(word: str | None) -> Path:
    out = Path(word or "")
    if not out.is_absolute() or not out.name:
        raise Problem(400, "field", later("“{name}” must be the whole path of a file."), name="out")
    return out


def _wish(connection: Connection, case: Id16, words: list[str], withheld: list[Any], role: str) -> proving.Wish:
    try:
        letters = tuple(reading.letter_of(connection, case, word) for word in words)
    except reading.LetterUnknownError as error:
        raise Problem(404, error.code, later("The case has no such letter.")) from None
    indices = [str(word).removeprefix(_ATTACHMENT) for word in withheld if word != FORM]
    if any(not str(word).startswith(_ATTACHMENT) for word in withheld if word != FORM):
        raise Problem(400, "field", later("What can be withheld is “form” and “att:N”, N from 0."))
    without = frozenset(number(each, "att", 0, MAX_ATTACHMENTS - 1) for each in indices)
    return proving.Wish(case=case, letters=letters, form=FORM not in withheld, without=without, role=role)


def _refused(error: Exception, out: Path) -> Problem:
    if isinstance(error, proving.BundleExistsError):
        following = later("Choose another name, or say --force.")
        return Problem(409, error.code, later("There is a file {path} already."), following, path=out)
    if isinstance(error, proving.AttachmentUnknownError):
        following = later("Look at their numbers, which begin with 0: rogatory show")
        return Problem(
            404, error.code, later("No letter of these has an attachment that is to be withheld."), following
        )
    if isinstance(error, BundleError):
        following = later("Withhold attachments, or choose letters.")
        return Problem(413, "export.too-large", later("The bundle would be larger than 16 TiB."), following)
    if isinstance(error, NotProvedError):
        following = later("Try again when the directory has caught up: rogatory directory")
        what = later("The logs that this node follows do not prove one of the authorities.")
        return Problem(409, "export.not-proved", what, following)
    return Problem(404, "export.nothing", later("The case holds no such letter."))


ROUTES: Final = (Route("POST", "/case/export", export),)
