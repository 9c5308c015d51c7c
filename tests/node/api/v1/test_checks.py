"""The check over the interface."""

import json
from typing import Any

from forms import complete

from rogatory_protocol.ids import digits_of


async def test_a_check_says_to_whom_and_what_is_wrong(call: Any, world: Any) -> None:
    asked = {"form": '{"kind":"request","type":"data.preserve"}', "to": [world.xb.aid.hex()]}
    status, told = await call("POST", "/check", json=asked)
    assert (status, told["kind"], told["grade"], told["mistakes"]) == (200, "request", "ROUTINE", [])
    assert [each["digits"] for each in told["recipients"]] == [digits_of(world.xb.aid)]
    assert any(each["level"] == "missing" for each in told["findings"])


async def test_mistakes_are_said_in_the_language_of_the_caller(call: Any, world: Any) -> None:
    asked = {"form": "{", "to": [world.xb.aid.hex()] * 2}
    _, told = await call("POST", "/check", json=asked, headers={"Accept-Language": "fr"})
    assert (told["kind"], told["findings"], len(told["mistakes"])) == (None, [], 2)
    assert (await call("POST", "/check", json=asked | {"to": ["00" * 32]}))[1]["code"] == "recipient.unknown"


async def test_findings_name_their_field_and_what_asks_for_it(call: Any, world: Any) -> None:
    lacking = complete()
    del lacking["custodian"]
    asked = {"form": json.dumps(lacking), "to": [world.xb.aid.hex()]}
    _, told = await call("POST", "/check", json=asked, headers={"Accept-Language": "fr"})
    (found,) = told["findings"]
    assert (found["field"], found["title"], found["article"]) == ("/custodian", "Détenteur des données", "BC 29(2)(d)")
    assert "Détenteur des données" in found["text"]


async def test_other_letters_are_checked_as_requests_are(call: Any, world: Any) -> None:
    asked = {"form": '{"kind": "info.request"}', "to": [world.xb.aid.hex()]}
    _, told = await call("POST", "/check", json=asked)
    assert [each["path"] for each in told["findings"]] == ["/questions"]
