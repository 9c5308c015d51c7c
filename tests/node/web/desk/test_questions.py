"""What is wrong stands above the fields and at them, and leads there."""

from typing import Any

from officers import Officer, signed_in
from writers import begun, post, version_in

from rogatory_node.casework.roles import Role


async def test_what_is_wrong_leads_to_its_field(officer: Officer, world: Any) -> None:
    await signed_in(officer, Role.DRAFTER)
    address = await begun(officer, world)
    page = await officer.get(f"{address}/offences")
    assert 'class="mistakes"' not in page.text  # nothing was begun, so nothing is wrong yet
    fields = {"version": version_in(page), "/offences/0/title": "Illegal access", "/offences/0/max_penalty_years": "x"}
    assert (await post(officer, f"{address}/offences", fields | {"go": "stay"})).status == 303
    page = await officer.get(f"{address}/offences")
    assert 'href="#f-offences-0-max_penalty_years"' in page.text
    assert 'id="f-offences-0-max_penalty_years"' in page.text
    assert 'value="x"' in page.text


async def test_a_part_that_there_is_not_is_not_there(officer: Officer, world: Any) -> None:
    await signed_in(officer, Role.DRAFTER)
    address = await begun(officer, world)
    assert (await officer.get(f"{address}/strange")).status == 404
    assert (await post(officer, f"{address}/facts", {"version": "-1"})).status == 400


async def test_buttons_lead_on_stay_or_leave(officer: Officer, world: Any) -> None:
    await signed_in(officer, Role.DRAFTER)
    address = await begun(officer, world)
    for go, place in (("next", f"{address}/offences"), ("leave", address), ("stay", f"{address}/facts")):
        version = version_in(await officer.get(f"{address}/facts"))
        done = await post(officer, f"{address}/facts", {"version": version, "/purpose": go, "go": go})
        assert done.headers["Location"] == place
