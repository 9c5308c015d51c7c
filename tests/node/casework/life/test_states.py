from rogatory_node.casework.life.states import ENDED, OPEN, PRECEDENCE, STATES, overall


def test_every_shared_state_has_its_place() -> None:
    assert set(PRECEDENCE) == {state.code for state in STATES.values() if state.shared}
    assert not OPEN & ENDED


def test_the_state_of_a_request_is_what_somebody_must_act_on() -> None:
    assert overall(["EXECUTED", "INFO_REQUESTED", "REFUSED"]) == "INFO_REQUESTED"
    assert overall(["EXECUTED", "IN_EXECUTION"]) == "PARTIALLY_EXECUTED"
    assert overall(["REFUSED", "IN_EXECUTION"]) == "IN_EXECUTION"
    assert overall(["REFUSED", "ANSWERED"]) == "ANSWERED"
    assert overall(["CLOSED", "CLOSED"]) == "CLOSED"
    assert overall([]) == "TRANSMITTED"
