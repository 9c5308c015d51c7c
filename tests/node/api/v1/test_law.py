"""Treaties over the interface for programs."""

from typing import Any

FIND = "/law/find?requesting=XA&requested=XB&type=data.preserve"


async def test_finds_what_carries_a_request(call: Any) -> None:
    status, found = await call("GET", f"{FIND}&crime=cybercrime&at=2026-11-24", headers={"Accept-Language": "fr"})
    assert status == 200
    assert [each["instrument"] for each in found["bases"]][:2] == ["X-STRAITS", "BC"]
    assert found["bases"][0]["title"] == "Convention des Deux Détroits sur l'entraide judiciaire"
    assert [each["id"] for each in found["authorities"]] == ["xb.central"]
    _, doubtful = await call("GET", f"{FIND}&organized=true&years=5&crime=cybercrime")
    assert {each["instrument"]: each["strength"] for each in doubtful["bases"]}["UNTOC"] == "fair"


async def test_describes_instruments_and_states(call: Any) -> None:
    _, listed = await call("GET", "/law/instruments")
    assert listed["packs"]["practice"] == 1
    _, one = await call("GET", "/law/instruments/BC?at=2021-06-30")
    assert {each["state"]: each["status"] for each in one["parties"]}["XD"] == "in_force"
    _, state = await call("GET", "/law/states/xe")
    assert {each["instrument"]: each["status"] for each in state["parties"]}["UNTOC"] == "signed"


async def test_what_does_not_exist_is_said(call: Any) -> None:
    for path, status, code in (
        (f"{FIND}&crime=manners", 404, "crime-unknown"),
        ("/law/find?requesting=XA&requested=XB&type=telepathy", 404, "type-unknown"),
        ("/law/find?requesting=Xarandia&requested=XB&type=other", 400, "query"),
        ("/law/instruments/GENTLEMEN", 404, "instrument-unknown"),
        ("/law/states/XZ", 404, "state-unknown"),
    ):
        answered, problem = await call("GET", path)
        assert (answered, problem["code"]) == (status, code)
