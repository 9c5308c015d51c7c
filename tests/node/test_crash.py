"""A real node is killed at every commit point, on either side: nothing is lost, nothing has a second effect.

The short form visits every point once on each side; the long one (``--slow``) visits later passages of each, too.
"""

import signal
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from forms import complete, written

from rogatory_node.bench.network import counted
from rogatory_node.faults import POINTS
from rogatory_node.stage import CommandError, Part, Stage

PARTS = (
    Part(code="XR", names={"en": "Registry"}, roles=("registry",), registry=True),
    Part(code="XA", names={"en": "Sender"}),
    Part(code="XB", names={"en": "Recipient"}),
)
DATA_BYTES = 3 * 1024 * 1024
WAIT_SECONDS = 40.0
COMPLETE = "SELECT count(*) FROM outbox WHERE state = 'complete'"
STORED = "SELECT count(*) FROM letters WHERE direction = 'in'"
WHOLE = "SELECT count(*) FROM blobs WHERE verified"
ISSUED = "SELECT count(*) FROM evidence WHERE direction = 'out'"
TWICE = "SELECT count(*) FROM (SELECT 1 FROM evidence GROUP BY letter, lvl HAVING count(*) > 1)"
OWN = "SELECT count(DISTINCT digest) FROM evidence"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("crash")
    (folder / "data.bin").write_bytes(bytes(DATA_BYTES))
    (folder / "request.json").write_bytes(written(complete()))
    stage = Stage(folder, PARTS)
    with closing(stage):
        stage.build()
        yield stage


# The first commits are those of the start itself; the fifth belongs to a letter.
SHORT = {True: 5, False: 1}
LONG = (2, 3, 4, 6, 7)


def passages(name: str) -> list[pytest.param]:
    first = SHORT[name.startswith("writer.")]
    later = [pytest.param(name, n, marks=pytest.mark.slow, id=f"{name}:{n}") for n in LONG]
    return [pytest.param(name, first, id=name), *later]


EVERY = [each for name in sorted(POINTS) for each in passages(name)]


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("point", "passage"), EVERY)
def test_DLV_killed_recipient_loses_nothing_and_does_nothing_twice(stage: Stage, point: str, passage: int) -> None:
    stage.stop("XB")
    before = counted(stage.actors["XA"], COMPLETE)
    begin_to_die(stage, "XB", point, passage)
    send(stage)
    has_died(stage, "XB")
    stage.kill("XB")
    stage.start("XB")
    arrived(stage, before + 1)


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("point", "passage"), [each for each in EVERY if each.values[0].startswith("writer.")])
def test_DLV_killed_sender_loses_nothing_and_sends_nothing_twice(stage: Stage, point: str, passage: int) -> None:
    before = counted(stage.actors["XA"], COMPLETE)
    send(stage)
    stage.kill("XA")
    begin_to_die(stage, "XA", point, passage)
    has_died(stage, "XA")
    stage.kill("XA")
    stage.start("XA")
    arrived(stage, before + 1)


def begin_to_die(stage: Stage, code: str, point: str, passage: int) -> None:
    """Start a node that will kill itself at a point; it may do so before it serves."""
    with suppress(CommandError):
        stage.start(code, {"ROGATORY_TEST": "1", "ROGATORY_FAULT": f"{point}:{passage}"})


def has_died(stage: Stage, code: str) -> None:
    process = stage.actors[code].process
    assert process is not None
    assert process.wait(WAIT_SECONDS) == -signal.SIGKILL


def send(stage: Stage) -> None:
    folder = stage.folder
    words = ("--file", str(folder / "request.json"), "--attach", str(folder / "data.bin"), "--yes")
    stage.command("XA", "send", "--to", "XB", *words)


def arrived(stage: Stage, wanted: int) -> None:
    sender, recipient = stage.actors["XA"], stage.actors["XB"]
    end = time.monotonic() + WAIT_SECONDS
    while counted(sender, COMPLETE) < wanted:
        assert time.monotonic() < end, "the letter did not arrive"
    assert counted(recipient, STORED) == counted(recipient, WHOLE) == wanted
    assert counted(recipient, TWICE) == counted(sender, TWICE) == 0
    assert counted(recipient, ISSUED) == counted(sender, OWN) == 2 * wanted


def test_every_point_is_listed() -> None:
    text = (Path(__file__).parents[1] / "faults.md").read_text(encoding="utf-8")
    assert all(point in text for point in POINTS)
