from rogatory_node.casework.grounds import GROUNDS, NEVER, grounds_for


def codes(*args: object, **more: object) -> set[str]:
    return {row.code for row in grounds_for(*args, **more)}  # type: ignore[arg-type]


def test_preservation_under_the_convention_is_refused_on_two_grounds_alone() -> None:
    assert codes("data.preserve", ["BC"]) == {"POLITICAL", "SOVEREIGNTY"}
    assert codes("data.preserve", ["BC", "UNTOC"]) == {"POLITICAL", "SOVEREIGNTY"}
    assert "DUAL_CRIMINALITY" in codes("data.preserve", ["BC"], effects=["DUAL_CRIM_RESERVED"])
    assert "DUAL_CRIMINALITY" in codes("data.preserve")
    assert "DUAL_CRIMINALITY" in codes("data.content", ["BC"])


def test_bank_secrecy_and_fiscal_nature_are_never_grounds() -> None:
    assert not NEVER.keys() & GROUNDS.keys()
    assert not NEVER.keys() & (codes("records.financial") | codes("extradition"))


def test_some_grounds_belong_to_some_types() -> None:
    assert "NATIONAL" in codes("extradition")
    assert "NATIONAL" not in codes("records.financial")
    assert "INSUFFICIENT_EVIDENCE" in codes("proceeds.freeze")
    assert all(row.label and row.source for row in GROUNDS.values())
