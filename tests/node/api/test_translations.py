"""Translations over the socket: ordered, ended, and the letter that brings one."""

from collections.abc import Awaitable, Callable
from typing import Any

from rogatory_protocol.ids import Id16

Ask = Callable[..., Awaitable[tuple[int, Any]]]
Came = Callable[..., Awaitable[bytes]]
CONV = Id16(b"\xc0" * 16)


async def test_a_translation_is_ordered_and_brought(ask: Ask, came: Came) -> None:
    assert (await ask("POST", "/case/translations", json={"case": CONV.hex(), "language": "fr"}))[0] == 404
    digest = await came(b'{"kind": "request", "language": "es"}', conv=CONV)
    body = {"case": CONV.hex(), "language": "fr", "translator": "Rosa Prova", "due": 1_900_000_000}
    status, told = await ask("POST", "/case/translations", json=body)
    assert (status, told["order"]["letter"]) == (201, digest.hex())
    assert (await ask("POST", "/case/translations", json=body | {"language": "?"}))[0] == 422
    assert (await ask("POST", "/case/translations", json=body | {"letter": "0" * 12}))[0] == 404
    _, shown = await ask("GET", f"/case/translations?case={CONV.hex()}")
    assert (shown["letters"][0]["language"], len(shown["orders"])) == ("es", 1)
    end = {"case": CONV.hex(), "order": told["order"]["order"], "certified": "yes"}
    status, ended = await ask("POST", "/case/translations/end", json=end)
    assert (status, ended["form"]["in_reply_to"]) == (200, digest.hex())
    assert ended["form"]["translated"] == {
        "language": "fr", "certified": True, "machine": False, "translator": "Rosa Prova",
    }  # fmt: skip
    assert (await ask("POST", "/case/translations/end", json=end))[0] == 404
