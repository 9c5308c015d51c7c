"""Evidence of an invented case: an answer of XB with a file."""

import hashlib
from collections.abc import Mapping
from typing import Any

from rogatory_node.casework.custody.items import File, Source
from rogatory_node.casework.life.events import Fact

XA, XB = "a" * 64, "b" * 64
AT = 1_930_000_000
FILE = File(
    index=0, name="mail.zip", mt="application/zip", size=4096, sha256=hashlib.sha256(b"mail").hexdigest(), verified=True
)


def answer(form: Mapping[str, Any], *files: File, kind: str = "response.final", ts: int = AT) -> Source:
    digest = hashlib.sha256(f"{kind}{ts}".encode()).hexdigest()
    facts = tuple(
        Fact(level=level, letter=digest, issuer=XA, ts=ts + after, role=role)
        for level, after, role in ((30, 1, None), (35, 9, None), (40, 60, "custodian"))
    )
    return Source(digest=digest, kind=kind, sender=XB, to=(XA,), ts=ts, form=form, files=files, facts=facts)
