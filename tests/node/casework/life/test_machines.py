from rogatory_node.casework.life.machines import MACHINES, OF_TYPE, rows_of


def test_a_step_is_reached_from_the_first_one() -> None:
    for machine in MACHINES.values():
        reached = {machine.first}
        for _ in machine.rows:
            reached |= {row.to for row in machine.rows if row.froms & reached}
        assert machine.labels.keys() - reached <= {"FOLLOWED_UP"}, machine.name


def test_lifting_has_no_way_but_over_the_notice() -> None:
    assert all(row.froms == {"LIFT_NOTICE"} for row in MACHINES["assets"].rows if row.to == "LIFTED")


def test_types_have_one_machine() -> None:
    assert len(OF_TYPE) == sum(len(machine.types) for machine in MACHINES.values())
    assert [row.to for row in rows_of("preservation", "preservation.confirm")] == ["PRESERVED"]
    assert rows_of("hearing", "preservation.confirm") == ()
