"""What an answer lacks of the form of evidence that was asked for, before it leaves."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from rogatory_node.api.asking import read
from rogatory_node.api.context import Node
from rogatory_node.casework.checking_finding import Finding
from rogatory_node.casework.custody.required import ANSWERS, check_answer
from rogatory_node.services.reading import Reading
from rogatory_protocol.ids import Id16


async def findings(node: Node, case: Id16 | None, answer: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return what an answer in a case lacks; none for other letters."""
    if case is None or answer.get("kind") not in ANSWERS:
        return ()
    requests = await read(node, lambda connection: list(_requests(node, connection, case)))
    return check_answer(answer, requests)


def _requests(node: Node, connection: Connection, case: Id16) -> Iterator[Mapping[str, Any]]:
    reading, after = Reading(sealer=node.own.sealer), None
    while True:
        page = reading.page(connection, case, after=after)
        for each in page.letters:
            if each.kind != "request" or each.outgoing:
                continue
            try:
                form = json.loads(each.form.data)
            except (ValueError, RecursionError):
                continue
            if isinstance(form, dict):
                yield form
        after = page.next
        if after is None:
            return
