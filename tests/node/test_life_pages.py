"""``docs/life.md`` says what the tables say."""

import itertools
import re

from life_pages import GUARDS, PAGE, page

from rogatory_node.casework.clocks.rules import RULES
from rogatory_node.casework.kinds.register import KINDS
from rogatory_node.casework.life import guards
from rogatory_node.casework.life.machines import MACHINES
from rogatory_node.casework.life.moves import MOVES
from rogatory_node.casework.life.permitting import CONFIDENTIALITY
from rogatory_node.casework.life.states import STATES


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python tests/node/life_pages.py writes it"


def test_the_page_names_everything() -> None:
    written = page()
    named = [*STATES, *KINDS, *RULES, *(step for machine in MACHINES.values() for step in machine.labels)]
    named += [move.kind for move in MOVES]
    assert [code for code in named if f"`{code}`" not in written] == []
    assert GUARDS.keys() == guards.GUARDS.keys() | {CONFIDENTIALITY}


def test_tables_and_diagrams_are_whole() -> None:
    lines = page().splitlines()
    for before, line in itertools.pairwise(lines):
        if before.startswith("|") and line.startswith("|"):
            assert before.count("|") == line.count("|"), line
    arrows = [line for line in lines if "-->" in line]
    assert all(re.fullmatch(r" +(\[\*]|[A-Z_]+) --> [A-Z_]+: [a-z0-9 .,]+", line) for line in arrows)
    assert page().count("```") == 2 * (1 + len(MACHINES))
