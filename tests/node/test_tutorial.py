"""The tutorial's request is one that a check finds nothing in, and its commands exist."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rogatory_node.casework.checking import check
from rogatory_node.cli.main import COMMANDS

TEXT = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("year", [2026, 2040])
def test_the_request_passes_the_check_whenever_it_is_tried(year: int) -> None:
    (form,) = re.findall(r"cat > request\.json <<'END'\n(.*?)\nEND\n", TEXT, re.DOTALL)
    assert check(json.loads(form), at=datetime(year, 12, 1, tzinfo=UTC), attached=("records.bin",)) == ()


def test_its_answer_passes_too() -> None:
    (form,) = re.findall(r"^echo '(\{.*\})' > answer\.json$", TEXT, re.MULTILINE)
    assert check(json.loads(form), at=datetime(2026, 12, 1, tzinfo=UTC)) == ()


def test_every_command_of_the_tutorial_exists() -> None:
    said = set(re.findall(r"^rogatory ([a-z]+)", TEXT, re.MULTILINE))
    assert len(said) > 8
    assert said <= set(COMMANDS)
