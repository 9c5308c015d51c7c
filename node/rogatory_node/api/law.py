"""Packs of facts about treaties on the socket: what is held, what a pack would change, taking it, and signing one.

* A pack comes as the bytes of the file; what it would change is shown first, and the digest that was shown is named
  when it is taken.
* Only a registry signs packs; its members take them because they follow it.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from aiohttp import web

from rogatory_node.api.asking import read
from rogatory_node.api.context import Node, Problem, Route, acting, read_blocks, say
from rogatory_node.casebook import publications as pub
from rogatory_node.casebook import treaties
from rogatory_node.casework.law import records
from rogatory_node.casework.law.corpus import Corpus
from rogatory_node.i18n import later
from rogatory_protocol import publication as p
from rogatory_protocol.limits import MAX_PUBLICATION_BYTES, MIB
from rogatory_protocol.signed import Context, sign

MAX_SHOWN: Final = 500  # changes; a person reads no more, and the count says how many there are
_MAX_FILE_BYTES: Final = MAX_PUBLICATION_BYTES + MIB

REFUSALS: Final[Mapping[type[pub.PublicationError], tuple[int, str]]] = {
    pub.UnreadableError: (422, later("This is not a file of this kind that this program can read.")),
    pub.SignatureError: (409, later("The signature is not by a key that is known to be good: nothing is taken.")),
    pub.IssuerError: (409, later("Whoever signed this may not publish it here: nothing is taken.")),
    pub.OlderError: (409, later("A newer version is held already: nothing is taken.")),
    pub.TwoFacedError: (
        409,
        later("The same version is held with another content: nothing is taken. Ask who signed it."),
    ),
}


async def held(node: Node, request: web.Request) -> web.Response:
    """Give the packs that are held, as they were signed."""
    raws = await listed(node, pub.LAW)
    return say({"publications": [raw.hex() for raw in raws]})


async def preview(node: Node, request: web.Request) -> web.Response:
    """Say what a pack would change."""
    signed = await verified(node, await body_of(request), pub.LAW)
    return say(await _previewed(node, signed))


async def take(node: Node, request: web.Request) -> web.Response:
    """Take a pack that was shown."""
    signed = await verified(node, await body_of(request), pub.LAW)
    if request.query.get("digest") != signed.digest.hex():
        raise Problem(409, "law.changed", later("This is not the file that was shown."))
    shown = await _previewed(node, signed)
    await taken(node, signed, acting(request))
    return say(shown)


async def issue(node: Node, request: web.Request) -> web.Response:
    """Sign a pack as a registry, and take it here."""
    if node.registries.admitting is None:
        raise Problem(409, "no-registry", later("This node is no registry."))
    raw = await body_of(request)
    try:
        pack = records.read(raw)
    except records.PackError as error:
        what = later("This is no pack of facts that this program can read: {where}")
        raise Problem(422, "law.pack", what, where=error.where) from None
    signed = await asyncio.to_thread(signed_by, node, pub.LAW, pack.name, pack.version, raw)
    shown = await _previewed(node, signed)
    await taken(node, signed, acting(request))
    return say({**shown, "publication": signed.raw.hex()})


# --- For others -------------------------------------------------------------------------------------------------------


async def listed(node: Node, kind: str) -> tuple[bytes, ...]:
    """Return the publications of a kind, but those by keys that were revoked since."""
    return tuple(await read(node, pub.listed, kind, pub.revoked_keys(node.trust)))


async def corpus(node: Node) -> Corpus:
    """Return what this node knows of treaties."""
    raws = await listed(node, pub.LAW)
    return await asyncio.to_thread(treaties.over_shipped, raws)


# --- Shared with the directory of authorities -------------------------------------------------------------------------


async def body_of(request: web.Request, most: int = _MAX_FILE_BYTES) -> bytes:
    """Return the bytes that a request carries, at most so many.

    Raises:
        Problem: They are too many, or came too slowly.
    """
    gathered = bytearray()
    async for block in read_blocks(request):
        gathered += block
        if len(gathered) > most:
            raise Problem(413, "too-large", later("The request is larger than {most} bytes."), most=most)
    return bytes(gathered)


async def verified(node: Node, raw: bytes, kind: str) -> pub.Signed:
    """Verify a publication.

    Raises:
        Problem: It is not taken.
    """
    try:
        return await asyncio.to_thread(pub.opened, node.trust, raw, kind)
    except pub.PublicationError as error:
        refuse(error)


def signed_by(node: Node, kind: str, name: str, version: int, content: bytes) -> pub.Signed:
    """Sign a publication with our seal key."""
    said = p.Publication(kind=kind, issuer=node.own.aid, name=name, ver=version, ts=node.trust.now(), content=content)
    raw = sign(node.own.seal, Context.PUBLICATION, p.build(said))
    read = p.parse(raw)
    return pub.Signed(said=said, digest=read.digest, kid=read.kid, raw=raw)


def taking(node: Node, signed: pub.Signed, who: str) -> pub.Taking:
    """Return the command that takes a publication."""
    return pub.Taking(signed=signed, who=who, revoked=pub.revoked_keys(node.trust))


async def taken(node: Node, signed: pub.Signed, who: str) -> bool:
    """Take a verified publication; say whether it is news.

    Raises:
        Problem: A newer one is held.
    """
    try:
        return await node.writer.execute(
            pub.Publications().take, pub.Taking(signed=signed, who=who, revoked=pub.revoked_keys(node.trust))
        )
    except pub.PublicationError as error:
        refuse(error)


def refuse(error: pub.PublicationError) -> NoReturn:
    """Say why a publication is not taken.

    Raises:
        Problem: Always.
    """
    status, what = REFUSALS[type(error)]
    raise Problem(status, error.code, what) from None


async def _previewed(node: Node, signed: pub.Signed) -> dict[str, Any]:
    raws = await listed(node, pub.LAW)
    held = await read(node, pub.version_of, signed.said, pub.revoked_keys(node.trust))
    try:
        shown = await asyncio.to_thread(treaties.preview, raws, held, signed)
    except pub.PublicationError as error:
        refuse(error)
    told = [
        {"about": each.about, "name": each.name, "before": each.before, "after": each.after}
        for each in shown.changes[:MAX_SHOWN]
    ]
    return {
        "digest": signed.digest.hex(),
        "issuer": signed.said.issuer.hex(),
        "name": shown.pack.name,
        "version": shown.pack.version,
        "issued": shown.pack.issued.isoformat(),
        "held": shown.held,
        "news": shown.news,
        "facts": shown.facts,
        "changes": told,
        "count": len(shown.changes),
    }


ROUTES: Final = (
    Route("GET", "/law/packs", held),
    Route("POST", "/law/preview", preview),
    Route("POST", "/law/packs", take),
    Route("POST", "/law/issue", issue),
)
