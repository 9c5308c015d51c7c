from rogatory_node.casework.life.beside import OWES, SETTLES
from rogatory_node.casework.life.dues import DUES


def test_every_due_has_a_text_and_can_be_met() -> None:
    settled = {code for row in SETTLES.values() for code in row}
    assert settled | {code for row in OWES.values() for code in row} <= DUES.keys()
    # Met by evidence, by a letter of another kind with a word in it, or by the request itself.
    assert DUES.keys() - settled == {"verify_answer", "answer_urgency", "confirm_in_writing"}
