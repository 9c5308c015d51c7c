"""People over the interface: seen and managed by who may."""

from typing import Any

from rogatory_node.casework.roles import Role


async def test_an_administrator_adds_changes_and_disables(call: Any, hire: Any) -> None:
    _, words = await hire(Role.ADMINISTRATOR)
    new = {"name": "Bo Example", "roles": ["drafter"]}
    status, made = await call("POST", "/people", token=words, json=new)
    assert (status, made["name"], made["roles"]) == (201, "Bo Example", ["drafter"])
    path = f"/people/{made['id']}"
    status, changed = await call("PUT", f"{path}/roles", token=words, json={"roles": ["signatory"]})
    assert (status, changed["roles"]) == (200, ["signatory"])
    assert (await call("GET", path))[1] == changed
    assert (await call("POST", f"{path}/disable", token=words))[1]["disabled_at"] is not None
    assert made["id"] in {each["id"] for each in (await call("GET", "/people"))[1]["people"]}


async def test_WEB_01_others_do_not(call: Any, hire: Any) -> None:
    _, drafter = await hire(Role.DRAFTER)
    new = {"name": "Bo Example", "roles": ["drafter"]}
    assert (await call("POST", "/people", json=new))[0] == 403
    assert (await call("GET", "/people", token=drafter))[0] == 403
    _, handler = await hire(Role.HANDLER)
    assert (await call("GET", "/people", token=handler))[1] == {"people": []}  # he has no unit


async def test_refusals_of_the_book_are_told_in_the_language_of_the_caller(call: Any, hire: Any) -> None:
    _, words = await hire(Role.ADMINISTRATOR)
    new = {"name": "Bo Example", "roles": ["drafter", "administrator"]}
    status, problem = await call("POST", "/people", token=words, json=new, headers={"Accept-Language": "fr"})
    assert (status, problem["code"]) == (422, "people.roles-unfit")
    assert problem["title"] != "One person cannot have these roles together."
    for path in ("/people/" + "00" * 16, "/people/x"):
        assert (await call("GET", path))[0] == 404
