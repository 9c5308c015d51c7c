"""Letters of an invented case as documents see them."""

from datetime import UTC, datetime
from typing import Any

from rogatory_node.demo import case
from rogatory_node.documents.certificates import Head
from rogatory_node.documents.record import File, Party, Proved, Record

AT = 1_926_000_000
DAY = datetime(2031, 1, 24, 8, 12, tzinfo=UTC)
PRESERVATION = case.preservation(DAY, [])
CONFIRMATION = case.confirmation(DAY)
XA = Party(aid="a1" * 32, cc="XA", names={"es": "Fiscalía General", "en": "Prosecutor General"}, own=True)
XB = Party(aid="b2" * 32, cc="XB", names={"ar": "وزارة العدل", "en": "Ministry of Justice"})
HEAD = Head(issuer=XA, reference="XA-2031-0042", at=AT + 100_000, languages=("en",))


def proved(level: int, issuer: Party, at: int, role: str | None = None) -> Proved:
    return Proved(digest=f"{level:02d}" * 32, level=level, issuer=issuer, at=at, role=role, code=None)


REQUEST = Record(
    digest="5f" * 32,
    kind="request",
    outgoing=True,
    sender=XA,
    to=(XB,),
    written=AT,
    stored=AT,
    form=dict(PRESERVATION),
    files=(
        File(index=0, name="orden judicial.pdf", mt="application/pdf", size=18_233, sha256="ab" * 32, verified=True),
        File(index=1, name="registro.csv", mt="text/csv", size=1_823_312_344, sha256="9b" * 32, verified=False),
    ),
    proved=(proved(30, XB, AT + 1), proved(35, XB, AT + 7), proved(40, XB, AT + 90, "duty officer")),
)


def confirmation(digits: str = "7e") -> Record:
    """The answer of XB to the request."""
    return Record(
        digest=digits * 32,
        kind="preservation.confirm",
        outgoing=False,
        sender=XB,
        to=(XA,),
        written=AT + 9_000,
        stored=AT + 9_001,
        form=dict(CONFIRMATION),
        files=(),
        proved=(),
    )


# Items and steps as the node tells them.
_XB = {"aid": "b2" * 32, "cc": "XB", "name": {"en": "Ministry of Justice"}, "self": False}
ITEM: dict[str, Any] = {
    "item": "7e.0",
    "letter": "7e" * 32,
    "name": "mail.zip",
    "size": 4096,
    "sha256": "ab" * 32,
    "told": {"tool": "dd 9.1", "acquired_by": "Police"},
    "labels": ["USE_LIMITED", "X9"],
    "purpose": "case 44/31",
    "return_by": None,
    "destroy_after": "2035-01-01",
    "held": True,
    "gone": False,
}
LINK: dict[str, Any] = {
    "item": "7e.0",
    "action": "sent",
    "at": 1_926_000_000,
    "by": _XB,
    "to": ["Prosecutor"],
    "letter": "7e" * 32,
    "proved": True,
    "words": {},
    "odd": None,
}
KEPT = LINK | {"action": "kept", "by": "custodian", "to": [], "proved": False, "words": {"place": "Room 4"}}
