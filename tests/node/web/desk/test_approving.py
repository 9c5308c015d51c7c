"""What stands between writing and sending."""

from typing import Any

import pytest
from officers import Officer, signed_in
from writers import begun, version_in

from rogatory_node.casework.roles import Role


async def test_what_was_taken_back_does_not_wait(officer: Officer, world: Any) -> None:
    await signed_in(officer, Role.DRAFTER, Role.SIGNATORY)
    address = await begun(officer, world)
    assert (await officer.get(f"{address}/approve")).status == 409
    await officer.post(f"{address}/submit", {"version": version_in(await officer.get(f"{address}/check"))})
    assert (await officer.get(f"{address}/approve")).status == 200
    assert (await officer.post(f"{address}/recall")).headers["Location"] == address
    assert (await officer.get(f"{address}/approve")).status == 409


@pytest.mark.parametrize("version", ["", "x", "99", "9" * 30])
async def test_another_version_is_not_handed_in(officer: Officer, world: Any, version: str) -> None:
    await signed_in(officer, Role.DRAFTER)
    address = await begun(officer, world)
    got = await officer.post(f"{address}/submit", {"version": version})
    assert got.status == 409, got.words


@pytest.mark.parametrize("hash", ["", "x", "00"])
async def test_a_hash_that_is_none_is_not_there(officer: Officer, world: Any, hash: str) -> None:
    await signed_in(officer, Role.DRAFTER, Role.SIGNATORY)
    address = await begun(officer, world)
    for path in ("/approve", "/return"):
        assert (await officer.post(address + path, {"hash": hash})).status == 404
