"""The example that drives a whole case over the interface for programs alone, between two real nodes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from forms import complete, written

from rogatory_node.demo.case import question
from rogatory_node.stage import Part, Stage

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "whole_case.py"
PARTS = (
    Part(code="XR", names={"en": "Registry"}, roles=("registry",), registry=True),
    Part(code="XA", names={"en": "Asking"}),
    Part(code="XB", names={"en": "Asked"}),
)
ROLES = ("drafter", "signatory", "registrar", "decider")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path, PARTS)
    with closing(stage):
        stage.build()
        yield stage


def office(stage: Stage, code: str) -> dict[str, object]:
    """Hire a person for each role and make their tokens, as the operator does."""
    tokens = {}
    for role in ROLES:
        person = stage.command(code, "people", "add", f"Ana {role}", "--role", role)["id"]
        tokens[role] = stage.command(code, "tokens", "create", person, "--label", "script")["words"]
    return {"base": stage.actors[code].desk_url, "tokens": tokens}


@pytest.mark.timeout(180)
def test_a_whole_case_goes_over_the_interface_alone_and_its_proof_holds(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "request.json").write_bytes(written(complete()))
    (tmp_path / "answer.json").write_text(json.dumps(question(datetime.now(UTC))), encoding="utf-8")
    settings = {
        "asking": office(stage, "XA"),
        "asked": office(stage, "XB"),
        "to": stage.actors["XB"].aid,
        "from": stage.actors["XA"].aid,
        **{name: str(tmp_path / f"{name}.json") for name in ("request", "answer")},
        "proof": str(tmp_path / "proof.zip"),
    }
    (tmp_path / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, SCRIPT, tmp_path / "settings.json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert (seen["same_bytes"], seen["levels"], seen["requests"]) == (True, [40, 50], 1)
    digits = stage.run(["keys", "digits", stage.registry.aid])["digits"]
    proved = stage.run(["verify", settings["proof"], "--registry", digits])
    assert (proved["verdict"], proved["failure"]) == ("holds", None)
