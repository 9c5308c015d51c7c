"""A check of a letter before it is handed in, for programs; it changes nothing.

* It says to whom the letter would go, with the digits that people compare, how urgent it is, and what cannot be sent.
* Findings name the field, in the caller's language; the same are shown to people everywhere.
"""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec

from rogatory_node.api import letters
from rogatory_node.api.asking import members, read, recipient, spelled
from rogatory_node.api.v1.endpoint import Call, Endpoint, Model
from rogatory_node.casebook import publications
from rogatory_node.casework.checking_finding import Finding as Found
from rogatory_node.casework.checking_schema import heading
from rogatory_node.i18n import translate
from rogatory_node.services import composing
from rogatory_protocol.ids import Id16, digits_of
from rogatory_protocol.limits import MAX_ATTACHMENTS, MAX_RECIPIENTS

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Asked(Model):
    """A letter as it would be drafted.

    ``to`` are the digits of authorities, their beginning, or countries; ``names`` are those of its attachments.
    """

    form: Annotated[str, msgspec.Meta(max_length=composing.MAX_FORM_BYTES)]
    to: Annotated[list[Word], msgspec.Meta(min_length=1, max_length=MAX_RECIPIENTS)]
    lang: Annotated[str, msgspec.Meta(min_length=1, max_length=35)] | None = None
    names: Annotated[list[str], msgspec.Meta(max_length=4 * MAX_ATTACHMENTS)] = msgspec.field(default_factory=list)


class Recipient(Model):
    """An authority to which the letter would go."""

    aid: str
    country: str
    name: dict[str, str]
    digits: str


class Finding(Model):
    """What is to be said of a field: ``level`` is missing, wrong, risk or hint; ``path`` is empty for the whole.

    ``field`` and ``title`` say under which field of the form it is shown, ``article`` what asks for it.
    """

    code: str
    level: str
    path: str
    field: str
    title: str
    text: str
    article: str


class Checked(Model):
    """What would be sent. ``mistakes`` keep it from being handed in; ``findings`` are for people to judge."""

    recipients: list[Recipient]
    kind: str | None
    grade: str | None
    urgency: int | None
    mistakes: list[str]
    findings: list[Finding]


async def check(call: Call) -> Checked:
    """Check a letter."""
    body: Asked = call.body
    entries = [recipient(call.node, await spelled(members(call.node), each)) for each in body.to]
    order = composing.Order(
        id=Id16(bytes(16)),
        to=tuple(each.aid for each in entries),
        form=body.form.encode(errors="surrogatepass"),
        lang=body.lang or call.node.config.language,
    )
    me = call.node.own.aid
    form, mistakes = await asyncio.to_thread(composing.examine, order, me=me, names=body.names)
    states = tuple(dict.fromkeys(entry.listing.cc for entry in entries))
    findings = () if form is None else await _findings(call, order.form, body.names, states)
    whole = composing.read_object(order.form) if findings else {}
    return Checked(
        recipients=[
            Recipient(
                aid=each.aid.hex(),
                country=each.listing.cc,
                name=dict(each.listing.name),
                digits=await asyncio.to_thread(digits_of, each.aid),
            )
            for each in entries
        ],
        kind=None if form is None else form.kind,
        grade=None if form is None else form.grade,
        urgency=None if form is None else form.urg,
        mistakes=[translate(each.what, call.language).format(**each.args) for each in mistakes],
        findings=[_said(whole, each, call.language) for each in findings],
    )


async def _findings(call: Call, form: bytes, names: list[str], states: tuple[str, ...]) -> tuple[Found, ...]:
    node = call.node
    raws = tuple(await read(node, publications.listed, publications.LAW))
    mine = node.own.statement.content.cc
    return await asyncio.to_thread(letters.checked, form, names, raws, mine, states, node.sending.wall())


def _said(form: Mapping[str, Any], finding: Found, language: str) -> Finding:
    field, title = heading(form, finding.path)
    return Finding(
        code=finding.code,
        level=finding.level,
        path=finding.path,
        field=field,
        title=translate(title, language) if title else "",
        text=finding.said(language),
        article=finding.article,
    )


ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    Endpoint(
        method="POST",
        path="/check",
        name="checkLetter",
        action=None,
        summary="Check a letter before it is handed in; changes nothing.",
        handler=check,
        body=Asked,
        answer=Checked,
        problems={"recipient.unknown": 404, "recipient.not-admitted": 409, "recipient.ambiguous": 409},
    ),
)
