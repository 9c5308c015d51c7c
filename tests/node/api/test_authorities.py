"""The directory on the socket; what commands show is tested with the commands."""

import json
from typing import Any

from rogatory_node.api.authorities import ROUTES
from rogatory_node.casework.authorities import entry as e
from rogatory_node.casework.authorities.directory import practice

XA = next(each.entry for each in practice() if each.entry.id == "xa.central")


def test_no_route_twice() -> None:
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


async def test_an_authority_says_its_own_entry_and_no_other(ask: Any) -> None:
    status, done = await ask("POST", "/authorities/edit", data=e.written(XA))
    assert (status, done) == (200, {"id": "xa.central", "news": True})
    _, again = await ask("POST", "/authorities/edit", data=e.written(XA))
    assert again["news"] is False
    status, found = await ask("GET", "/authorities")
    assert [(each["id"], each["voice"]) for each in found["authorities"]] == [("xa.central", "itself")]
    for change, code in (
        ({"aid": "ab" * 32}, "authorities.foreign"),
        ({"state": "XB"}, "authorities.state"),
        ({"kind": "club"}, "authorities.entry"),
    ):
        raw = json.dumps(json.loads(e.written(XA)) | change)
        status, refused = await ask("POST", "/authorities/edit", data=raw.encode())
        assert (status, refused["code"]) in {(409, code), (422, code)}


async def test_a_function_that_there_is_not_is_said(ask: Any) -> None:
    status, refused = await ask("GET", "/authorities?function=magic")
    assert (status, refused["code"]) == (422, "authorities.function")
    status, refused = await ask("GET", "/authorities/entries/nobody")
    assert (status, refused["code"]) == (404, "authorities.unknown")
