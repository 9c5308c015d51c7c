"""How drafts look to programs: what is shown of them and what is sent.

* ``form`` is the text of the letter's form; its exact bytes are what is signed.
* Attachments are named by their identifiers: those of the newest version, or uploads.
"""

from typing import Annotated, Any, Final

import msgspec

from rogatory_node.api.v1.endpoint import Model
from rogatory_node.api.v1.fields import Hex16, Hex32, hexed
from rogatory_node.casebook import drafting as d
from rogatory_node.casebook import offered as o
from rogatory_node.casebook.approvals import MAX_REASON
from rogatory_node.services import composing
from rogatory_protocol.limits import DAY_SECONDS, MAX_ATTACHMENTS, MAX_RECIPIENTS

VERSION_DIGITS: Final = 9


class Attachment(Model):
    """A file of a draft."""

    id: str
    name: str
    size: int
    mt: str
    sha256: str


class DraftShort(Model):
    """A draft in a list."""

    id: str
    author: str
    state: d.DraftState
    version: int
    kind: str | None
    type: str | None
    grade: str | None
    case: str | None
    changed_at: int
    hash: str | None
    letter: str | None


class DraftList(Model):
    """Drafts in which something is to be done, the last changed first."""

    drafts: list[DraftShort]


class Approvals(Model):
    """How a draft stands that was handed in. ``signed``: a signatory, or a duty officer alone, approved it."""

    hash: str
    needed: int
    approved: int
    signed: bool
    letter: str | None


class DraftWhole(DraftShort):
    """A draft with what one of its versions says; nothing when it was discarded.

    ``returned`` says why it was returned, as long as nobody saved a version since.
    """

    form: str | None
    to: list[str]
    lang: str | None
    life_days: int | None
    attachments: list[Attachment]
    approvals: Approvals | None = None
    returned: str | None = None


class Written(Model):
    """What a version of a draft says."""

    form: Annotated[str, msgspec.Meta(max_length=composing.MAX_FORM_BYTES)]
    to: Annotated[list[Hex32], msgspec.Meta(max_length=MAX_RECIPIENTS)] = msgspec.field(default_factory=list)
    lang: Annotated[str, msgspec.Meta(min_length=1, max_length=35)] | None = None
    life_days: Annotated[int, msgspec.Meta(ge=1, le=composing.MAX_LIFE_DAYS)] = composing.DEFAULT_LIFE_DAYS
    attachments: Annotated[list[Hex16], msgspec.Meta(max_length=MAX_ATTACHMENTS)] = msgspec.field(default_factory=list)


class NewDraft(Written):
    """A draft to be begun, in a case or to open one."""

    case: Hex16 | None = None


class Shown(Model):
    """Which version, and for an auditor the reason why."""

    version: Annotated[int, msgspec.Meta(ge=1, le=10**VERSION_DIGITS)] | None = None
    reason: Annotated[str, msgspec.Meta(max_length=1_000)] = ""


class Approved(Model):
    """What is approved: the hash that the draft shows."""

    hash: Hex32


class Returned(Model):
    """What is returned, and why."""

    hash: Hex32
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_REASON)]


class Nothing(Model):
    """Done."""


def short(draft: d.Draft) -> dict[str, Any]:
    """Return the fields of a draft in a list."""
    return {
        "id": draft.id.hex(),
        "author": draft.author.hex(),
        "state": draft.state,
        "version": draft.version,
        "kind": draft.kind,
        "type": draft.type,
        "grade": draft.grade,
        "case": hexed(draft.case),
        "changed_at": draft.changed_at,
        "hash": hexed(draft.offered),
        "letter": hexed(draft.letter),
    }


def said(draft: d.Draft) -> DraftWhole:
    """Return a draft with what one of its versions says."""
    content = draft.content
    if content is None:
        return DraftWhole(**short(draft), form=None, to=[], lang=None, life_days=None, attachments=[])
    return DraftWhole(
        **short(draft),
        form=content.form.decode(errors="replace"),
        to=[aid.hex() for aid in content.to],
        lang=content.lang,
        life_days=content.life_seconds // DAY_SECONDS,
        attachments=[
            Attachment(id=each.id.hex(), name=each.name, size=each.sz, mt=each.mt, sha256=each.h.hex())
            for each in content.entries
        ],
    )


def standing(found: o.Standing) -> Approvals:
    """Return how a draft stands that was handed in."""
    return Approvals(
        hash=found.hash.hex(),
        needed=found.needed,
        approved=found.approved,
        signed=found.signed,
        letter=hexed(found.letter),
    )
