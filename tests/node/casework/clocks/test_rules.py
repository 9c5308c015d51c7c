from rogatory_node.casework.clocks.alarms import _WRITTEN
from rogatory_node.casework.clocks.reading import STARTS
from rogatory_node.casework.clocks.rules import EVERY, FOR_CLOCK, LETTER, NETWORK, RULES, TREATY, length_for
from rogatory_node.casework.codes import GRADES
from rogatory_node.casework.life.machines import MACHINES
from rogatory_node.casework.life.noting import DATES, MARKS
from rogatory_node.casework.life.states import STATES
from rogatory_node.casework.types import catalogue

STEPS = {f"{machine.name}.{step}" for machine in MACHINES.values() for step in machine.labels}
NOTED = {name for paths in DATES.values() for name, _ in paths} | {name for each in MARKS.values() for name, _ in each}
NOTED |= {"until", "retention_after", "notice", "wants_subscriber", "wants_traffic"}


def test_every_clock_of_the_types_has_a_rule_and_every_rule_a_type() -> None:
    asked = {clock for kind in catalogue.types() for clock in kind.clocks}
    assert asked == FOR_CLOCK.keys() - {EVERY}


def test_rules_name_what_there_is() -> None:
    codes = {kind.code for kind in catalogue.types()}
    for rule in RULES.values():
        assert rule.side in {"R", "Q"}
        assert rule.start in STARTS, rule.code
        assert rule.types <= codes, rule.code
        assert rule.grades <= GRADES.keys(), rule.code
        assert rule.meets | rule.ends <= STATES.keys() | STEPS | {"TAKEN", "CONSENT_TOLD", "FOLLOW_UP_DECIDED"}
        assert {*rule.date, *filter(None, (rule.when, rule.counted_from))} <= NOTED, rule.code
        assert rule.origin in {TREATY, NETWORK, LETTER}
        assert all(_WRITTEN.fullmatch(alarm) for alarm in rule.alarms), rule.code


def test_every_start_serves_a_rule() -> None:
    assert STARTS.keys() == {rule.start for rule in RULES.values()}


def test_every_length_says_where_it_stands_and_whether_that_was_read() -> None:
    lengths = [length for rule in RULES.values() for length in rule.lengths]
    assert all(length.source for length in lengths)
    assert all(length.article for rule in RULES.values() if rule.origin == TREATY for length in rule.lengths)
    assert {length.checked for length in lengths} == {True, False}
    assert all(not length.checked for length in lengths if "memory" in length.source)


def test_the_length_is_that_of_the_instrument_named_first() -> None:
    rule = RULES["arrest.provisional"]
    found = [length_for(rule, named) for named in (["UNTOC", "ECE"], ["UNTOC"], [])]
    assert [length.instrument for length in found if length is not None] == ["ECE", "", ""]
    assert length_for(RULES["execution"], ["UNTOC"]) is None
