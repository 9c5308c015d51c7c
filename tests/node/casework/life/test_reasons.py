import ast
from pathlib import Path

import rogatory_node.casework.life as life
from rogatory_node.casework.life.reasons import REASONS


def test_every_reason_that_the_fold_gives_has_a_text() -> None:
    folder = Path(life.__file__).parent
    words = {
        node.value
        for path in folder.glob("*.py")
        if path.name != "reasons.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(REASONS) - words <= {"form_faulty", "role"}
    assert all(REASONS.values())
