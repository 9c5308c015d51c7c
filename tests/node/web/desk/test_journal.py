"""The auditor's page."""

import pytest
from officers import Officer, signed_in

from rogatory_node.casework.roles import Role


async def test_the_log_is_readable_and_reading_it_is_in_it(officer: Officer) -> None:
    await signed_in(officer, Role.AUDITOR)
    page = await officer.get("/log")
    assert "Ana Prova , auditor" in page.words
    assert "read this log" in page.words
    assert "added a person" in page.words
    only = await officer.get("/log?about=session.")
    assert "signed in" in only.words
    assert "added a person" not in only.words
    assert "The log is whole." in (await officer.get("/log/verified")).words


@pytest.mark.parametrize("query", ["about=x", "person=x", "person=00", "before=x", "before=1", f"before={'9' * 25}.1"])
async def test_an_address_that_is_none_is_refused(officer: Officer, query: str) -> None:
    await signed_in(officer, Role.AUDITOR)
    assert (await officer.get(f"/log?{query}")).status == 400
