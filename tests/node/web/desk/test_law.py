"""Treaties and authorities at the pages."""

from officers import Officer, signed_in

from rogatory_node.casework.roles import Role


async def test_an_officer_finds_treaties_and_whom_to_ask(officer: Officer) -> None:
    await signed_in(officer, Role.DRAFTER)
    page = await officer.get("/law")
    assert page.status == 200
    assert "Xebora (XB)" in page.words
    assert "Xarandia (XA)" not in page.words
    assert "Legal basis" not in page.words
    found = (await officer.get("/law?to=XB&type=data.preserve&crime=cybercrime&years=5")).words
    assert found.index("Convention of the Two Straits") < found.index("Convention on Cybercrime")
    assert "2026-11-24" in found
    assert "Central Authority of Xebora" in found
    assert "invented, for practice" in found


async def test_what_makes_no_sense_asks_nothing(officer: Officer) -> None:
    await signed_in(officer, Role.ADMINISTRATOR)
    for query in ("to=XZ&type=data.preserve", "to=XB&type=telepathy", "to=%3Cb%3E&type=", "to=XB"):
        page = await officer.get(f"/law?{query}")
        assert page.status == 200
        assert "Legal basis" not in page.words
    assert (await officer.get("/law?to=XB&type=other&years=lots&crime=manners")).status == 200
