from rogatory_node.casework.kinds.register import KINDS
from rogatory_node.casework.life.guards import GUARDS
from rogatory_node.casework.life.machines import MACHINES
from rogatory_node.casework.life.moves import BACK, BESIDE, BY_KIND, BY_NAME, BY_OUTCOME, MOVES, STAY
from rogatory_node.casework.life.permitting import CONFIDENTIALITY
from rogatory_node.casework.life.states import STATES


def test_moves_name_states_kinds_and_guards_that_exist() -> None:
    assert len(BY_NAME) == len(MOVES)
    for move in MOVES:
        assert move.kind in KINDS
        assert move.froms <= STATES.keys()
        assert move.to in STATES or move.to in {STAY, BACK, BY_OUTCOME}
        assert set(move.guards) <= GUARDS.keys() | {CONFIDENTIALITY}
        assert set(move.by) <= set(KINDS[move.kind].by)


def test_every_kind_moves_something_or_stands_beside() -> None:
    assert BY_KIND.keys() | BESIDE == KINDS.keys()


def test_machines_name_kinds_and_steps_that_exist() -> None:
    for machine in MACHINES.values():
        steps = machine.labels.keys() | {""}
        assert all(row.froms <= steps and row.to in machine.labels and row.kind in KINDS for row in machine.rows)
        assert machine.first in steps
