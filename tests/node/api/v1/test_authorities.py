"""The directory for programs."""

import json
from typing import Any

from rogatory_node.casework.authorities import entry as e
from rogatory_node.casework.authorities.directory import practice
from rogatory_node.casework.roles import Role

XA = json.loads(next(e.written(each.entry) for each in practice() if each.entry.id == "xa.central"))


async def test_finds_and_describes(call: Any) -> None:
    _, found = await call("GET", "/authorities?instrument=BC&language=fr")
    assert [each["id"] for each in found["authorities"]] == ["xb.central"]
    _, found = await call("GET", "/authorities?function=mla&words=ministry")
    assert {each["id"] for each in found["authorities"]} == {"xa.central", "xb.central", "xd.foreign"} - {"xb.central"}
    _, one = await call("GET", "/authorities/xd.foreign")
    assert one["entries"][0]["entry"]["ways"]["copies"] == 3
    assert (await call("GET", "/authorities/nobody"))[0] == 404
    assert (await call("GET", "/authorities?function=magic"))[0] == 400


async def test_the_secretariat_edits_the_own_entry_and_nobody_else_does(call: Any, hire: Any) -> None:
    status, refused = await call("PUT", "/authorities/xa.central", json=XA)
    assert (status, refused["code"]) == (403, "forbidden")
    _, words = await hire(Role.SECRETARIAT)
    status, done = await call("PUT", "/authorities/xa.central", json=XA, token=words)
    assert (status, done["news"]) == (200, True)
    status, refused = await call("PUT", "/authorities/xa.other", json=XA, token=words)
    assert (status, refused["code"]) == (409, "authorities.id")
    _, found = await call("GET", "/authorities/xa.central")
    assert [(each["voice"], each["version"]) for each in found["entries"]] == [("itself", 1)]
