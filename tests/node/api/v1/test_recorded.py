"""Letters outside the network, for programs: a registrar enters them, others do not."""

from typing import Any

from rogatory_node.casework.caselist import write
from rogatory_node.casework.roles import Role

LETTER = {
    "partner": "XD", "name": "Ministry", "channel": "post", "at": 1_600_000_000,
    "form": {"kind": "request", "type": "data.preserve"},
}  # fmt: skip
ROW = {
    "own_reference": "XA-7", "partner_state": "XD", "partner_name": "Ministry", "direction": "out",
    "type": "data.preserve", "sent_on": "2020-01-02", "channel": "post",
}  # fmt: skip


async def test_a_registrar_enters_letters_and_who_may_read_sees_them(call: Any, hire: Any) -> None:
    status, told = await call("POST", "/recorded", json=LETTER)
    assert status == 201
    status, seen = await call("GET", f"/cases/{told['case']}/recorded")
    assert (status, seen["letters"][0]["kind"], len(seen["letters"][0]["role"])) == (200, "request", 32)
    _, custodian = await hire(Role.CUSTODIAN)
    assert (await call("POST", "/recorded", json=LETTER, token=custodian))[0] == 403
    assert (await call("GET", f"/cases/{told['case']}/recorded", token=custodian))[0] == 404
    _, told = await call("GET", "/partners")
    assert [each["name"] for each in told["partners"]] == ["Ministry"]


async def test_what_does_not_fit_is_told(call: Any, hire: Any) -> None:
    status, told = await call("POST", "/recorded", json=LETTER | {"channel": "pigeon"})
    assert (status, told["code"], told["args"]["field"]) == (422, "offnetwork.unfit", "channel")
    _, duty = await hire(Role.DUTY)
    assert (await call("POST", "/recorded", json=LETTER, token=duty))[0] == 403  # acts alone on urgent types only


async def test_a_table_is_taken_in_whole_or_not_at_all(call: Any) -> None:
    bad = write([ROW, ROW | {"own_reference": "XA-8", "channel": "pigeon"}])
    _, told = await call("POST", "/recorded/table", json={"table": bad}, headers={"Accept-Language": "es"})
    assert [(each["line"], each["code"]) for each in told["bad"]] == [(3, "channel")]
    assert "pigeon" in told["bad"][0]["text"]
    _, told = await call("POST", "/recorded/table", json={"table": write([ROW]), "check": True})
    assert (told["cases"], told["rows"]) == ([], 1)
    _, told = await call("POST", "/recorded/table", json={"table": write([ROW])})
    assert len(told["cases"]) == 1
