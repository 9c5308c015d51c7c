"""Uploads over the interface."""

import os
from typing import Any

from rogatory_node.casework.roles import Role


async def test_the_same_upload_again_is_the_same_file(call: Any, hire: Any) -> None:
    _, words = await hire(Role.DRAFTER)
    path = f"/uploads/{os.urandom(16).hex()}?name=a.txt&size=2"
    first = await call("PUT", path, token=words, data=b"xy")
    assert first[0] == 200
    assert await call("PUT", path, token=words, data=b"xy") == first
    assert (await call("PUT", path.replace("a.txt", "b.txt"), token=words, data=b"xy"))[1]["code"] == "upload.taken"


async def test_what_cannot_be_taken_in_is_refused(call: Any, hire: Any) -> None:
    _, words = await hire(Role.DRAFTER)
    _, translator = await hire(Role.TRANSLATOR)
    some = os.urandom(16).hex()
    assert (await call("PUT", f"/uploads/{some}?name=a&size=3", token=words, data=b"x"))[1]["code"] == "intake.changed"
    assert (await call("PUT", "/uploads/x?name=a&size=1", token=words, data=b"x"))[0] == 404
    assert (await call("PUT", f"/uploads/{some}?name=a&size=1", token=translator, data=b"x"))[0] == 403
    assert (await call("PUT", f"/uploads/{some}?name=a&size=-1", token=words, data=b"x"))[0] == 400
