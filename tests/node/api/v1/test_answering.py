"""Reading, taking and deciding for programs: who may, what is recorded, what is refused."""

from typing import Any

from forms import complete, written

from rogatory_node.casework.roles import Role
from rogatory_protocol.ids import Id16

CONV = Id16(b"\xc1" * 16)
PLACE = f"/cases/{CONV.hex()}"


async def test_a_case_is_read_taken_and_decided_by_those_who_may(call: Any, came: Any, hire: Any) -> None:
    digest = await came(written(complete()), conv=CONV)
    _, decider = await hire(Role.DECIDER)
    status, told = await call("GET", f"{PLACE}/letters")
    assert (status, [each["letter"] for each in told["letters"]]) == (200, [digest.hex()])
    assert (await call("GET", f"{PLACE}/letters?letter={'00' * 32}"))[1]["code"] == "letter.unknown"
    status, told = await call("POST", f"{PLACE}/acknowledge", json={"reference": "XB-7"})
    assert (status, told["own_ref"], [each["lvl"] for each in told["evidence"]]) == (200, "XB-7", [40])
    assert (await call("POST", f"{PLACE}/acknowledge", token=decider, json={}))[0] == 403
    assert (await call("POST", f"{PLACE}/decide", json={"outcome": "accept"}))[0] == 403
    refusing = {"outcome": "refuse"}
    assert (await call("POST", f"{PLACE}/decide", token=decider, json=refusing))[1]["code"] == "ground"
    refusing["ground"] = "ordre_public"
    assert (await call("POST", f"{PLACE}/decide", token=decider, json=refusing))[1]["code"] == "reasons"
    status, told = await call("POST", f"{PLACE}/decide", token=decider, json={"outcome": "accept"})
    assert (status, [each["lvl"] for each in told["evidence"]]) == (200, [50])
    assert (await call("POST", f"{PLACE}/decide", token=decider, json={"outcome": "accept"}))[1]["code"] == "decided"
    events = [each["event"] for each in (await call("GET", "/events"))[1]["events"]]
    assert events.count("letter.opened") == 1


async def test_who_must_not_see_a_case_is_not_told_that_it_is_there(call: Any, came: Any, hire: Any) -> None:
    digest = await came(written(complete()), conv=CONV)
    _, drafter = await hire(Role.DRAFTER)
    _, auditor = await hire(Role.AUDITOR)
    for path in ("/letters", f"/letters/{digest.hex()}/attachments/0", "/proof"):
        assert (await call("GET", PLACE + path, token=drafter))[0] in (403, 404)
    assert (await call("GET", f"{PLACE}/letters", token=auditor))[1]["code"] == "reason"
    assert (await call("GET", f"{PLACE}/letters?reason=Inspection+7", token=auditor))[0] == 200
    status, told = await call("GET", f"{PLACE}/letters/{digest.hex()}/attachments/0")
    assert (status, told["code"]) == (404, "attachment.unknown")
